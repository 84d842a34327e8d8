// What was probably meant by a single value: digits are moved and units exchanged, nothing is computed with.

const NUMBER = /^-?\d+(\.\d+)?$/;
const NOTHING = new Set(['nothing', 'null', '']);
const ID_EXAMPLE = 'growth-2026';

/** `pattern`: the source of the expression that the text must match. */
export function rightText(value: string, pattern: string): string {
  if (pattern.startsWith('^[A-Za-z0-9._:-]')) return rightId(value);
  if (pattern === '^[A-Z]{3}$') {
    return /^[a-z]{3}$/i.test(value) ? value.toUpperCase() : 'the three letters of ISO 4217, for example CNY';
  }
  if (pattern.startsWith('^[0-9a-f]{64}')) return 'let `updraft policy pin` write it';
  if (pattern.startsWith('^[a-z-]+')) return 'for example order.paid';
  const most = /\{1,(\d+)\}/.exec(pattern)?.[1] ?? '200';
  return `a text in quotes, of 1 to ${most} characters`;
}

function rightId(value: string): string {
  if (NOTHING.has(value)) return `for example ${ID_EXAMPLE}`;
  // What matches and is refused all the same was read as a number or as true.
  if (/^[A-Za-z0-9._:-]{1,64}$/.test(value)) return `in quotes: "${value}"`;
  const near = value
    .replace(/[^A-Za-z0-9._:-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  return `for example ${near === '' ? ID_EXAMPLE : near}`;
}

export function rightNumber(value: string, low: string, high: string): string {
  const digits = /^(-?\d+)(\.\d+)?(%|[a-z]{1,2})?$/.exec(value.replace(/(?<=\d)[ _,'](?=\d{3})/g, ''));
  if (digits === null) return `for example ${Number(low) < 1 ? 1 : low}`;
  const [, whole, part, unit] = digits;
  const number = Number(whole);
  if (number < Number(low)) return `at least ${low}`;
  if (number > Number(high)) return `at most ${high}`;
  if (unit !== undefined) return `without its unit: ${whole!}`;
  return part === undefined ? `as a number: ${whole!}` : `${whole!}, or the next whole number`;
}

/** Whole days, at most `high`. */
export function rightDays(value: string, high: string): string {
  const days = /^\d+$/.test(value) ? `${value}d` : shortDuration(value);
  if (days === null || !days.endsWith('d') || days === '0d') return 'for example 30d';
  if (Number(days.slice(0, -1)) > Number(high.slice(0, -1))) return `at most ${high}`;
  return days === `${value}d` ? `with its unit: ${days}` : `for example ${days}`;
}

export function rightDuration(value: string): string {
  if (NUMBER.test(value) && Number(value) > 0) return `with its unit: ${value}d, or h, m, s`;
  const short = shortDuration(value);
  return short === null || short.startsWith('0') ? 'for example 7d' : `for example ${short}`;
}

/** `2 weeks` → 14d. */
function shortDuration(value: string): string | null {
  const [, count, letter] = /^(\d+)\s*(s|m|h|d|w)[a-z]*$/i.exec(value.trim()) ?? [];
  if (count === undefined) return null;
  const unit = letter!.toLowerCase();
  return unit === 'w' ? `${Number(count) * 7}d` : `${count}${unit}`;
}

/** A percentage; `low` and `high` in per cent, or null where numbers of other units may stand as well. */
export function rightShare(value: string, low: string | null, high: string | null): string {
  if (/^0\.\d{1,4}$/.test(value)) return `as a percentage: ${percent(value)}`;
  const shaped = /^(-?\d+)(\.\d+)?\s*(%?)$/.exec(value);
  if (shaped === null) {
    if (low === null || high === null) return 'for example 85%, or 30';
    return `for example ${Number(low) <= 50 && Number(high) >= 50 ? 50 : low}%`;
  }
  const [, whole, part = '', sign] = shaped;
  if (low === null || high === null) {
    if (sign === '%' && whole!.startsWith('-')) return `as a whole number: ${asBps(whole!, part)}`;
    if (sign === '%') return `for example ${whole!}${part.slice(0, 3)}%`;
    return part === ''
      ? 'a number that is nearer to 0'
      : 'a whole number: stars, for example, are hundredths';
  }
  const share = sign === '%' ? Number(whole) : Number(whole) / 100;
  if (share < Number(low) || whole!.startsWith('-')) return `at least ${low}%`;
  if (share >= Number(high)) return `at most ${high}%`;
  return sign === '%' ? `for example ${whole!}${part.slice(0, 3)}%` : `with its sign: ${value}%`;
}

/** -12.5% → -1250, which has no other way to be written. */
function asBps(whole: string, part: string): string {
  const digits = `${whole}${part.slice(1, 3).padEnd(2, '0')}`;
  return digits.replace(/^-0+(?=\d)/, '-');
}

/** 0.85 → 85%; digits are moved, never computed. */
function percent(fraction: string): string {
  const digits = fraction.slice(2).padEnd(2, '0');
  const whole = digits.slice(0, 2).replace(/^0(?=\d)/, '');
  return `${whole}${digits.length > 2 ? `.${digits.slice(2)}` : ''}%`;
}

export function rightDate(value: string): string {
  const [, year, month, day] = /^(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})$/.exec(value) ?? [];
  if (year === undefined) return 'year, month and day: 2026-11-11';
  const written = `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
  return written === value ? 'a day that its month has' : `for example ${written}`;
}

export function rightTime(value: string): string {
  const [, hour, minute] = /^(\d{1,2})(?::(\d{2}))?$/.exec(value) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute ?? 0) > 59) return 'from "00:00" to "23:59"';
  return `in quotes: "${hour.padStart(2, '0')}:${minute ?? '00'}"`;
}
