import type { Comparison } from '../condition.ts';

/** What a value can be: whole numbers from `low` to `high`, or not assessed. */
export interface Range {
  readonly low: number;
  readonly high: number;
  /** It can be assessed at all. */
  readonly mayBe: boolean;
  /** It can be not assessed. */
  readonly mayMiss: boolean;
}

export const YES_OR_NO: Range = { low: 0, high: 1, mayBe: true, mayMiss: false };

export function rangeFrom(low: number, high: number, mayMiss: boolean): Range {
  return { low, high, mayBe: low <= high, mayMiss };
}

/** Only the values for which the comparison holds; null where there are none. */
export function narrowed(range: Range, op: Comparison, value: number): Range | null {
  let { low, high } = range;
  if (op === '>=' || op === '=') low = Math.max(low, value);
  if (op === '>') low = Math.max(low, value + 1);
  if (op === '<=' || op === '=') high = Math.min(high, value);
  if (op === '<') high = Math.min(high, value - 1);
  if (op === '!=' && low === value) low += 1;
  if (op === '!=' && high === value) high -= 1;
  return !range.mayBe || low > high ? null : { low, high, mayBe: true, mayMiss: false };
}

/** Only the case in which it is not assessed. */
export function missingOf(range: Range): Range | null {
  return range.mayMiss ? { low: 0, high: -1, mayBe: false, mayMiss: true } : null;
}

export const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  '>=': '<',
  '>': '<=',
  '<=': '>',
  '<': '>=',
  '=': '!=',
  '!=': '=',
};

/** Both sides of `one op times × other`, each narrowed by what the other can be; null where it can't hold. */
export function related(
  one: Range,
  op: Comparison,
  other: Range,
  times: number,
): readonly [Range, Range] | null {
  if (!one.mayBe || !other.mayBe) return null;
  const timesLow = Math.min(other.low * times, Number.MAX_SAFE_INTEGER);
  const timesHigh = Math.min(other.high * times, Number.MAX_SAFE_INTEGER);
  let left: Range | null = { ...one, mayMiss: false };
  let [low, high] = [other.low, other.high];
  if (op === '!=') {
    const isSame = one.low === one.high && timesLow === timesHigh && one.low === timesLow;
    return isSame ? null : [left, { ...other, mayMiss: false }];
  }
  if (op === '>=' || op === '>' || op === '=') {
    const least = op === '>' ? 1 : 0;
    left = narrowed(left, '>=', timesLow + least);
    high = Math.min(high, Math.floor((one.high - least) / times));
  }
  if (left !== null && (op === '<=' || op === '<' || op === '=')) {
    const least = op === '<' ? 1 : 0;
    left = narrowed(left, '<=', timesHigh - least);
    low = Math.max(low, Math.ceil((one.low + least) / times));
  }
  if (left === null || low > high) return null;
  return [left, { low, high, mayBe: true, mayMiss: false }];
}
