import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS } from '#domain/time';
import type { GrantJournal, StepInForce } from '#sim/marketplace/demo-season';
import type { MarketplaceOptions } from '#sim/marketplace/marketplace';
import { shapeOf, type ShapeName } from '#sim/marketplace/shapes';
import { CommandError } from '#tools/cli/command-error';

// The demo's parameters and its journal of what was in force stay in the data directory: a demo that was killed
// goes on where it was, with the same events, and ends at the instant that its first start fixed.

export interface DemoPlan {
  readonly seed: number;
  readonly merchants: number;
  readonly days: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Puts 11-11 a few days before the end, whatever today is; a pack has dates of its own. */
  readonly seasonShiftDays: number;
  /** Whose shape the marketplace has; absent: the ordinary demo. */
  readonly pack?: ShapeName;
}

export interface DemoWanted {
  readonly seed: number;
  readonly merchants: number;
  /** Left out: ten, or the whole season of the pack. Fewer than that are its last. */
  readonly days?: number;
  readonly pack?: ShapeName;
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

const DAYS_DEFAULT = 10;
/** 11-11 lies this many days before the end of the stretch. */
const PEAK_DAYS_BEFORE_END = 5;
const SHANGHAI_OFFSET_MS = 8 * HOUR_MS;

/** The plan of this data directory; made by the first start, whole hours, ending where the clock is. */
export async function demoPlan(dataDir: string, wanted: DemoWanted): Promise<DemoPlan> {
  const path = join(dataDir, 'demo.json');
  const standing = await readFile(path, 'utf8').catch(() => null);
  if (standing !== null) return sameSeason(JSON.parse(standing) as DemoPlan, wanted, dataDir);
  const nowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const plan = {
    ...wanted,
    ...(wanted.pack === undefined ? upTo(nowMs, wanted) : seasonOf(wanted.pack, nowMs, wanted)),
  };
  await writeFile(path, `${JSON.stringify(plan)}\n`, { flag: 'wx' });
  return plan;
}

function sameSeason(plan: DemoPlan, { pack }: DemoWanted, dataDir: string): DemoPlan {
  if (pack === undefined || plan.pack === pack) return plan;
  const whose = plan.pack === undefined ? 'the ordinary demo' : `the season of ${plan.pack}`;
  throw new CommandError(`${dataDir} holds ${whose}; choose another --data for ${pack}, or --fresh`);
}

type Stretch = Pick<DemoPlan, 'days' | 'startMs' | 'endMs' | 'seasonShiftDays'>;

function upTo(endMs: number, { days = DAYS_DEFAULT }: DemoWanted): Stretch {
  const seasonShiftDays = shiftTo(endMs - PEAK_DAYS_BEFORE_END * DAY_MS);
  return { days, startMs: endMs - days * DAY_MS, endMs, seasonShiftDays };
}

/** Calendars of a pack name days of a year, so that its season is where it is; what lies ahead is not played. */
function seasonOf(pack: ShapeName, nowMs: number, wanted: DemoWanted): Stretch {
  const { startMs: firstMs, days: daysOfSeason, seasonShiftDays = 0 } = shapeOf(pack).options;
  const endMs = Math.min(firstMs + daysOfSeason * DAY_MS, nowMs);
  const days = Math.min(wanted.days ?? daysOfSeason, Math.ceil((endMs - firstMs) / DAY_MS));
  if (days < 1)
    throw new CommandError(
      `the season of ${pack} begins on ${new Date(firstMs).toISOString()}, which is ahead`,
    );
  return { days, startMs: Math.max(firstMs, endMs - days * DAY_MS), endMs, seasonShiftDays };
}

/** What the simulator of this plan is like. */
export function marketplaceOf({ pack, ...plan }: DemoPlan): MarketplaceOptions {
  return pack === undefined ? { ...plan, ...CONDUCT } : { ...shapeOf(pack).options, ...plan };
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
