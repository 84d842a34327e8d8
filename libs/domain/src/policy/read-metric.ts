import { FACTS } from '../scoring/fact.ts';
import {
  GROUPINGS,
  HISTOGRAM_IDS,
  INSTANTS,
  METRIC_UNITS,
  SEVERITIES,
  STATES,
  type Formula,
  type Grain,
  type Metric,
} from './formula.ts';
import type { ConditionScope } from './read-condition.ts';
import { namesOf } from './read-names.ts';
import { scoreOf } from './read-score.ts';
import { factSumOf, keptWindowOf, windowOf, type Periods } from './read-window.ts';
import type { Reader } from './reader.ts';

/** Violations are kept one by one, and longer than days. */
const VIOLATION_DAYS_MAX = 800;
const DISTINCT_MAX = 32;
const COUNT_MAX = 1_000_000;
const SCALE_MAX = 1_000_000;
/** A grain that a value could fall through without leaving an edge would hide that nothing is left. */
export const HYSTERESIS_MAX_BPS = 5_000;

/** What reading a formula needs to know of the rest of the bundle. */
export interface FormulaScope extends ConditionScope {
  readonly periods: Periods;
}

interface FormulaKind {
  /** What else a metric of this kind may say. */
  readonly keys: readonly string[];
  read(at: Reader, id: string, scope: FormulaScope): Formula;
}

export function metricOf(at: Reader, scope: FormulaScope): Metric {
  const id = at.at('id').text();
  const kind = Object.keys(KINDS).find((key) => at.has(key));
  if (kind === undefined) at.fail(`must have one of ${Object.keys(KINDS).join(', ')}`);
  else at.only(['id', 'names', 'unit', 'grain', kind, ...KINDS[kind]!.keys]);
  return {
    id,
    names: namesOf(at),
    unit: at.at('unit').choice(METRIC_UNITS),
    formula: kind === undefined ? { firstOf: [0] } : KINDS[kind]!.read(at, id, scope),
    grain: at.has('grain') ? grainOf(at.at('grain')) : null,
  };
}

/** By the key that tells it; the first that is there counts, so that `shrink` of a ratio isn't taken for another. */
const KINDS: Readonly<Record<string, FormulaKind>> = {
  sum: {
    keys: ['window'],
    read: (at, _id, { periods }) => ({
      sum: factSumOf(at.at('sum')),
      window: windowOf(at.at('window'), periods),
    }),
  },
  ratio: { keys: ['per', 'scale', 'round', 'minimumCount', 'window', 'shrink'], read: ratioOf },
  daysWith: {
    keys: ['atLeast', 'window'],
    read: (at, _id, { periods }) => ({
      daysWith: at.at('daysWith').choice(FACTS),
      atLeast: at.at('atLeast').units(1),
      window: keptWindowOf(at.at('window'), periods),
    }),
  },
  largest: { keys: ['window'], read: dailyOf('largest') },
  smallest: { keys: ['window'], read: dailyOf('smallest') },
  latest: { keys: ['window'], read: dailyOf('latest') },
  distinct: {
    keys: ['atMost', 'window'],
    read: (at, _id, { periods }) => ({
      distinct: at.at('distinct').choice(['buyers', 'defectBuyers'] as const),
      atMost: at.at('atMost').integer(1, DISTINCT_MAX),
      window: keptWindowOf(at.at('window'), periods),
    }),
  },
  percentile: {
    keys: ['at', 'minimumCount', 'window'],
    read: (at, _id, { periods }) => ({
      percentile: at.at('percentile').choice(HISTOGRAM_IDS),
      atBps: at.at('at').bps(10_000, 1),
      minimumCount: countOf(at, 'minimumCount'),
      window: windowOf(at.at('window'), periods),
    }),
  },
  violations: {
    keys: ['of', 'severity', 'window'],
    read: (at, _id, { periods }) => ({
      violations: at.at('violations').choice(['count', 'points', 'largest'] as const),
      of: at.has('of') ? textsOf(at.at('of')) : null,
      severity: at.has('severity')
        ? at
            .at('severity')
            .list(1)
            .map((each) => each.choice(SEVERITIES))
        : null,
      window: keptWindowOf(at.at('window'), periods, VIOLATION_DAYS_MAX),
    }),
  },
  daysSince: { keys: [], read: (at) => ({ daysSince: at.at('daysSince').choice(INSTANTS) }) },
  state: { keys: [], read: (at) => ({ state: at.at('state').choice(STATES) }) },
  answer: { keys: [], read: (at) => ({ answer: at.at('answer').text() }) },
  total: { keys: ['plus', 'atLeast', 'atMost', 'missing'], read: totalOf },
  least: { keys: [], read: (at) => ({ pickOf: textsOf(at.at('least')), pick: 'least' }) },
  greatest: { keys: [], read: (at) => ({ pickOf: textsOf(at.at('greatest')), pick: 'greatest' }) },
  firstOf: {
    keys: [],
    read: (at) => ({
      firstOf: at
        .at('firstOf')
        .list(1)
        .map((each) =>
          typeof each.value === 'string' && !each.value.endsWith('%') ? each.text() : each.quantity(),
        ),
    }),
  },
  score: { keys: [], read: (at, id, scope) => ({ score: scoreOf(at.at('score'), id, scope) }) },
  marginal: { keys: ['bands'], read: marginalOf },
  rank: {
    keys: ['by', 'cuts'],
    read: (at) => ({
      rank: at.at('rank').text(),
      by: at.at('by').choice(GROUPINGS),
      cutsBps: risingOf(
        at.at('cuts'),
        at
          .at('cuts')
          .list(1)
          .map((each) => each.bps(10_000, 1)),
      ),
    }),
  },
  mean: {
    keys: ['by', 'times', 'atLeast'],
    read: (at) => ({
      mean: at.at('mean').text(),
      by: at.at('by').choice(GROUPINGS),
      times: at.has('times') ? at.at('times').integer(1, COUNT_MAX) : 1,
      membersMin: countOf(at, 'atLeast'),
    }),
  },
  held: { keys: ['on'], read: (at) => ({ held: at.at('held').text(), on: at.at('on').text() }) },
};

