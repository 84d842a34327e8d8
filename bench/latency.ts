import { setTimeout as sleep } from 'node:timers/promises';
import { makeAdmit } from '#contracts/admit';
import { openHistory } from '#sim/marketplace/history';
import type { Logs } from '#stream/log';
import { quantileOf } from './figures.ts';
import { moreWorkload, PSEUDONYM_KEY } from './load-workload.ts';

// Open loop: events are appended at a stated rate, whatever the stages do, and it is noted when each was acknowledged.
// Whoever reads `decisions` as an outsider does (read committed) notes when the decision came that an event caused.

export interface Latency {
  readonly eventsPerSecond: number;
  /** Decisions whose event was timed. */
  readonly decisions: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How far the schedule itself fell behind at most, ms. */
  readonly scheduleLagMs: number;
}

const SLICE_MS = 10;
const SETTLE_MS = 3_000;
/** The first ones find cold code and empty caches. */
const WARM_SHARE = 0.3;

export async function measureLatency(options: {
  readonly logs: Logs;
  readonly merchants: number;
  readonly fromMs: number;
  readonly eventsPerSecond: number;
  readonly seconds: number;
}): Promise<Latency> {
  const { logs, merchants, fromMs, eventsPerSecond, seconds } = options;
  const acknowledgedAt = new Map<string, number>();
  const follow = await followDecisions(logs, acknowledgedAt);
  const history = await openHistory({ logs, writer: 'latency' });
  const { partitions } = history.genesis;
  const admit = makeAdmit({ partitions, pseudonymKey: PSEUDONYM_KEY });
  const writer = logs.writer('latency');
  history.advance(fromMs);
  await history.flush();
  const events = Math.floor(eventsPerSecond * seconds);
  const startedAt = performance.now();
  const flying = new Set<Promise<void>>();
  let sent = 0;
  let scheduleLagMs = 0;
  let waiting: { id: string; partition: number; key: string; value: Buffer }[] = [];
  const send = (): void => {
    const slice = waiting;
    waiting = [];
    for (let partition = 0; partition < partitions; partition++) {
      const records = slice.filter((each) => each.partition === partition);
      if (records.length === 0) continue;
      const flight = writer.append('activity', partition, records).then(() => {
        const now = performance.now();
        for (const { id } of records) acknowledgedAt.set(id, now);
      });
      flying.add(flight);
      void flight.finally(() => flying.delete(flight));
    }
  };
  for (const { event } of moreWorkload(events, merchants, fromMs)) {
    const outcome = admit(event);
    if (!outcome.admitted) throw new Error(`${event.id}: ${JSON.stringify(outcome.problems)}`);
    waiting.push({
      id: outcome.id,
      partition: outcome.partition,
      key: outcome.merchantId,
      value: outcome.value,
    });
    sent += 1;
    const dueMs = (sent / eventsPerSecond) * 1_000;
    const elapsedMs = performance.now() - startedAt;
    if (waiting.length < (eventsPerSecond * SLICE_MS) / 1_000 && elapsedMs >= dueMs - SLICE_MS) continue;
    send();
    scheduleLagMs = Math.max(scheduleLagMs, elapsedMs - dueMs);
    if (elapsedMs < dueMs) await sleep(dueMs - elapsedMs);
  }
  send();
  await Promise.all(flying);
  await sleep(SETTLE_MS);
  await writer.close();
  await history.close();
  const waits = await follow.stop();
  const warm = waits.slice(Math.floor(waits.length * WARM_SHARE)).sort((a, b) => a - b);
  return {
    eventsPerSecond,
    decisions: warm.length,
    p50Ms: quantileOf(warm, 0.5),
    p99Ms: quantileOf(warm, 0.99),
    scheduleLagMs,
  };
}

/** Reads what comes into `decisions` from now on; `stop` gives the waits in order of arrival, ms. */
async function followDecisions(
  logs: Logs,
  acknowledgedAt: ReadonlyMap<string, number>,
): Promise<{ stop(): Promise<number[]> }> {
  const arrived: { id: string; at: number }[] = [];
  const ends = await logs.endOffsets('decisions');
  const subscription = await logs.subscribe('decisions', `latency-${process.pid}`, {
    assigned: (assigned) => {
      for (const partition of assigned) subscription.resume(partition, ends[partition]!);
    },
    revoked: () => undefined,
    batch: ({ records }) => {
      const at = performance.now();
      for (const { value } of records) {
        const { data } = JSON.parse(value.toString('utf8')) as { data: { cause: { eventId: string } } };
        arrived.push({ id: data.cause.eventId, at });
      }
    },
  });
  return {
    async stop() {
      await subscription.close();
      return arrived.flatMap(({ id, at }) => {
        const from = acknowledgedAt.get(id);
        return from === undefined ? [] : [Math.max(0, at - from)];
      });
    },
  };
}
