import { setTimeout as sleep } from 'node:timers/promises';
import { makeAdmit } from '#contracts/admit';
import type { CloudEvent } from '#domain/stage/stage';
import { HOUR_MS } from '#domain/time';
import type { ActiveGrant } from '#sim/marketplace/in-force';
import { openHistory } from '#sim/marketplace/history';
import type { Marketplace } from '#sim/marketplace/marketplace';
import { UnavailableError, type Logs } from '#stream/log';
import type { Door } from '#tools/door/http-door';

// An open loop: the season comes at its own rate, whatever the stages can carry. Most of it goes into activity with
// the ticks it needs, as an import does; some merchants send theirs to the door.

export interface SeasonFeedOptions {
  readonly logs: Logs;
  readonly sim: Marketplace;
  readonly startMs: number;
  /** Where the season ends if nobody ends it before. */
  readonly endMs: number;
  readonly pseudonymKey: Uint8Array;
  /** After so many events only a trickle follows, unless somebody asks for more. */
  readonly plenty: number;
  readonly readGrants: () => Promise<readonly ActiveGrant[]>;
  /** Null: everything goes into the log. */
  readonly door: Door | null;
}

export interface SeasonFeed {
  /** Resolves when the last event was acknowledged; rejects when one was refused. */
  readonly done: Promise<void>;
  /** From now on at this rate; before the first call as fast as the log acknowledges. */
  pace(eventsPerSecond: number): void;
  /** So many events more before it falls to a trickle. */
  more(events: number): void;
  /** So many events at once, ahead of the schedule's rate. */
  burst(events: number): void;
  /** No new step is begun. */
  end(): void;
  /** Ids of events that the log or the door acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  written(): { readonly toLog: number; readonly toDoor: number; readonly ticks: number };
}

/** What is granted meets the season at the next step. */
const STEP_MS = 4 * HOUR_MS;
/** Due items that a tick leaves undone are done by the next one. */
const TICKS_PER_BOUNDARY = 2;
const TRICKLE_PER_SECOND = 200;
const RETRY_MS = 250;
/** Whoever waits for its next step at a trickle hears within this that another pace is wanted. */
const LOOK_MS = 100;

export function feedSeason(options: SeasonFeedOptions): SeasonFeed {
  const { logs, sim, startMs, endMs, door } = options;
  let eventsPerSecond = Infinity;
  let { plenty } = options;
  let dueAt = performance.now();
  const acknowledged = new Set<string>();
  let isWanted = true;
  let toLog = 0;
  let toDoor = 0;
  let ticks = 0;

  async function play(): Promise<void> {
    const history = await openHistory({ logs, writer: 'smoke', ticksPerBoundary: TICKS_PER_BOUNDARY });
    const admit = makeAdmit({ partitions: history.genesis.partitions, pseudonymKey: options.pseudonymKey });
    try {
      for (let atMs = startMs; isWanted && atMs < endMs;) {
        const grants = await untilAvailable(options.readGrants);
        atMs = Math.min(atMs + STEP_MS, endMs);
        const forDoor: CloudEvent[] = [];
        const forLog: string[] = [];
        const sent = toLog + toDoor;
        for (const { event, deliveredAtMs } of sim.advance(atMs, grants)) {
          if (door !== null && door.takes(event.subject!)) {
            forDoor.push(event);
            continue;
          }
          const outcome = admit(event);
          if (!outcome.admitted)
            throw new Error(`${event.id} must be admitted: ${JSON.stringify(outcome.problems)}`);
          history.event(outcome, deliveredAtMs);
          forLog.push(event.id);
        }
        history.advance(atMs);
        // Time first: what the door sends occurred before this tick and is late by a step at most.
        await history.flush();
        for (const id of forLog) acknowledged.add(id);
        if (door !== null && forDoor.length > 0) await door.send(forDoor);
        for (const { id } of forDoor) acknowledged.add(id);
        toDoor += forDoor.length;
        ({ events: toLog, ticks } = history.written());
        const fed = toLog + toDoor;
        const rate = fed < plenty ? eventsPerSecond : Math.min(eventsPerSecond, TRICKLE_PER_SECOND);
        dueAt += ((fed - sent) * 1_000) / rate;
        // Behind its own schedule, after an outage, it catches up at once: producers do not slow down with us.
        while (isWanted && performance.now() < dueAt)
          await sleep(Math.min(LOOK_MS, dueAt - performance.now()));
      }
    } finally {
      await history.close();
    }
  }

  return {
    done: play(),
    pace(rate) {
      eventsPerSecond = rate;
      dueAt = performance.now();
    },
    more(events) {
      plenty = Math.max(plenty, toLog + toDoor + events);
    },
    burst(events) {
      dueAt -= (events * 1_000) / eventsPerSecond;
      plenty = Math.max(plenty, toLog + toDoor + events);
    },
    end: () => void (isWanted = false),
    acknowledged,
    written: () => ({ toLog, toDoor, ticks }),
  };
}

async function untilAvailable<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await sleep(RETRY_MS);
    }
  }
}
