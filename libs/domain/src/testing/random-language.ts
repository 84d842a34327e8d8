import { FACTS, type FactId } from '../scoring/fact.ts';
import { INSTANTS, STATES, type StateId } from '../policy/formula.ts';
import { ladder } from './small-bundle.ts';

// Metrics, ladders, calendars and conditions of every kind that the language has, from a stream of choices. Histories
// begin on the first of November 2026 and last a few weeks, so windows, periods and calendars are of days.

export type Choose = (sides: number) => number;
type Source = Record<string, unknown>;

const OPS = ['>=', '>', '<=', '<', '=', '!='];
const BASE = 7;
const DERIVED = 5;

export const CALENDARS: readonly Source[] = [
  { id: 'days', names: { en: 'Days' }, monthDays: [3, 9, 16, 31], at: '06:00' },
  { id: 'tuesdays', names: { en: 'Tuesdays' }, weekday: 'tue', everyWeeks: 1, from: '2026-11-03' },
  { id: 'others', names: { en: 'Every other day' }, everyDays: 2, from: '2026-11-02' },
  { id: 'sale', names: { en: 'Sale' }, from: '2026-11-04', to: '2026-11-08' },
];

const one = <T>(choose: Choose, list: readonly T[]): T => list[choose(list.length)]!;

export interface RandomLanguage {
  readonly metrics: readonly Source[];
  readonly ladders: readonly Source[];
  /** A condition with this id at its root, asking about ladders as well unless it is told not to. */
  conditionOf(id: string, deep?: number, ladders?: readonly string[]): Source;
}

export function randomLanguage(choose: Choose): RandomLanguage {
  const base = Array.from({ length: BASE }, (_, i) => baseMetric(`r${i}`, choose));
  const ids = base.map(({ id }) => id as string);
  const derived: Source[] = [];
  for (let i = 0; i < DERIVED; i++) {
    derived.push(derivedMetric(`d${i}`, choose, [...ids, ...derived.map(({ id }) => id as string)]));
  }
  const known = [...ids, ...derived.map(({ id }) => id as string), 'orders', 'age'];
  const conditionOf = (id: string, deep = 2, ladders: readonly string[] = LADDERS): Source =>
    tree(id, choose, known, deep, ladders);
  return { metrics: [...base, ...derived], ladders: laddersOf(choose, known, conditionOf), conditionOf };
}

const FACTS_TOLD: readonly FactId[] = FACTS.filter((fact) => !fact.startsWith('exposures'));

function plainWindow(choose: Choose): unknown {
  return one(choose, [
    '1d',
    '3d',
    '7d',
    'ever',
    { days: '3d', lag: '2d' },
    { calendar: 'week', back: choose(2) },
    { calendar: 'month', back: 0 },
    { from: '2026-11-02', to: '2026-11-05' },
    { during: 'sale' },
  ]);
}

function windowOf(choose: Choose): unknown {
  const kind = choose(4);
  const firstOf = [{ window: plainWindow(choose), atLeast: 1 + choose(3) }, { window: plainWindow(choose) }];
  if (kind === 0) return { firstOf, by: one(choose, FACTS_TOLD) };
  const weighted = [2, 1].map((times) => ({ window: plainWindow(choose), times }));
  return kind === 1 ? { weighted } : plainWindow(choose);
}

