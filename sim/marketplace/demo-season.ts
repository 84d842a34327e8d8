import { HOUR_MS } from '#domain/time';
import { makeAdmit, type Refused } from '#contracts/admit';
import type { Logs } from '#stream/log';
import { openHistory } from './history.ts';
import type { ActiveGrant, TrainingOffer } from './in-force.ts';
import type { Marketplace } from './marketplace.ts';

// A season in minutes. The marketplace and the pipeline take turns: the simulator plays two hours,
// everything it says goes into activity with the ticks that are due, the stages drain, and what they
// granted meets the next two hours. Where the wall clock is, history ends and the workspace goes live.

const STEP_MS_DEFAULT = 2 * HOUR_MS;

/** What happened to be granted and on offer at a step. */
export interface StepInForce {
  readonly grants: readonly ActiveGrant[];
  readonly offers: readonly TrainingOffer[];
}

/** What was in force at each step: with it a season that was interrupted goes on byte for byte. */
export interface GrantJournal {
  read(): Promise<readonly StepInForce[]>;
  append(step: StepInForce): Promise<void>;
}

export interface SeasonProgress {
  readonly atMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly events: number;
  readonly grants: number;
}

export interface Season {
  readonly logs: Logs;
  readonly sim: Marketplace;
  readonly pseudonymKey: Uint8Array;
  /** Start of the simulator and end of the history. */
  readonly startMs: number;
  readonly endMs: number;
  /** Until then nothing happens any more, and time passes all the same: midnights, terms, periods. Default `endMs`. */
  readonly quietUntilMs?: number;
  /** Whole hours: the simulator sees new grants only there. */
  readonly stepMs?: number;
  readonly ticksPerBoundary?: number;
  readonly readGrants: () => Promise<readonly ActiveGrant[]>;
  /** Left out: nobody learns of an offer. */
  readonly readOffers?: () => Promise<readonly TrainingOffer[]>;
  /** Resolves when decisions have been written for everything up to the tick at `atMs`. */
  readonly drained: (atMs: number) => Promise<void>;
  readonly journal?: GrantJournal;
  readonly onProgress?: (progress: SeasonProgress) => void;
}

export interface SeasonSummary {
  readonly events: number;
  readonly ticks: number;
  /** Steps that an earlier run had already written. */
  readonly stepsSkipped: number;
}

export async function playSeason(season: Season): Promise<SeasonSummary> {
  const { logs, sim, startMs, endMs, journal } = season;
  const stepMs = season.stepMs ?? STEP_MS_DEFAULT;
  if (stepMs < HOUR_MS || stepMs % HOUR_MS !== 0) throw new Error(`stepMs: ${stepMs} must be whole hours`);
  const history = await openHistory({
    logs,
    writer: 'demo',
    ...(season.ticksPerBoundary === undefined ? {} : { ticksPerBoundary: season.ticksPerBoundary }),
  });
  const { partitions, nowMs } = history.genesis;
  if (nowMs > startMs)
    throw new Error(`genesis: nowMs ${nowMs} must not be after the start of the season ${startMs}`);
  const admit = makeAdmit({ partitions, pseudonymKey: season.pseudonymKey });
  const past = (await journal?.read()) ?? [];
  // Of the last step in the journal nobody knows how far it came: it is written again, and deduplicated.
  const stepsSkipped = Math.max(0, past.length - 1);
  try {
    let step = 0;
    for (let atMs = startMs; atMs < endMs; step += 1) {
      const inForce = past[step] ?? (await readInForce(season));
      if (step >= past.length) await journal?.append(inForce);
      const { grants, offers } = inForce;
      atMs = Math.min(atMs + stepMs, endMs);
      for (const { event, deliveredAtMs } of sim.advance(atMs, grants, offers)) {
        const outcome = admit(event);
        if (!outcome.admitted) throw new Error(`${event.id} must be admitted: ${explain(outcome)}`);
        history.event(outcome, deliveredAtMs);
      }
      history.advance(atMs);
      if (step < stepsSkipped) {
        history.skip();
        continue;
      }
      await history.flush();
      await season.drained(atMs);
      season.onProgress?.({ atMs, startMs, endMs, events: history.written().events, grants: grants.length });
    }
    const { quietUntilMs = endMs } = season;
    if (quietUntilMs > endMs) {
      history.advance(quietUntilMs);
      await history.flush();
      await season.drained(quietUntilMs);
    }
    history.goLive();
    await history.flush();
    return { ...history.written(), stepsSkipped };
  } finally {
    await history.close();
  }
}

async function readInForce({ readGrants, readOffers }: Season): Promise<StepInForce> {
  return { grants: await readGrants(), offers: (await readOffers?.()) ?? [] };
}

/** The simulator must never send what the door refuses: that is a bug of ours and not a bad record. */
function explain({ problems }: Refused): string {
  return problems.map(({ field, value, rule }) => `${field} ${value} ${rule}`).join('; ');
}
