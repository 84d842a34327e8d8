import type { CloudEvent } from '#domain/stage/stage';
import { exampleOf } from '../catalogue.ts';
import { MERCHANT_EVENT_TYPES } from '../event-types.ts';

// Seeded malformed input for the tests of every door: the same seed gives the same events.

export type Random = () => number;

/** mulberry32: a number in [0, 1) per call. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)]!;
}

const STRANGE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -0,
  1.5,
  2 ** 53,
  -(2 ** 60),
  1e300,
  '',
  ' ',
  '商家',
  '\u0000',
  '\ud800',
  'x'.repeat(129),
  'x'.repeat(5000),
  'USD',
  'usd',
  'ZZ',
  '2026-02-30T00:00:00Z',
  '2026-11-11T10:00:00+08:00',
  '1999-01-01T00:00:00Z',
  'updraft.order.paid.v2',
  'updraft.control.tick.v1',
  'http://[bad',
  '%zz',
  '\u202e\u0007',
  [],
  ['a'],
  {},
  { a: { b: { c: 1 } } },
  { wants_traffic: 'yes', 'bad key': 'x' },
  { q: 7 },
];

const STRANGE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'surprise',
  'data_base64',
  '',
  '\ud800',
  'a/b~c',
];

/** JSON text of an event of the catalogue after one to three mutations; now and then it is valid all the same. */
export function mutatedEvent(random: Random, serial: number): string {
  const event: Record<string, unknown> = {
    ...exampleOf(pick(random, MERCHANT_EVENT_TYPES)),
    id: `mutated-${serial}`,
  };
  event['data'] = { ...(event['data'] as CloudEvent['data']) };
  const times = 1 + Math.floor(random() * 3);
  for (let i = 0; i < times; i++) mutate(random, event);
  if (random() < 0.02) event['data'] = nested(2 + Math.floor(random() * 60));
  const text = JSON.stringify(event);
  return random() < 0.02 ? text.slice(0, Math.floor(random() * text.length)) : text;
}

function mutate(random: Random, event: Record<string, unknown>): void {
  const { data } = event;
  const isInside = random() < 0.6 && typeof data === 'object' && data !== null && !Array.isArray(data);
  const target = isInside ? (data as Record<string, unknown>) : event;
  const what = random();
  if (what < 0.25) {
    delete target[pick(random, Object.keys(target)) ?? ''];
  } else if (what < 0.45) {
    // Defined and not assigned, because an assigned `__proto__` would not be a key.
    const value = pick(random, STRANGE_VALUES);
    Object.defineProperty(target, pick(random, STRANGE_KEYS), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    const key = pick(random, Object.keys(target));
    if (key !== undefined && key !== '__proto__') target[key] = pick(random, STRANGE_VALUES);
  }
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { deeper: nested(depth - 1) };
}
