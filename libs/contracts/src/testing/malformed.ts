import { exampleOf } from '../catalogue.ts';
import { MERCHANT_EVENT_TYPES } from '../event-types.ts';
import { pointer, shown } from '../problem-list.ts';
import { schemaOf } from '../schema.ts';
import { pick, type Random } from './mutation.ts';

// Seeded events with exactly one fault each, in a place that is known: so a test can ask whether a refusal names this
// field and this value. What is wrong with a field is listed here by hand and not taken from the rules of the door.

export interface MalformedEvent {
  /** JSON, unless somebody spoils it. */
  readonly text: string;
  /** Where the fault is; a refusal may name something inside it. */
  readonly field: string;
  /** What stands there, as a refusal shows it. */
  readonly value: string;
}

/** JSON text, because huge numbers, repeated keys and `__proto__` do not survive being objects. */
type Raw = string;
type Draw = (random: Random) => Raw | null;

/** In turns for every event type and every field, unknown keys and the event as a whole included. */
export function malformedEvents(random: Random): (serial: number) => MalformedEvent {
  return (serial) => {
    const place = PLACES[serial % PLACES.length]!;
    const raw = pick(random, place.faults)(random);
    const said = { field: place.pointer, value: shown(raw === null ? undefined : JSON.parse(raw)) };
    if (place.name === null) return { ...said, text: raw! };
    const envelope = membersOf({ ...exampleOf(place.type), id: `malformed-${serial}` });
    if (!place.isInside) return { ...said, text: textOf(put(random, envelope, place.name, raw)) };
    const data = put(random, membersOf(exampleOf(place.type).data), place.name, raw);
    return { ...said, text: textOf(put(random, envelope, 'data', textOf(data))) };
  };
}

interface Place {
  readonly type: (typeof MERCHANT_EVENT_TYPES)[number];
  readonly isInside: boolean;
  /** Null: the event itself is something else. */
  readonly name: string | null;
  readonly pointer: string;
  readonly faults: readonly Draw[];
}

const always =
  (value: unknown): Draw =>
  () =>
    JSON.stringify(value);
const absent: Draw = () => null;
const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Wrong everywhere: no field of ours takes a negative number, a fraction, an array, or nothing. */
const WRONG: readonly Draw[] = [
  always(null),
  always([]),
  always(''),
  always('\u0000'),
  always('a\ud800'),
  (random) => `-${1 + upTo(random, 2 ** 40)}`,
  (random) => `-${'9'.repeat(16 + upTo(random, 300))}`,
  (random) => `${upTo(random, 1000)}.${1 + upTo(random, 9)}`,
  (random) => `${1 + upTo(random, 9)}e${17 + upTo(random, 400)}`,
  (random) => JSON.stringify('x'.repeat(300 + upTo(random, 4000))),
  (random) => nested(2 + upTo(random, 300)),
  (random) => JSON.stringify(Array.from({ length: upTo(random, 200) }, (_, i) => i)),
  (random) => `{"a":{"b":${upTo(random, 100)}}}`,
  (random) => `{"__proto__":{"isAdmin":${upTo(random, 100)}}}`,
  (random) => `{"constructor":{"prototype":{"isAdmin":${upTo(random, 100)}}}}`,
];

const TIMES = [
  '1999-12-31T23:59:59.999Z',
  '2000-01-01T00:00:00+08:00',
  '0001-01-01T00:00:00Z',
  '2101-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-11T24:00:00Z',
  '2026-11-11T10:00:60Z',
  '2026-11-11T10:00:00',
  '2026-11-11 10:00:00Z',
  '2026-11-11',
  1_794_391_200_000,
  true,
];
const NO_IDS = ['商家', 'a b', 'a\tb', 'x'.repeat(129), 7, true, {}];
const NO_MERCHANT_IDS = [...NO_IDS, 'a%', 'a/b', '__proto__', 'constructor', 'prototype'];
const TYPES = [
  'updraft.order.paid',
  'updraft.order.paid.v0',
  'updraft.order.paid.v2',
  'updraft.ORDER.paid.v1',
  'updraft.control.tick.v1',
  'updraft.control.genesis.v1',
  'updraft.capability.merchant.v1',
  '__proto__',
  'toString',
  7,
  true,
  {},
];

