import { makeAdmit } from '#contracts/admit';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { openHistory } from '#sim/marketplace/history';
import { createMarketplace } from '#sim/marketplace/marketplace';
import type { Logs } from '#stream/log';
import type { Loaded } from './figures.ts';

/** An ordinary stretch, then the rise to Double 11. */
export const SEASON_START_MS = Date.parse('2026-10-12T00:00:00+08:00');
const DAYS_MAX = 365;
const SEED = 11;
/** Events wait in memory for one flush an hour of the season at most this many. */
const FLUSH_EVENTS = 5_000;

/** Writes this many events of a simulated season into activity, with the ticks they need, before anything runs. */
export async function loadSeason(options: {
  readonly logs: Logs;
  readonly events: number;
  readonly merchants: number;
}): Promise<Loaded> {
  const { events, merchants } = options;
  const sim = createMarketplace({
    seed: SEED,
    merchants,
    startMs: SEASON_START_MS,
    days: DAYS_MAX,
    duplicateRatePpm: 20_000,
    lateRatePpm: 20_000,
    tooLateRatePpm: 500,
  });
  const history = await openHistory({ logs: options.logs, writer: 'load' });
  const { partitions } = history.genesis;
  const admit = makeAdmit({ partitions, pseudonymKey: Buffer.alloc(32, 1) });
  let taken = 0;
  let flushed = 0;
  let bytes = 0;
  try {
    for (let atMs = SEASON_START_MS; taken < events;) {
      atMs += HOUR_MS;
      if (atMs > sim.endMs) throw new Error(`${merchants} merchants make only ${taken} events in a year`);
      for (const { event, deliveredAtMs } of sim.advance(atMs, [])) {
        if (taken === events) break;
        const outcome = admit(event);
        if (!outcome.admitted)
          throw new Error(`${event.id} must be admitted: ${JSON.stringify(outcome.problems)}`);
        history.event(outcome, deliveredAtMs);
        taken += 1;
        bytes += outcome.value.length;
      }
      if (taken - flushed < FLUSH_EVENTS) continue;
      await history.flush();
      flushed = taken;
    }
    // The last day's boundary is work like any other.
    history.advance(history.nowMs() + DAY_MS);
    await history.flush();
    const { ticks } = history.written();
    return { events: taken, ticks, merchants, partitions, bytesPerEvent: Math.round(bytes / taken) };
  } finally {
    await history.close();
  }
}
