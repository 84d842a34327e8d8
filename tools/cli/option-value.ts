import { InvalidArgumentError } from 'commander';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#domain/time';

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** A parser for whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}.`);
  };
}

/** `90s`, `10m`, `12h` or `7d` in milliseconds. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InvalidArgumentError('must be a number and a unit: 90s, 10m, 12h or 7d.');
  }
  return Number(count) * UNITS[unit]!;
}

/** The address of a door, without what would come before a path. */
export function doorUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('must be an address such as http://127.0.0.1:8080.');
}

/** A topic's whole name, as Kafka takes it. */
export function topicName(text: string): string {
  if (/^[A-Za-z0-9._-]{1,249}$/.test(text)) return text;
  throw new InvalidArgumentError('must be the name of a Kafka topic: up to 249 of A-Z a-z 0-9 . _ -');
}

/** An ISO 8601 instant in milliseconds UTC. */
export function instant(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('must be an instant such as 2026-11-01T00:00:00+08:00.');
  return ms;
}

/** An IANA zone that this system knows. */
export function zone(text: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    throw new InvalidArgumentError('must be an IANA zone such as Asia/Shanghai.');
  }
}