/** One that reads what happened. Half of the facts are of orders, which histories tell of most. */
function baseMetric(id: string, choose: Choose): Source {
  const fact = (): FactId =>
    one(choose, choose(2) === 0 ? FACTS_TOLD : ['ordersPaid', 'ordersShipped', 'reviews']);
  const any = plainWindow(choose);
  // What is looked at day by day has a window that ends.
  const window = any === 'ever' ? '7d' : any;
  const kinds: (() => Source)[] = [
    () => ({
      sum: choose(2) === 0 ? fact() : { ordersPaid: 2, cancelledByMerchant: -1 },
      window: windowOf(choose),
    }),
    () => ({
      ratio: fact(),
      per: fact(),
      scale: 100,
      round: one(choose, ['down', 'up', 'nearest']),
      minimumCount: 1 + choose(2),
      window: windowOf(choose),
    }),
    () => ({ daysWith: fact(), atLeast: 1 + choose(2), window }),
    () => ({ [one(choose, ['largest', 'smallest', 'latest'])]: fact(), window }),
    () => ({ distinct: one(choose, ['buyers', 'defectBuyers']), atMost: 3, window }),
    () => ({ percentile: 'replyMinutes', at: one(choose, ['50%', '90%']), window: windowOf(choose) }),
    () => ({ violations: one(choose, ['count', 'points', 'largest']), window }),
    () => ({ daysSince: one(choose, INSTANTS) }),
    () => reported(one(choose, STATES)),
  ];
  return { id, names: { en: id }, unit: 'count', ...one(choose, kinds)() };
}

/** In place of one of the states stands an answer, so that the stream of choices stays as it was. */
function reported(state: StateId): Source {
  return state === 'fansOffSite' ? { answer: 'wants' } : { state };
}

function derivedMetric(id: string, choose: Choose, known: readonly string[]): Source {
  const read = (): string => one(choose, known);
  const when = (place: string): Source => atomOf(`${id}.${place}`, choose, known, []);
  const kinds: (() => Source)[] = [
    () => ({
      total: [
        { metric: read(), per: 1 + choose(2), times: 2 },
        { metric: read(), times: -1 },
      ],
      plus: choose(3),
      ...(choose(2) === 0 ? { missing: 'zero' } : {}),
      ...(choose(2) === 0 ? { atLeast: 0, atMost: 9 } : {}),
    }),
    () => ({ [one(choose, ['least', 'greatest'])]: [read(), read()] }),
    () => ({ firstOf: [read(), read(), choose(4)] }),
    () => ({
      score: {
        scale: 10,
        minimumWeight: one(choose, ['0%', '60%']),
        components: [
          { metric: read(), weight: '50%', from: 0, to: 4 },
          { metric: read(), weight: '50%', from: 5, to: 0 },
        ],
        floors: [{ when: when('floor'), atLeast: 4 }],
        deductions: [{ when: when('deduction'), points: 2 }],
      },
    }),
    () => ({ marginal: read(), bands: [{ upTo: 2, rate: '100%' }, { rate: '50%' }] }),
    () => ({ rank: read(), by: 'category', cuts: ['40%', '70%'] }),
    () => ({ mean: read(), by: 'country' }),
    () => ({ held: read(), on: one(choose, ['days', 'tuesdays', 'others']) }),
  ];
  return { id, names: { en: id }, unit: 'count', ...one(choose, kinds)() };
}

const LADDERS = ['ladder', 'second', 'third'];
const TIERS: Readonly<Record<string, readonly string[]>> = {
  ladder: ['bronze', 'silver', 'gold'],
  second: ['low', 'high'],
  third: ['low', 'middle', 'high'],
};

function laddersOf(
  choose: Choose,
  known: readonly string[],
  conditionOf: RandomLanguage['conditionOf'],
): readonly Source[] {
  const tier = (id: string, more: Source): Source => ({ id, names: { en: id }, ...more });
  const lines = [tier('low', { enter: 0 }), tier('high', { enter: 1 + choose(4), leave: choose(2) })];
  const line = one(choose, known);
  const worst = [
    { metric: one(choose, known), op: '>=', lines: { middle: 1, high: 2 } },
    { metric: one(choose, known), op: '<', lines: { high: 5 } },
  ];
  const byConditions = {
    tiers: [
      tier('low', {}),
      tier('middle', { when: conditionOf('third.middle', 1, ['second']) }),
      tier('high', {
        when: conditionOf('third.high', 1, ['second']),
        keep: conditionOf('third.keep', 1, []),
      }),
    ],
  };
  const byWorst = { worst, tiers: ['low', 'middle', 'high'].map((id) => tier(id, {})) };
  return [
    {
      id: 'second',
      names: { en: 'Second' },
      by: line,
      tiers: lines,
      ...conductOf('second', choose, conditionOf),
    },
    {
      id: 'third',
      names: { en: 'Third' },
      ...(choose(2) === 0 ? byConditions : byWorst),
      ...conductOf('third', choose, conditionOf),
    },
  ];
}

