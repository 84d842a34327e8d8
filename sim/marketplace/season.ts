import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';

// The shape of demand: by hour of the day, and over the weeks around a sales day. The figures are ours; what
// they copy from the real seasons is their form: a rise while buyers collect carts, one day far above all
// others that begins at midnight, a dip while parcels travel, and after Double 11 a small echo on 12-12.

export const SEASONS = ['double-11', '618', 'flat'] as const;
export type SeasonName = (typeof SEASONS)[number];

interface SeasonShape {
  /** Month × 100 + day; null where every day is like the others. */
  readonly peakDay: number | null;
  /** [first day as month × 100 + day, factor there, factor on the last day before the next row], in percent. */
  readonly rows: readonly (readonly [number, number, number])[];
}

/** Share of a day's demand by local hour, in 1/1000. Sums to 1000. */
const HOUR_SHAPE = [
  22, 12, 7, 4, 4, 6, 13, 24, 36, 48, 55, 53, 50, 50, 52, 53, 52, 49, 50, 61, 80, 90, 78, 51,
] as const;
/** The peak opens at midnight and closes at midnight. */
const PEAK_HOUR_SHAPE = [
  140, 62, 28, 12, 8, 8, 14, 24, 38, 48, 52, 46, 38, 36, 36, 36, 36, 36, 38, 46, 56, 62, 56, 44,
] as const;

const DOUBLE_11: SeasonShape['rows'] = [
  [101, 100, 100],
  [1020, 100, 150],
  [1101, 150, 210],
  [1111, 600, 600],
  [1112, 90, 60],
  [1118, 60, 100],
  [1201, 100, 100],
  [1209, 110, 130],
  [1212, 260, 260],
  [1213, 85, 100],
  [1221, 100, 100],
  [1301, 100, 100],
];
/** Two waves: the opening of June, and the day itself. */
const MID_YEAR: SeasonShape['rows'] = [
  [101, 100, 100],
  [520, 100, 130],
  [601, 240, 160],
  [604, 130, 180],
  [618, 450, 450],
  [619, 90, 60],
  [624, 60, 100],
  [701, 100, 100],
  [1301, 100, 100],
];
const FLAT: SeasonShape['rows'] = [
  [101, 100, 100],
  [1301, 100, 100],
];

const SHAPES: Readonly<Record<SeasonName, SeasonShape>> = {
  'double-11': { peakDay: 1_111, rows: DOUBLE_11 },
  '618': { peakDay: 618, rows: MID_YEAR },
  flat: { peakDay: null, rows: FLAT },
};

/** Demand of the day against an ordinary day: 1 is ordinary, 6 is 11-11. */
export function seasonFactor(ms: number, zoneOffsetMinutes: number, season: SeasonName): number {
  const { rows } = SHAPES[season];
  const local = new Date(ms + zoneOffsetMinutes * MINUTE_MS);
  const day = local.getUTCMonth() * 100 + 100 + local.getUTCDate();
  const row = rows.findLastIndex(([from]) => from <= day);
  const [from, first, last] = rows[row]!;
  const length = daysBetween(local, from, rows[row + 1]![0]);
  const passed = daysBetween(local, from, day);
  return (first + ((last - first) * passed) / Math.max(1, length - 1)) / 100;
}

/** Share of the day's demand that falls into the hour of `ms`; the 24 shares of a day sum to 1. */
export function hourShare(ms: number, zoneOffsetMinutes: number, season: SeasonName): number {
  const local = new Date(ms + zoneOffsetMinutes * MINUTE_MS);
  const isPeak = local.getUTCMonth() * 100 + 100 + local.getUTCDate() === SHAPES[season].peakDay;
  return (isPeak ? PEAK_HOUR_SHAPE : HOUR_SHAPE)[local.getUTCHours()]! / 1_000;
}

export function localHour(ms: number, zoneOffsetMinutes: number): number {
  return Math.floor((ms + zoneOffsetMinutes * MINUTE_MS) / HOUR_MS) % 24;
}

function daysBetween(local: Date, fromDay: number, toDay: number): number {
  return Math.round((dayAt(local, toDay) - dayAt(local, fromDay)) / DAY_MS);
}

function dayAt(local: Date, day: number): number {
  return Date.UTC(local.getUTCFullYear(), Math.floor(day / 100) - 1, day % 100);
}
