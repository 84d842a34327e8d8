// Times at the door: any RFC 3339 instant of the years 2000 to 2100 is accepted, and only one form goes into a
// log, so that the same event always gives the same bytes.

export const INSTANT_RULE = 'must be an RFC 3339 instant with an offset, in the years 2000 to 2100';

const YEAR_MIN = 2000;
const YEAR_MAX = 2100;
const EARLIEST_MS = Date.UTC(YEAR_MIN, 0, 1);
const END_MS = Date.UTC(YEAR_MAX + 1, 0, 1);
const INSTANT_CHARS_MAX = 64;

/** Most instants arrive in the wanted form; the days after the 28th take the slower road. */
const CERTAINLY_NORMAL =
  /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** `YYYY-MM-DDTHH:MM:SS.mmmZ` of the same instant (finer fractions are cut off), or null when it breaks the rule. */
export function normaliseInstant(text: string): string | null {
  if (CERTAINLY_NORMAL.test(text)) return text;
  if (text.length > INSTANT_CHARS_MAX) return null;
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match;
  const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // Date.UTC rolls 31 April over to May: an instant that does not exist is refused and not guessed.
  if (new Date(dayMs).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return null;
  const milliseconds = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const localMs = dayMs + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds;
  const offset = sign === undefined ? 0 : (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  const utcMs = sign === '-' ? localMs + offset : localMs - offset;
  return utcMs < EARLIEST_MS || utcMs >= END_MS ? null : new Date(utcMs).toISOString();
}

export function isInstant(text: unknown): boolean {
  return typeof text === 'string' && normaliseInstant(text) !== null;
}
