import { makeAdmit, type Admitted } from '#contracts/admit';
import { decode } from '#contracts/codec';
import { encodeTick } from '#contracts/genesis';
import type { Tick } from '#domain/controls';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#domain/time';
import { createTicker } from '#stage/ticker';
import {
  PSEUDONYM_KEY,
  seasonUnderWay,
  starterBundle,
  workspaceInMemory,
  type CompiledBundle,
  type WorkspaceInMemory,
} from './workspace-fixture.ts';

// For specs: a season whose history ends in the evening and that goes on live over midnight, with the ticker itself
// on a clock of its own. The live part can be written as it was, or with the pipeline and its producers away for two
// hours and everything that happened meanwhile arriving in a burst afterwards.

export const PARTITIONS = 2;
const LOG_ID = 'spec';
const START_MS = Date.parse('2026-11-06T00:00:00+08:00');
/** Where history ends: on 11-13 what was sold on 11-11 must leave. */
const LIVE_FROM_MS = Date.parse('2026-11-13T22:00:00+08:00');
/** Over midnight: days close, windows move on, and what was not heard to have left is overdue. */
export const AWAY_FROM_MS = LIVE_FROM_MS + 10 * MINUTE_MS;
export const BACK_AT_MS = AWAY_FROM_MS + 2 * HOUR_MS;
const LIVE_UNTIL_MS = BACK_AT_MS + 30 * MINUTE_MS;
/** In this time producers hand over what waited with them. */
const BURST_MS = 2 * MINUTE_MS;
const TURN_MS = SECOND_MS;

export interface LiveSeason {
  readonly bundle: CompiledBundle;
  /** The season and its live part as the ticker and the producers wrote them. */
  undisturbed(): Promise<WorkspaceInMemory>;
  /** The same events with the outage. */
  withOutage(): Promise<WorkspaceInMemory>;
}

interface Arrival {
  readonly atMs: number;
  readonly admitted: Admitted;
}

export async function liveSeason(season: { merchants: number; seed: number }): Promise<LiveSeason> {
  const bundle = strictBundle();
  const { workspace, sim, activeGrants } = await seasonUnderWay({
    ...season,
    bundle,
    partitions: PARTITIONS,
    startMs: START_MS,
    days: (LIVE_FROM_MS - START_MS) / DAY_MS,
  });
  const admit = makeAdmit({ partitions: PARTITIONS, pseudonymKey: PSEUDONYM_KEY });
  const arrivals = sim.advance(LIVE_UNTIL_MS, activeGrants).map(({ event, deliveredAtMs }): Arrival => {
    const admitted = admit(event);
    if (!admitted.admitted) throw new Error(`${event.id} must be admitted`);
    return { atMs: deliveredAtMs, admitted };
  });
  const play = async (stretches: readonly Stretch[], coming: readonly Arrival[]) => {
    const copy = copyOf(workspace, (record) => record);
    await playLive(copy, stretches, coming);
    return copy;
  };
  return {
    bundle,
    undisturbed: () => play([[LIVE_FROM_MS, LIVE_UNTIL_MS]], arrivals),
    withOutage() {
      const delayed = arrivals.map((arrival) => ({ ...arrival, atMs: delayedTo(arrival.atMs) }));
      delayed.sort((a, b) => a.atMs - b.atMs);
      const stretches: Stretch[] = [
        [LIVE_FROM_MS, AWAY_FROM_MS],
        [BACK_AT_MS, LIVE_UNTIL_MS],
      ];
      return play(stretches, delayed);
    },
  };
}

/** The same log by a ticker that doesn't know of catching up. */
export function withoutGuard(workspace: WorkspaceInMemory): WorkspaceInMemory {
  return copyOf(workspace, (record) => {
    if (record.key !== null) return record;
    const { type, data } = decode(record.value);
    if (type !== 'updraft.control.tick.v1') return record;
    const { atMs } = data as unknown as Tick;
    return { ...record, value: encodeTick(LOG_ID, { atMs, catchingUp: false }) };
  });
}

/**
 * The starter policy, but so that orders overdue cost the tier and the grant at once: then it shows when orders that
 * left in time are not heard of.
 */
function strictBundle(): CompiledBundle {
  const onTime = '- { metric: on_time_14d, weight: 40%,';
  const overdue = '- { metric: overdue, weight: 20%, from: 6, to: 0 }';
  return starterBundle((yaml) =>
    yaml
      .replace(onTime, `${overdue}\n        ${onTime.replace('40%', '20%')}`)
      .replace(/revokeWhen: .*/, 'revokeWhen: { id: growth.late, metric: overdue, op: ">", value: 1 }'),
  );
}

/** What could not be handed over waits, and comes in its order after the first tick. */
function delayedTo(atMs: number): number {
  if (atMs <= AWAY_FROM_MS || atMs > BACK_AT_MS) return atMs;
  const share = (atMs - AWAY_FROM_MS) / (BACK_AT_MS - AWAY_FROM_MS);
  return BACK_AT_MS + TURN_MS + Math.floor(share * BURST_MS);
}

type ActivityRecord = ReturnType<WorkspaceInMemory['partition']>[number];

function copyOf(
  workspace: WorkspaceInMemory,
  alter: (record: ActivityRecord) => ActivityRecord,
): WorkspaceInMemory {
  const copy = workspaceInMemory(PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    copy.partition('activity', partition).push(...workspace.partition('activity', partition).map(alter));
  }
  return copy;
}

type Stretch = readonly [fromMs: number, untilMs: number];

/** A ticker per stretch, as after a restart: what one leaves in the lease the next one finds. */
async function playLive(
  { logs, partition }: WorkspaceInMemory,
  stretches: readonly Stretch[],
  arrivals: readonly Arrival[],
): Promise<void> {
  const waiting = [...arrivals].reverse();
  let left = '{}';
  for (const [fromMs, untilMs] of stretches) {
    let nowMs = fromMs;
    const sleep = (): Promise<void> => {
      nowMs += TURN_MS;
      while (waiting.length > 0 && waiting.at(-1)!.atMs <= nowMs) put(partition, waiting.pop()!.admitted);
      if (nowMs >= untilMs) void ticker.stop();
      return Promise.resolve();
    };
    const ticker = createTicker({
      logs,
      writer: logs.writer('ticker'),
      logId: LOG_ID,
      partitions: PARTITIONS,
      treasuries: 1,
      wallClock: () => nowMs,
      clock: { now: () => nowMs, random: () => 0, sleep },
      lease: {
        keep: () => Promise.resolve({ isHeld: true, state: left, databaseNowMs: nowMs }),
        save: (state) => Promise.resolve(void (left = state)),
        drop: () => Promise.resolve(),
      },
      reached: () => Promise.resolve({ nowMs: LIVE_FROM_MS, isLive: true }),
      isInboundOld: () => Promise.resolve(false),
      onState: () => undefined,
    });
    await ticker.run();
  }
}

function put(partitionOf: WorkspaceInMemory['partition'], { partition, merchantId, value }: Admitted): void {
  const records = partitionOf('activity', partition);
  records.push({ key: merchantId, value, offset: records.length });
}
