import { QUANTITY_MAX } from '../number.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';

/** What is wrong with a policy source, where. */
export interface Finding {
  readonly field: string;
  readonly value: string;
  readonly rule: string;
}

/**
 * Reads one place of an untyped document and collects findings instead of stopping at the first. After a finding the
 * readers return a harmless value, so that one mistake doesn't hide the next.
 */
export interface Reader {
  readonly field: string;
  readonly value: unknown;
  /** What stands under a key of a mapping, or at an index of a list. */
  at(key: string | number): Reader;
  has(key: string): boolean;
  keys(): string[];
  /** The elements, at most `LIST_MAX`; with 1, there must be at least one. */
  list(low?: 0 | 1): Reader[];
  text(pattern?: RegExp): string;
  integer(low: number, high: number): number;
  /** So many of something: a whole number up to `UNITS_MAX`. */
  units(low?: number): number;
  choice<T extends string>(choices: readonly T[]): T;
  /** `14d`, `12h`, `30m`, `10s`, or 0 where nothing may be. */
  durationMs(lowMs?: number): number;
  /** Whole days, at least one: `30d`. */
  days(high: number): number;
  /** Basis points of `95%`, `0.5%`, or an integer of basis points. */
  bps(high?: number, low?: number): number;
  /** An integer, or basis points where a percentage is written. */
  quantity(): number;
  /** `true` or `false`. */
  truth(): boolean;
  only(keys: readonly string[]): void;
  fail(rule: string): void;
  /** Whether nothing here or below was found wrong so far. */
  isSound(): boolean;
}

/** What lies beyond is not read. */
const LIST_MAX = 1_000;
export const UNITS_MAX = 1_000_000_000_000;
const ID = /^[A-Za-z0-9._:-]{1,64}$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export function readerOf(value: unknown, findings: Finding[], field = ''): Reader {
  const fail = (rule: string): void => {
    findings.push({ field: field === '' ? '/' : field, value: shown(value), rule });
  };
  const object = (): Record<string, unknown> | null =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  const reader: Reader = {
    field,
    value,
    fail,
    isSound: () => !findings.some(({ field: at }) => at === field || at.startsWith(`${field}/`)),
    at: (key) => readerOf(valueAt(value, key), findings, `${field}/${key}`),
    has: (key) => valueAt(value, key) !== undefined,
    keys() {
      const keys = object();
      if (keys === null) fail('must be a mapping');
      return Object.keys(keys ?? {});
    },
    list(low = 0) {
      if (!Array.isArray(value)) fail('must be a list');
      else if (value.length < low) fail('must not be empty');
      else if (value.length > LIST_MAX) fail(`must not be longer than ${LIST_MAX}`);
      const each = Array.isArray(value) ? value.slice(0, LIST_MAX) : [];
      return each.map((one, i) => readerOf(one, findings, `${field}/${i}`));
    },
    text(pattern = ID) {
      if (typeof value !== 'string' || !pattern.test(value)) fail(`must be text matching ${pattern.source}`);
      else if (pattern === ID && value in Object.prototype) fail('must not be a name that every object has');
      else return value;
      return '';
    },
    integer(low, high) {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high)
        return value;
      fail(`must be a whole number from ${low} to ${high}`);
      return low;
    },
    units: (low = 0) => reader.integer(low, UNITS_MAX),
    choice(choices) {
      const found = choices.find((choice) => choice === value);
      if (found === undefined) fail(`must be one of ${choices.join(', ')}`);
      return found ?? choices[0]!;
    },
    durationMs(lowMs = 0) {
      const parts = typeof value === 'string' ? /^(\d{1,6})([smhd])$/.exec(value) : null;
      const ms = parts === null ? (value === 0 ? 0 : -1) : Number(parts[1]) * UNIT_MS[parts[2]!]!;
      if (ms < lowMs)
        fail(`must be a duration such as 14d, 12h, 30m, 10s${lowMs > 0 ? ', not 0' : ', or 0'}`);
      return Math.max(ms, lowMs);
    },
    days(high) {
      const parts = typeof value === 'string' ? /^(\d{1,4})d$/.exec(value) : null;
      const days = parts === null ? 0 : Number(parts[1]);
      if (days < 1 || days > high) fail(`must be whole days from 1d to ${high}d`);
      return Math.max(days, 1);
    },
    bps(high = 10_000, low = 0) {
      const bps = typeof value === 'number' ? value : percentAsBps(value);
      if (bps !== null && Number.isSafeInteger(bps) && bps >= low && bps <= high) return bps;
      fail(
        `must be a percentage with at most two decimals, or basis points, from ${low / 100} to ${high / 100}%`,
      );
      return low;
    },
    quantity() {
      const number = typeof value === 'number' ? value : percentAsBps(value);
      if (number !== null && Number.isSafeInteger(number) && Math.abs(number) <= QUANTITY_MAX) return number;
      fail(`must be a whole number up to ${QUANTITY_MAX}, or a percentage with at most two decimals`);
      return 0;
    },
    truth() {
      if (typeof value !== 'boolean') fail('must be true or false');
      return value === true;
    },
    only(keys) {
      for (const key of Object.keys(object() ?? {})) {
        if (!keys.includes(key)) reader.at(key).fail(`is not known here; known are ${keys.join(', ')}`);
      }
    },
  };
  return reader;
}

/** Only own properties: a document can't reach a prototype. */
function valueAt(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (typeof key === 'number'))
    return;
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
}

function percentAsBps(value: unknown): number | null {
  const parts = typeof value === 'string' ? /^(\d{1,6})(?:\.(\d{1,2}))?%$/.exec(value) : null;
  return parts === null ? null : Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
