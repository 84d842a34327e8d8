import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS } from '#domain/time';
import type { GrantJournal, StepInForce } from '#sim/marketplace/demo-season';

// The demo's parameters and its journal of what was in force stay in the data directory: a demo that was killed
// goes on where it was, with the same events, and ends at the instant that its first start fixed.

export interface DemoPlan {
  readonly seed: number;
  readonly merchants: number;
  readonly days: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Puts 11-11 a few days before the end, whatever today is. */
  readonly seasonShiftDays: number;
}

/** What merchants of the demo are up to, often enough to be met in a few days. The figures are ours. */
export const CONDUCT = {
  unregisteredPpm: 10_000,
  entityPpm: 400_000,
  fraudPpm: 30_000,
  leavePpm: 300_000,
  newcomersStartAtBps: 3_000,
  courseEffectBps: 3_000,
};

/** 11-11 lies this many days before the end of the stretch. */
const PEAK_DAYS_BEFORE_END = 5;
const SHANGHAI_OFFSET_MS = 8 * HOUR_MS;

/** The plan of this data directory; made by the first start, whole hours, ending where the clock is. */
export async function demoPlan(
  dataDir: string,
  wanted: { readonly seed: number; readonly merchants: number; readonly days: number },
): Promise<DemoPlan> {
  const path = join(dataDir, 'demo.json');
  const standing = await readFile(path, 'utf8').catch(() => null);
  if (standing !== null) return JSON.parse(standing) as DemoPlan;
  const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const plan = {
    ...wanted,
    startMs: endMs - wanted.days * DAY_MS,
    endMs,
    seasonShiftDays: shiftTo(endMs - PEAK_DAYS_BEFORE_END * DAY_MS),
  };
  await writeFile(path, `${JSON.stringify(plan)}\n`, { flag: 'wx' });
  return plan;
}

/** Days from 11-11 of the same local year to the day of `peakMs`. */
function shiftTo(peakMs: number): number {
  const local = new Date(peakMs + SHANGHAI_OFFSET_MS);
  const peakDay = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate());
  return Math.round((peakDay - Date.UTC(local.getUTCFullYear(), 10, 11)) / DAY_MS);
}

export function fileJournal(dataDir: string): GrantJournal {
  const path = join(dataDir, 'demo-grants.ndjson');
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(() => '');
      // A last line without its end was being written when the process was killed.
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole.length < text.length) await writeFile(path, whole);
      return whole
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as StepInForce);
    },
    append: (step) => appendFile(path, `${JSON.stringify(step)}\n`),
  };
}
