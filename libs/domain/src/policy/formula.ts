import type { FactId } from '../scoring/fact.ts';
import type { Names } from './bundle.ts';
import type { Condition } from './condition.ts';

// Metrics: formulas over the fixed catalogue of facts, over states and instants of a merchant, over what the census
// says of its category, and over each other. All values are integers, or "not assessed", which is neither 0 nor a pass.

/** What a value counts. `rate`: basis points; `stars`: hundredths of a star; `score`: basis points of a full score. */
export const METRIC_UNITS = [
  'count',
  'rate',
  'minor',
  'days',
  'stars',
  'points',
  'seconds',
  'score',
] as const;
export type MetricUnit = (typeof METRIC_UNITS)[number];

/** So many times each fact, added up; a sum below 0 counts as 0. In order of fact. */
export type FactSum = readonly { readonly fact: FactId; readonly times: number }[];

/** Days of the market zone that facts are added up over; today is the day of log time. */
export type Window =
  /** The last `days` days before the last `lag` days; without a lag today is the last of them. */
  | { readonly days: number; readonly lag: number }
  /** `count` calendar periods, the last of them `back` before the present one, which is over up to today only. */
  | { readonly calendar: CalendarLength; readonly back: number; readonly count: number }
  /** All days, however long ago. */
  | { readonly ever: true }
  /** Fixed local days, both inclusive, counted from 1970-01-01. */
  | { readonly fromDay: number; readonly toDay: number }
  /** The first window in which there is enough of the fact; the last one has 0. */
  | {
      readonly firstOf: readonly { readonly window: PlainWindow; readonly atLeast: number }[];
      readonly by: FactId;
    }
  /** Several windows, each counted so many times: newer days weigh more. */
  | { readonly weighted: readonly { readonly window: PlainWindow; readonly times: number }[] };
export type PlainWindow = Exclude<
  Window,
  { readonly firstOf: readonly unknown[] } | { readonly weighted: readonly unknown[] }
>;
export type CalendarLength = 'month' | 'week' | 'quarter' | 'year';

export type Rounding = 'down' | 'up' | 'nearest';

