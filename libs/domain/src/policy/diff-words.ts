import type { Json } from '../canonical.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';

// Values as people write them in a policy. A unit is the end of the field's name, or the unit of the metric that the
// value is a line on.

interface Members {
  readonly [key: string]: Json | undefined;
}

/** Units of the metrics of one bundle, and the metric whose lines are being read. */
export interface Units {
  readonly unit: string | null;
  within(metric: string | null): Units;
}

/** Fields of something about a metric that are lines on it. */
const LINES = new Set(['value', 'from', 'to', 'atLeast', 'atMost', 'floor', 'enter', 'leave']);
const FULL_BPS = 10_000;
/** Fields that only hold others together. */
const UNSAID = new Set(['formula']);
const SUFFIX = /(?:Bps|Ms|Days)$/;
const DURATIONS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
  ['ms', 1],
] as const;

export function unitsOf(bundle: Members): Units {
  const { metrics } = bundle;
  const units = new Map<string, string>();
  for (const metric of (Array.isArray(metrics) ? metrics : []) as readonly Members[]) {
    const { id, unit, formula } = metric;
    const scale = (formula as Members | undefined)?.['scale'];
    const known = typeof unit === 'string' ? unit : scale === FULL_BPS ? 'rate' : null;
    if (typeof id === 'string' && known !== null) units.set(id, known);
  }
  const about = (unit: string | null): Units => ({
    unit,
    within: (metric) => (metric === null ? about(unit) : about(units.get(metric) ?? null)),
  });
  return about(null);
}

/** `size maximum`, `condition growth.on-time value`. */
export function placeInWords(path: readonly string[]): string {
  return path
    .filter((key) => !UNSAID.has(key))
    .map((key) => (/^[a-z]+(?:[A-Z][a-z]*)+$/.test(key) ? wordsOf(key) : key))
    .join(' ');
}

/** `85%`, `14d`, `none`, `fixed 2000`. */
export function inWords(value: Json, key: string, units: Units): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberInWords(value, key, units);
  if (typeof value === 'string') return value === '' || /\s/.test(value) ? JSON.stringify(value) : value;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    return list.length === 0 ? 'none' : list.map((each) => inWords(each, key, units)).join(', ');
  }
  return membersInWords(value as Members, units);
}

function membersInWords(value: Members, units: Units): string {
  const { metric, days, lag } = value;
  if (typeof days === 'number' && Object.keys(value).every((key) => key === 'days' || key === 'lag'))
    return typeof lag === 'number' && lag > 0 ? `${days}d lagging ${lag}d` : `${days}d`;
  const within = units.within(typeof metric === 'string' ? metric : null);
  const parts = Object.entries(value).map(([key, each]) => {
    const words = inWords(each ?? null, key, within);
    return `${placeInWords([key])} ${isNested(each) ? `(${words})` : words}`;
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function numberInWords(value: number, key: string, { unit }: Units): string {
  if (key.endsWith('Bps')) return percent(value);
  if (key.endsWith('Ms')) return duration(value);
  if (/^days$|Days$/.test(key)) return `${value}d`;
  if (!LINES.has(key)) return String(value);
  if (unit === 'rate' || unit === 'score') return percent(value);
  if (unit === 'days') return `${value}d`;
  if (unit === 'seconds') return `${value}s`;
  return unit === 'stars' ? hundredths(value) : String(value);
}

function percent(bps: number): string {
  return `${hundredths(bps)}%`;
}

/** 8550 → 85.5 */
function hundredths(value: number): string {
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  const fraction = String(size % 100)
    .padStart(2, '0')
    .replace(/0+$/, '');
  return `${sign}${Math.floor(size / 100)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** 129600000 → `1d 12h` */
function duration(ms: number): string {
  const parts: string[] = [];
  let rest = ms;
  for (const [name, length] of DURATIONS) {
    const count = Math.floor(rest / length);
    if (count > 0) parts.push(`${count}${name}`);
    rest -= count * length;
  }
  return parts.length === 0 ? '0' : parts.join(' ');
}

/** `perMerchantMax` → `per merchant max`, `durationMs` → `duration`. */
function wordsOf(key: string): string {
  const bare = key.replace(SUFFIX, '');
  return bare.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isNested(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 1;
}