/** What is wrong besides, by what a field holds. */
const KINDS = {
  id: NO_MERCHANT_IDS,
  grantId: [...NO_IDS, 'a%', 'g?1'],
  text: ['x'.repeat(257), '\u0000x', 7, true, {}],
  instant: TIMES,
  amount: ['12', '0x10', 9_007_199_254_740_992, 1e16, true, {}],
  stars: [0, 6, 100, '5', true, {}],
  flag: [0, 1, 'true', 'false', 'yes', {}],
  currency: ['usd', 'ZZZ', 'US', 'CNY ', 156, true, {}],
  country: ['cn', 'ZZ', 'CHN', 'C', 156, true, {}],
  oneOf: ['nobody', 'Buyer', 'MERCHANT', 7, true, {}],
  answers: [
    { 'bad key': 'x' },
    { q: 7 },
    { q: null },
    { q: '' },
    { q: ['a'] },
    'yes',
    7,
    true,
    manyAnswers(),
  ],
  scores: [{}, { description: 6 }, { service: 0 }, { logistics: '5' }, { speed: 5 }, 'yes', 7, true],
} as const satisfies Record<string, readonly unknown[]>;

const FIELDS: Readonly<Record<keyof typeof KINDS, string>> = {
  id:
    'category entityId orderId threadId survey tool course violation verification sessionId contentId service ' +
    'violationId exam certification',
  grantId: 'grantId',
  text: 'reason buyer',
  instant: 'orderedAt shipBy receivedAt deliverBy startedAt dueBy',
  amount:
    'amountMinor refundMinor ordersPerDay units exposures clicks orders used viewers visitors watchSeconds newFans ' +
    'gmvMinor fans fansOffSite listings times points',
  stars: 'stars',
  flag: 'wasShipped forQuality isFirst isArbitrated isSearchBlocked',
  currency: 'currency',
  country: 'country',
  oneOf: 'by dispatch tracking outcome inFavourOf kind severity',
  answers: 'answers',
  scores: 'scores',
};

const ENVELOPE: Readonly<Record<string, readonly unknown[]>> = {
  specversion: ['0.3', '1.00', '2.0', 1, true, {}],
  id: NO_IDS,
  source: ['http://[bad path', 'a b', '%zz', '<x>', '商家', 7, true, {}],
  type: TYPES,
  subject: NO_MERCHANT_IDS,
  time: TIMES,
  datacontenttype: ['text/plain', 'application/xml', 'application/json; charset=latin1', 7, true, {}],
  data: ['text', 7, true, 0],
};
const MAY_BE_ABSENT: ReadonlySet<string> = new Set(['datacontenttype']);
const UNKNOWN_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'surprise',
  'data_base64',
  'ID',
  ' id',
  '',
  'a/b~c',
  '\ud800',
  'k'.repeat(500),
];

const PLACES: readonly Place[] = MERCHANT_EVENT_TYPES.flatMap((type) => {
  const { properties = {}, required = [] } = schemaOf(type);
  const place = (isInside: boolean, name: string, faults: readonly Draw[]): Place => {
    return { type, isInside, name, pointer: pointer(isInside ? '/data' : '', name), faults };
  };
  const whole = [always(7), always('event'), always(null), always([]), always([[{}]]), always(true)];
  return [
    ...Object.entries(ENVELOPE).map(([name, wrong]) =>
      place(false, name, [...faultsOf(wrong), ...(MAY_BE_ABSENT.has(name) ? [] : [absent, absent])]),
    ),
    ...Object.keys(properties).map((name) =>
      place(true, name, [...faultsOf(wrongFor(name)), ...(required.includes(name) ? [absent, absent] : [])]),
    ),
    ...UNKNOWN_KEYS.flatMap((name) => [place(false, name, WRONG), place(true, name, WRONG)]),
    { type, isInside: false, name: null, pointer: '', faults: whole },
  ];
});

/** After so many events every place had its turn. */
export const MALFORMED_ROUND = PLACES.length;

function wrongFor(field: string): readonly unknown[] {
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const kind = kinds.find((name) => FIELDS[name].split(' ').includes(field));
  if (kind === undefined) throw new Error(`field ${field} must be in FIELDS, with what is wrong for it`);
  return KINDS[kind];
}

function faultsOf(wrong: readonly unknown[]): readonly Draw[] {
  return [...WRONG, ...wrong.map(always)];
}

function nested(depth: number): Raw {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

function manyAnswers(): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`q${i}`, 'yes']));
}

type Member = readonly [name: string, raw: Raw];

function membersOf(object: object): Member[] {
  return Object.entries(object).map(([name, value]) => [name, JSON.stringify(value)]);
}

/** Where the key stands already, or a second time at the end: the last one counts in JSON. */
function put(random: Random, members: readonly Member[], name: string, raw: Raw | null): readonly Member[] {
  const at = members.findIndex(([other]) => other === name);
  if (raw === null) return members.toSpliced(at, 1);
  return at < 0 || random() < 0.1 ? [...members, [name, raw]] : members.with(at, [name, raw]);
}

function textOf(members: readonly Member[]): string {
  return `{${members.map(([name, raw]) => `${JSON.stringify(name)}:${raw}`).join(',')}}`;
}