/** How a ladder follows what is measured. */
function conductOf(id: string, choose: Choose, conditionOf: RandomLanguage['conditionOf']): Source {
  const calendar = [undefined, 'days', 'tuesdays', 'others'][choose(4)];
  const graces = [undefined, { for: '2d' }, ...(calendar === undefined ? [] : [{ evaluations: 2 }])];
  const protects = [undefined, { rise: '2d' }, { rules: '1d' }, { until: '2026-11-04' }];
  return {
    calendar,
    grace: one(choose, graces),
    protect: one(choose, protects),
    ...(choose(2) === 0 ? { step: 1 } : {}),
    dwell: one(choose, ['6h', '1d']),
    ...(choose(3) === 0 ? { minimum: { when: conditionOf(`${id}.minimum`, 0, []) } } : {}),
    ...(choose(2) === 0 ? { vetoes: [{ when: conditionOf(`${id}.veto`, 0, []), atMost: 'low' }] } : {}),
  };
}

function tree(
  id: string,
  choose: Choose,
  known: readonly string[],
  deep: number,
  ladders: readonly string[],
): Source {
  const part = (place: number): Source => tree(`${id}.${place}`, choose, known, deep - 1, ladders);
  const kind = deep === 0 ? 5 : choose(7);
  const whole: Source =
    kind === 0
      ? { all: [part(0), part(1)] }
      : kind === 1
        ? { any: [part(0), part(1)] }
        : kind === 2
          ? { atLeast: 2, of: [part(0), part(1), part(2)] }
          : kind === 3
            ? { not: part(0) }
            : atomOf(id, choose, known, ladders);
  return deep > 0 && choose(5) === 0 ? { ...whole, waiveIf: part(9) } : whole;
}

function atomOf(id: string, choose: Choose, known: readonly string[], ladders: readonly string[]): Source {
  const missing = [{}, {}, { notAssessed: 'holds' }, { notAssessed: 'fails' }][choose(4)]!;
  const metric = one(choose, known);
  const kinds: Source[] = [
    { metric, op: one(choose, OPS), value: choose(5), ...missing },
    { metric, op: one(choose, OPS), value: choose(5), ...missing },
    { metric, op: one(choose, OPS), than: one(choose, known), times: 1 + choose(2), ...missing },
    { metric, assessed: choose(2) === 0 },
    { during: 'sale' },
    { training: 'first-sale' },
    { enrolled: 'c1' },
    { exam: 'x1' },
    { certification: 'k1' },
    { tool: 't1' },
    { violation: one(choose, ['fake-trade', 'spam']) },
    { survey: 'wants', ...one(choose, [{ is: 'yes' }, { isNot: 'no' }]) },
    { flag: one(choose, ['known', 'closed', 'searchBlocked']), is: choose(2) === 0 },
    { category: one(choose, [['toys'], ['food', 'toys']]) },
    { country: ['CN'] },
  ];
  for (const name of ladders) {
    kinds.push(
      { tierAtLeast: one(choose, TIERS[name]!), ladder: name, ...missing },
      { warned: true, ladder: name },
    );
  }
  return { id, ...one(choose, kinds) };
}

/** The ladder that the other programmes ask about, beside the random ones. */
export function allLadders(language: RandomLanguage, changes: Source): readonly object[] {
  return [ladder(changes), ...language.ladders];
}