/** Every key that a metric may have, for whoever describes the language. */
export const METRIC_KINDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(KINDS).map(([kind, { keys }]) => [kind, keys]),
);

function ratioOf(at: Reader, _id: string, { periods }: FormulaScope): Formula {
  const shrink = at.at('shrink');
  if (at.has('shrink')) shrink.only(['towards', 'as']);
  return {
    ratio: factSumOf(at.at('ratio')),
    per: factSumOf(at.at('per')),
    scale: at.has('scale') ? at.at('scale').integer(1, SCALE_MAX) : 10_000,
    round: at.has('round') ? at.at('round').choice(['down', 'up', 'nearest'] as const) : 'down',
    minimumCount: countOf(at, 'minimumCount'),
    window: windowOf(at.at('window'), periods),
    shrink: at.has('shrink')
      ? { towards: shrink.at('towards').text(), as: shrink.at('as').integer(1, COUNT_MAX) }
      : null,
  };
}

function dailyOf(pick: 'largest' | 'smallest' | 'latest'): FormulaKind['read'] {
  return (at, _id, { periods }) => ({
    daily: at.at(pick).choice(FACTS),
    pick,
    window: keptWindowOf(at.at('window'), periods),
  });
}

function totalOf(at: Reader): Formula {
  const total = at
    .at('total')
    .list(1)
    .map((term) => {
      term.only(['metric', 'per', 'times', 'rate']);
      const times = term.has('times') ? term.at('times').integer(-COUNT_MAX, COUNT_MAX) : 1;
      if (times === 0) term.at('times').fail('must not be 0: leave the term out');
      return {
        metric: term.at('metric').text(),
        per: term.has('per') ? term.at('per').units(1) : 1,
        times,
        rateBps: term.has('rate') ? term.at('rate').bps(1_000_000) : 10_000,
      };
    });
  const bound = (key: string): number | null => (at.has(key) ? at.at(key).quantity() : null);
  const [atLeast, atMost] = [bound('atLeast'), bound('atMost')];
  if (atLeast !== null && atMost !== null && atLeast > atMost) at.fail('atLeast must not be above atMost');
  if (at.has('missing')) at.at('missing').choice(['zero'] as const);
  const plus = at.has('plus') ? at.at('plus').quantity() : 0;
  return { total, plus, atLeast, atMost, missingIsZero: at.has('missing') };
}

function marginalOf(at: Reader): Formula {
  const list = at.at('bands').list(1);
  const bands = list.map((band, i) => {
    const isLast = i === list.length - 1;
    band.only(['upTo', 'rate']);
    if (!isLast && !band.has('upTo')) band.fail('must say upTo; only the last band may have no end');
    return {
      upTo: band.has('upTo') ? band.at('upTo').units(1) : null,
      rateBps: band.at('rate').bps(1_000_000),
    };
  });
  const falls = bands.findIndex(({ upTo }, i) => i > 0 && upTo !== null && upTo <= (bands[i - 1]!.upTo ?? 0));
  if (falls >= 0) at.at('bands').at(falls).at('upTo').fail('must be above the one of the band before it');
  return { marginal: at.at('marginal').text(), bands };
}

export function grainOf(at: Reader): Grain {
  at.only(['edges', 'hysteresis']);
  const edges = at
    .at('edges')
    .list(1)
    .map((edge) => edge.units());
  if (edges[0] !== 0) at.at('edges').fail('must begin at 0');
  return {
    edges: risingOf(at.at('edges'), edges),
    hysteresisBps: at.at('hysteresis').bps(HYSTERESIS_MAX_BPS),
  };
}

function risingOf(at: Reader, values: readonly number[]): readonly number[] {
  if (at.isSound() && values.some((value, i) => i > 0 && value <= values[i - 1]!)) at.fail('must rise');
  return values;
}

function textsOf(at: Reader): readonly string[] {
  return at.list(1).map((each) => each.text());
}

function countOf(at: Reader, key: string): number {
  return at.has(key) ? at.at(key).integer(1, COUNT_MAX) : 1;
}