/** Of whom a statistic is: the merchants of one category, of one country, all. */
export const GROUPINGS = ['category', 'country', 'all'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const INSTANTS = [
  'registered',
  'firstSale',
  'lastSale',
  'lastShipment',
  'lastLive',
  'lastViolation',
  'depositDue',
] as const;
/** When something happened to a merchant first or last. */
export type InstantId = (typeof INSTANTS)[number];

export const STATES = [
  'openOrders',
  'overdueOrders',
  'stockUnits',
  'declaredPerDay',
  'listings',
  'fans',
  'fansOffSite',
  'depositDueMinor',
] as const;
/** Counters of the present state. All but orders and deposits are not assessed until they were reported. */
export type StateId = (typeof STATES)[number];

export const SEVERITIES = ['minor', 'general', 'serious', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Of the terms of a total: floor(metric ÷ per) × times × rate. */
export interface Term {
  readonly metric: string;
  readonly per: number;
  readonly times: number;
  readonly rateBps: number;
}

/** Linear from `from` (0) to `to` (full), clamped; `to` below `from` turns the scale round. */
export interface ScoreComponent {
  readonly metric: string;
  readonly weightBps: number;
  readonly from: number;
  readonly to: number;
}

export interface Score {
  readonly components: readonly ScoreComponent[];
  /** A component that is not assessed leaves and its weight is re-spread; with less left there is no score. */
  readonly minimumWeightBps: number;
  /** A full score. */
  readonly scale: number;
  /** What the score is at least while the condition holds, for example for a badge. */
  readonly floors: readonly { readonly when: Condition; readonly atLeast: number }[];
  /** What is taken off while the condition holds, after the floors; never below 0. */
  readonly deductions: readonly { readonly when: Condition; readonly points: number }[];
}

export type Formula =
  | { readonly sum: FactSum; readonly window: Window }
  /** scale × of ÷ per, rounded; not assessed while `per` is below `minimumCount`. */
  | {
      readonly ratio: FactSum;
      readonly per: FactSum;
      readonly scale: number;
      readonly round: Rounding;
      readonly minimumCount: number;
      readonly window: Window;
      /** Drawn toward the value of another metric as if so many more had been counted at that value. */
      readonly shrink: { readonly towards: string; readonly as: number } | null;
    }
  /** Days on which there was at least so much of the fact. */
  | { readonly daysWith: FactId; readonly atLeast: number; readonly window: PlainWindow }
  /** Of the daily amounts, over the days that had any; not assessed without one. */
  | {
      readonly daily: FactId;
      readonly pick: 'largest' | 'smallest' | 'latest';
      readonly window: PlainWindow;
    }
  /** How many different ones, at most `atMost`. */
  | { readonly distinct: 'buyers' | 'defectBuyers'; readonly atMost: number; readonly window: PlainWindow }
  /** The smallest edge of the histogram within which at least this share lies; beyond the last: one more than it. */
  | {
      readonly percentile: HistogramId;
      readonly atBps: number;
      readonly minimumCount: number;
      readonly window: Window;
    }
  /** Of what was recorded in the window and not cleared: how many, points in all, points of the largest. */
  | {
      readonly violations: 'count' | 'points' | 'largest';
      /** Null: of every class. */
      readonly of: readonly string[] | null;
      readonly severity: readonly Severity[] | null;
      readonly window: PlainWindow;
    }
  /** Full days since then; not assessed before it happened. */
  | { readonly daysSince: InstantId }
  | { readonly state: StateId }
  /** The last answer to a question of a survey, where it is a whole number; else not assessed. */
  | { readonly answer: string }
  | {
      readonly total: readonly Term[];
      readonly plus: number;
      readonly atLeast: number | null;
      readonly atMost: number | null;
      /** A part that is not assessed counts as 0 instead of leaving the whole not assessed. */
      readonly missingIsZero: boolean;
    }
  /** Of those that are assessed. */
  | { readonly pickOf: readonly string[]; readonly pick: 'least' | 'greatest' }
  /** The first that is assessed; a number always is. */
  | { readonly firstOf: readonly (string | number)[] }
  | { readonly score: Score }
  /** Marginal rates: each band's rate on the part of the value within it. The last band has no end. */
  | {
      readonly marginal: string;
      readonly bands: readonly { readonly upTo: number | null; readonly rateBps: number }[];
    }
  /** The highest cut that the merchant reached: at least that share of its group lies strictly below it; else 0. */
  | { readonly rank: string; readonly by: Grouping; readonly cutsBps: readonly number[] }
  /** So many times the mean of the merchant's group; not assessed while it has fewer members. */
  | { readonly mean: string; readonly by: Grouping; readonly times: number; readonly membersMin: number }
  /** The value of another metric as it was at the calendar's last instant. */
  | { readonly held: string; readonly on: string };

export const HISTOGRAM_IDS = ['replyMinutes'] as const;
export type HistogramId = (typeof HISTOGRAM_IDS)[number];

/** Cumulative facts of a histogram: how many lay within each edge, and how many there were. */
export const HISTOGRAMS: Readonly<
  Record<
    HistogramId,
    { readonly edges: readonly number[]; readonly within: readonly FactId[]; readonly of: FactId }
  >
> = {
  replyMinutes: {
    edges: [1, 5, 30, 120, 720, 1_440, 2_880],
    within: [
      'repliesIn1m',
      'repliesIn5m',
      'repliesIn30m',
      'repliesIn2h',
      'answeredInTime',
      'repliesIn24h',
      'repliesIn48h',
    ],
    of: 'firstMessages',
  },
};

/** Lower edges between which a value may move unsaid; an edge is left only `hysteresisBps` below it. */
export interface Grain {
  /** Ascending, the first 0. */
  readonly edges: readonly number[];
  readonly hysteresisBps: number;
}

export interface Metric {
  readonly id: string;
  readonly names: Names;
  readonly unit: MetricUnit;
  readonly formula: Formula;
  /** Only of metrics that the size of a grant follows. */
  readonly grain: Grain | null;
}

/** What the census must know for the ranks and means of a bundle. */
export interface Statistic {
  /** `<metric>~<grouping>`. */
  readonly id: string;
  readonly metric: string;
  readonly by: Grouping;
  /** Shares for which a cut is wanted, ascending; none where only the mean is. */
  readonly cutsBps: readonly number[];
}

export function statisticId(metric: string, by: Grouping): string {
  return `${metric}~${by}`;
}

/** The metrics that a formula reads, in the order in which it names them; conditions of scores are not among them. */
export function metricsRead(formula: Formula): readonly string[] {
  if ('ratio' in formula) return formula.shrink === null ? [] : [formula.shrink.towards];
  if ('total' in formula) return formula.total.map(({ metric }) => metric);
  if ('pickOf' in formula) return formula.pickOf;
  if ('firstOf' in formula) return formula.firstOf.filter((each) => typeof each === 'string');
  if ('score' in formula) return formula.score.components.map(({ metric }) => metric);
  if ('marginal' in formula) return [formula.marginal];
  if ('rank' in formula) return [formula.rank];
  if ('mean' in formula) return [formula.mean];
  return 'held' in formula ? [formula.held] : [];
}

/** The number that an answer to a survey is, if it is one. */
export function numberAnswered(answer: string | undefined): number | null {
  return answer !== undefined && /^\d{1,12}$/.test(answer) ? Number(answer) : null;
}

/** The conditions that a formula asks. */
export function conditionsRead(formula: Formula): readonly Condition[] {
  if (!('score' in formula)) return [];
  const { floors, deductions } = formula.score;
  return [...floors, ...deductions].map(({ when }) => when);
}
