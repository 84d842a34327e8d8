import { makeAdmit } from '#contracts/admit';
import { DAY_MS, MINUTE_MS } from '#domain/time';
import { openHistory } from '#sim/marketplace/history';
import type { Logs } from '#stream/log';
import { FIXED_WORKLOAD, workload, type Delivered } from './workload.ts';

/** What stood in activity before the stages were started. */
export interface Loaded {
  readonly events: number;
  readonly ticks: number;
  readonly merchants: number;
  readonly partitions: number;
  readonly bytesPerEvent: number;
}

/** Events that wait in memory for one flush. */
const FLUSH_EVENTS = 20_000;
export const PSEUDONYM_KEY = Buffer.alloc(32, 1);

/** Writes the fixed workload into activity with the ticks it needs. `source` goes on behind it. */
export async function loadWorkload(options: {
  readonly logs: Logs;
  readonly events: number;
  readonly merchants: number;
}): Promise<{ readonly loaded: Loaded; readonly endMs: number }> {
  const { logs, events, merchants } = options;
  const history = await openHistory({ logs, writer: 'load' });
  const { partitions } = history.genesis;
  const admit = makeAdmit({ partitions, pseudonymKey: PSEUDONYM_KEY });
  const seen = new Set<string>();
  let bytes = 0;
  let taken = 0;
  try {
    for (const { event, deliveredAtMs } of fixedWorkload(events, merchants)) {
      const outcome = admit(event);
      if (!outcome.admitted) throw new Error(`${event.id}: ${JSON.stringify(outcome.problems)}`);
      history.event(outcome, deliveredAtMs);
      seen.add(outcome.merchantId);
      bytes += outcome.value.length;
      taken += 1;
      if (taken % FLUSH_EVENTS === 0) await history.flush();
    }
    await history.flush();
    const { ticks } = history.written();
    const loaded = { events: taken, ticks, merchants: seen.size, partitions };
    return { loaded: { ...loaded, bytesPerEvent: Math.round(bytes / taken) }, endMs: history.nowMs() };
  } finally {
    await history.close();
  }
}

export function fixedWorkload(events: number, merchants: number): Iterable<Delivered> {
  return workload({ ...FIXED_WORKLOAD, events, merchants });
}

/** More of it, from where the first part ended, in so short a time that it needs no ticks: for an open loop. */
export function moreWorkload(events: number, merchants: number, fromMs: number): Iterable<Delivered> {
  const seed = FIXED_WORKLOAD.seed + 1;
  const days = MORE_MS / DAY_MS;
  return workload({ ...FIXED_WORKLOAD, events, merchants, startMs: fromMs, days, seed });
}

/** Well below the tolerance for events from the future. */
const MORE_MS = 2 * MINUTE_MS;
