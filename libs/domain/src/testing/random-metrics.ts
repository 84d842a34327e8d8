import type { Bundle } from '../policy/bundle.ts';
import type { Atom, Condition } from '../policy/condition.ts';
import {
  INSTANTS,
  SEVERITIES,
  STATES,
  type FactSum,
  type Formula,
  type Metric,
  type PlainWindow,
  type Window,
} from '../policy/formula.ts';
import { statisticsOf } from '../policy/order.ts';
import type { FactId } from '../scoring/fact.ts';
import { compiled, smallSource } from './small-bundle.ts';

// Bundles whose metrics are of every formula over every window, drawn from one number, with ladders and conditions over
// them. They are put together as compiled ones, so that what a reader would refuse as pointless is drawn as well.

export type Choose = (sides: number) => number;

/** Choices without end from one number (a linear congruential generator; the high digits are taken). */
export function choices(seed: number): Choose {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Facts that histories of these tests add to. */
export const TOLD_FACTS: readonly FactId[] = [
  'ordersPaid',
  'gmvMinor',
  'ordersShipped',
  'shippedOnTime',
  'stars',
  'starsRemoved',
  'firstMessages',
  'answeredInTime',
  'repliesIn5m',
  'defectOrders',
  'disputedOrders',
];
const METRICS = 24;
const NAMES = { en: 'Drawn' };

/** `today` is a day near which the windows of fixed days lie. */
export function randomMetrics(choose: Choose, today: number): Bundle {
  const metrics: Metric[] = [];
  for (let at = 0; at < METRICS; at++) {
    const formula = at < METRICS / 2 ? measured(choose, today) : derived(choose, metrics, today);
    const grain = choose(4) === 0 ? { edges: [0, 3, 50, 2_000], hysteresisBps: 1_000 } : null;
    metrics.push({ id: `m${at}`, names: NAMES, unit: 'count', formula, grain });
  }
  const small = compiled(smallSource({ programmes: [], ladders: [] })).bundle;
  const { capacity } = small;
  const condition = (id: string): Condition => drawn(choose, metrics, id);
  return {
    ...small,
    metrics,
    statistics: statisticsOf(metrics),
    mainLadder: 'l0',
    calendars: [
      { id: 'c', names: NAMES, rhythm: { everyDays: 5, fromDay: today - 50 }, atMinute: choose(2) * 540 },
      { id: 'p', names: NAMES, rhythm: { fromDay: today + 10, toDay: today + 20 }, atMinute: 0 },
    ],
    capacity: { ...capacity, replies: choose(2) === 0 ? null : { metric: 'm3', floor: 2 } },
    ladders: ['l0', 'l1', 'l2'].map((id, at) => ({
      id,
      names: NAMES,
      tiers: ['a', 'b', 'c'].map((tier) => ({
        id: tier,
        names: NAMES,
        enter: tier === 'a' ? null : condition(`${id}.${tier}.enter`),
        keep: tier === 'a' ? null : condition(`${id}.${tier}.keep`),
      })),
      by: null,
      assessed: choose(2) === 0 ? null : condition(`${id}.assessed`),
      calendar: at === 1 ? 'c' : null,
      stepMax: choose(2) === 0 ? null : 1,
      dwellMs: choose(2) * 86_400_000,
      grace: at === 1 ? { evaluations: 2 } : at === 2 ? { forMs: 200_000_000 } : null,
      protect: { riseMs: choose(2) * 100_000_000, rulesMs: 0, untilDay: choose(3) === 0 ? today + 15 : null },
      vetoes:
        choose(2) === 0 ? [] : [{ when: condition(`${id}.veto`), atMost: choose(2) === 0 ? null : 'a' }],
    })),
    programmes: small.programmes,
  };
}

/** An atom of every kind by turns, or a tree of two. */
export function drawn(choose: Choose, metrics: readonly Metric[], id: string, hasLadders = false): Condition {
  const kind = choose(8);
  const one = (name: string): Condition => ({ ...atom(choose, metrics, hasLadders), id: name }) as Atom;
  if (kind === 0) return { all: [one(`${id}.1`), one(`${id}.2`)] };
  if (kind === 1) return { waiveIf: one(`${id}.1`), condition: one(`${id}.2`) };
  if (kind === 2) return { not: one(`${id}.1`) };
  return one(id);
}

type Draft = Readonly<Record<string, unknown>>;

function atom(choose: Choose, metrics: readonly Metric[], hasLadders: boolean): Draft {
  const metric = metrics[choose(metrics.length)]!.id;
  const op = (['>=', '>', '<=', '<', '=', '!='] as const)[choose(6)]!;
  const missing = ([null, 'holds', 'fails'] as const)[choose(3)]!;
  const others: readonly Draft[] = [
    { metric, op, than: metrics[choose(metrics.length)]!.id, times: 1 + choose(2), missing },
    { metric, assessed: choose(2) === 0 },
    { training: 't' },
    { enrolled: 't' },
    { exam: 't' },
    { certification: 't' },
    { tool: 't' },
    { violation: 'v1' },
    { flag: 'known', is: true },
    { flag: 'closed', is: true },
    { flag: 'searchBlocked', is: false },
    { category: ['toys'] },
    { country: ['CN'] },
    { survey: 'wants', is: 'yes' },
    { survey: 'wants', isNot: 'no' },
    { during: 'p' },
    ...(hasLadders
      ? [
          { tierAtLeast: 'b', ladder: 'l1', missing },
          { ladder: 'l2', warned: true },
        ]
      : []),
  ];
  if (choose(2) === 0) return { metric, op, value: [0, 1, 3, 7, 30, 500, 5_000][choose(7)]!, missing };
  return others[choose(others.length)]!;
}

function measured(choose: Choose, today: number): Formula {
  const fact = (): FactId => TOLD_FACTS[choose(TOLD_FACTS.length)]!;
  const facts = (): FactSum =>
    choose(3) === 0
      ? [
          { fact: 'stars', times: 1 },
          { fact: 'starsRemoved', times: -1 },
        ]
      : [{ fact: fact(), times: 1 + choose(2) }];
  const window = plainWindow(choose, today);
  switch (choose(10)) {
    case 0:
      return { daysWith: fact(), atLeast: 1 + choose(4), window };
    case 1:
      return { daily: fact(), pick: (['largest', 'smallest', 'latest'] as const)[choose(3)]!, window };
    case 2: {
      const distinct = (['buyers', 'defectBuyers'] as const)[choose(2)]!;
      return { distinct, atMost: 1 + choose(32), window };
    }
    case 3: {
      const minimumCount = 1 + choose(3);
      return { percentile: 'replyMinutes', atBps: 9_000, minimumCount, window: anyWindow(choose, today) };
    }
    case 4:
      return {
        violations: (['count', 'points', 'largest'] as const)[choose(3)]!,
        of: choose(2) === 0 ? null : ['v1'],
        severity: choose(2) === 0 ? null : [SEVERITIES[choose(2)]!],
        window,
      };
    case 5:
      return { daysSince: INSTANTS[choose(INSTANTS.length)]! };
    case 6:
      return { state: STATES[choose(STATES.length)]! };
    case 7:
      return { answer: 'team' };
    case 8:
      return { sum: facts(), window: anyWindow(choose, today) };
    default:
      return {
        ratio: facts(),
        per: facts(),
        scale: 10_000,
        round: (['down', 'up', 'nearest'] as const)[choose(3)]!,
        minimumCount: 1 + choose(3),
        window: anyWindow(choose, today),
        shrink: null,
      };
  }
}

function derived(choose: Choose, metrics: readonly Metric[], today: number): Formula {
  const read = (): string => metrics[choose(metrics.length)]!.id;
  const by = (['category', 'country', 'all'] as const)[choose(3)]!;
  switch (choose(9)) {
    case 0: {
      const term = {
        metric: read(),
        per: 1 + choose(3),
        times: 1 + choose(9),
        rateBps: 10_000 - choose(2) * 3_000,
      };
      const total = [term, { ...term, metric: read(), times: -1 }];
      return {
        total,
        plus: choose(5),
        atLeast: choose(2) === 0 ? null : 0,
        atMost: null,
        missingIsZero: choose(2) === 0,
      };
    }
    case 1:
      return { pickOf: [read(), read()], pick: (['least', 'greatest'] as const)[choose(2)]! };
    case 2:
      return { firstOf: [read(), read(), ...(choose(2) === 0 ? [7] : [])] };
    case 3: {
      const component = { metric: read(), weightBps: 5_000, from: choose(5), to: 5 + choose(500) };
      const floors = choose(2) === 0 ? [] : [{ when: drawn(choose, metrics, 'floor'), atLeast: 500 }];
      const deductions = choose(2) === 0 ? [] : [{ when: drawn(choose, metrics, 'less'), points: 800 }];
      const components = [component, { ...component, metric: read() }];
      return { score: { components, minimumWeightBps: 5_000, scale: 10_000, floors, deductions } };
    }
    case 4:
      return {
        marginal: read(),
        bands: [
          { upTo: 10, rateBps: 5_000 },
          { upTo: null, rateBps: 100 },
        ],
      };
    case 5:
      return { rank: read(), by, cutsBps: [4_000, 8_000] };
    case 6:
      return { mean: read(), by, times: 1 + choose(2), membersMin: choose(5) };
    case 7:
      return { held: read(), on: 'c' };
    default: {
      const per: FactSum = [{ fact: 'ordersShipped', times: 1 }];
      const shrink = { towards: read(), as: 50 };
      const window = anyWindow(choose, today);
      return {
        ratio: [{ fact: 'shippedOnTime', times: 1 }],
        per,
        scale: 10_000,
        round: 'nearest',
        minimumCount: 0,
        window,
        shrink,
      };
    }
  }
}

function anyWindow(choose: Choose, today: number): Window {
  const plain = (): PlainWindow => plainWindow(choose, today);
  const kind = choose(4);
  if (kind === 0) {
    return {
      firstOf: [
        { window: plain(), atLeast: 4 },
        { window: plain(), atLeast: 0 },
      ],
      by: 'ordersPaid',
    };
  }
  return kind === 1
    ? {
        weighted: [
          { window: plain(), times: 2 },
          { window: plain(), times: 1 },
        ],
      }
    : plain();
}

function plainWindow(choose: Choose, today: number): PlainWindow {
  const days = 1 + choose(40);
  const calendar = (['week', 'month', 'quarter'] as const)[choose(3)]!;
  return (
    [
      { days, lag: 0 },
      { days, lag: 1 + choose(10) },
      { days: 400, lag: 0 },
      { calendar, back: 0, count: 1 },
      { calendar, back: 1 + choose(2), count: 1 },
      { ever: true },
      { fromDay: today - 20 + choose(30), toDay: today + 15 + choose(20) },
    ] as const
  )[choose(7)]!;
}
