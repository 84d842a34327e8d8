import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '#domain/stage/stage';
import { DAY_MS } from '#domain/time';
import { startEmbedded, type EmbeddedProcess } from './embedded-process.ts';
import { quantileOf } from './figures.ts';
import type { Latency } from './latency.ts';
import { moreWorkload } from './load-workload.ts';
import { FIXED_WORKLOAD, workload } from './workload.ts';

// Everything in one process over PGlite, with batches posted to its door: first as fast as they are answered, then at
// half of the rate at which that came to decisions. What posts runs on the same machine and takes its share of it.

export interface EmbeddedMeasure {
  readonly events: number;
  readonly merchants: number;
  readonly policy: string;
  readonly batchEvents: number;
  /** Seconds of the open loop; 0 leaves it out. */
  readonly latencySeconds: number;
}

export interface EmbeddedFigures {
  readonly events: number;
  readonly merchants: number;
  readonly batchEvents: number;
  readonly decisions: number;
  /** From the first request to the last answer. */
  readonly acceptedSeconds: number;
  /** From the first request until the decision of what came last is readable. */
  readonly decidedSeconds: number;
  readonly cpuSeconds: number;
  /** Of whoever posts, for the same events. */
  readonly clientCpuSeconds: number;
  readonly peakBytes: number;
  readonly latency: Latency | null;
}

/** Days of events before now: inside the lateness, so that none is too late. */
const DAYS = 6;
const CONNECTIONS = 4;
const MIB = 1_048_576;

export async function measureEmbedded(wanted: EmbeddedMeasure): Promise<EmbeddedFigures> {
  const { events, merchants, batchEvents, policy, latencySeconds } = wanted;
  const { bodies, seen } = recentBodies(events, merchants, batchEvents);
  const embedded = await startEmbedded(policy);
  try {
    const before = { cpu: embedded.cpuSeconds(), client: process.cpuUsage() };
    const startedAt = performance.now();
    const secondsSince = (): number => (performance.now() - startedAt) / 1_000;
    await postAll(embedded, bodies);
    const acceptedSeconds = secondsSince();
    const { user, system } = process.cpuUsage(before.client);
    await embedded.settled();
    const decidedSeconds = secondsSince();
    const cpuSeconds = embedded.cpuSeconds() - before.cpu;
    const decisions = await embedded.decisions();
    const eventsPerSecond = Math.round(events / decidedSeconds / 2);
    const latency = latencySeconds === 0 ? null : await latencyAt(embedded, eventsPerSecond, wanted);
    return {
      events,
      merchants: seen,
      batchEvents,
      decisions,
      acceptedSeconds,
      decidedSeconds,
      cpuSeconds,
      clientCpuSeconds: (user + system) / 1e6,
      peakBytes: embedded.peakBytes(),
      latency,
    };
  } finally {
    await embedded.close();
  }
}

function recentBodies(
  events: number,
  merchants: number,
  batchEvents: number,
): { readonly bodies: readonly string[]; readonly seen: number } {
  const startMs = Date.now() - DAYS * DAY_MS;
  const subjects = new Set<string>();
  const bodies: string[] = [];
  const recent = workload({ ...FIXED_WORKLOAD, events, merchants, startMs, days: DAYS });
  for (const batch of batchesOf(recent, batchEvents)) {
    for (const { subject } of batch) subjects.add(subject!);
    bodies.push(JSON.stringify(batch));
  }
  return { bodies, seen: subjects.size };
}

function* batchesOf(
  delivered: Iterable<{ readonly event: CloudEvent }>,
  batchEvents: number,
): Generator<CloudEvent[]> {
  let batch: CloudEvent[] = [];
  for (const { event } of delivered) {
    batch.push(event);
    if (batch.length < batchEvents) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** So many requests under way at a time; the next one goes out when one is answered. */
async function postAll(embedded: EmbeddedProcess, bodies: readonly string[]): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < bodies.length) await embedded.post(bodies[next++]!);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

/** Open loop: a batch is posted when it is due, whatever became of those before. */
async function latencyAt(
  embedded: EmbeddedProcess,
  eventsPerSecond: number,
  { merchants, batchEvents, latencySeconds }: EmbeddedMeasure,
): Promise<Latency> {
  const acknowledgedAt = new Map<string, number>();
  const arrivedAt: { readonly id: string; readonly at: number }[] = [];
  const stream = await embedded.follow((id) => arrivedAt.push({ id, at: performance.now() }));
  const events = Math.round(eventsPerSecond * latencySeconds);
  const batches = [...batchesOf(moreWorkload(events, merchants, Date.now() - DAY_MS), batchEvents)];
  const flying: Promise<void>[] = [];
  const startedAt = performance.now();
  let due = 0;
  let scheduleLagMs = 0;
  for (const batch of batches) {
    due += batch.length;
    const waitMs = startedAt + (due / eventsPerSecond) * 1_000 - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    scheduleLagMs = Math.max(scheduleLagMs, -waitMs);
    flying.push(
      embedded.post(JSON.stringify(batch)).then(() => {
        const now = performance.now();
        for (const { id } of batch) if (!acknowledgedAt.has(id)) acknowledgedAt.set(id, now);
      }),
    );
  }
  await Promise.all(flying);
  await embedded.settled();
  await stream.stop();
  const waits = arrivedAt.flatMap(({ id, at }) => {
    const from = acknowledgedAt.get(id);
    return from === undefined ? [] : [Math.max(0, at - from)];
  });
  waits.sort((a, b) => a - b);
  const [p50Ms, p99Ms] = [quantileOf(waits, 0.5), quantileOf(waits, 0.99)];
  return { eventsPerSecond, decisions: waits.length, p50Ms, p99Ms, scheduleLagMs };
}

export function embeddedLines(figures: EmbeddedFigures): string[] {
  const { events, merchants, batchEvents, decisions, acceptedSeconds, decidedSeconds } = figures;
  const perSecond = (seconds: number): string => `${Math.round(events / seconds)} events/s`;
  const perMillion = (seconds: number): string => ((seconds * 1e6) / events).toFixed(1);
  return [
    'One process over PGlite, events posted to its door',
    `  ${events} events of ${merchants} merchants in batches of ${batchEvents}, ${CONNECTIONS} at a time; ` +
      `${decisions} decisions`,
    `  ${perSecond(acceptedSeconds)} accepted: ${acceptedSeconds.toFixed(1)} s`,
    `  ${perSecond(decidedSeconds)} to the last decision readable: ${decidedSeconds.toFixed(1)} s`,
    `  ${perMillion(figures.cpuSeconds)} CPU-seconds per million events, and ` +
      `${perMillion(figures.clientCpuSeconds)} of what posted them`,
    `  ${Math.round(figures.peakBytes / MIB)} MiB resident at most`,
  ];
}
