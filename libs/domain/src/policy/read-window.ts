import { DAYS_KEPT } from '../scoring/bucket.ts';
import { FACTS, type FactId } from '../scoring/fact.ts';
import type { FactSum, PlainWindow, Window } from './formula.ts';
import { dayOf } from './read-calendar.ts';
import type { Reader } from './reader.ts';

const COUNT_MAX = 1_000_000_000;
const TIMES_MAX = 1_000;
const PERIODS_MAX = 53;
const DAYS_AT_MOST = { week: 7, month: 31, quarter: 92, year: 366 } as const;

/** Periods of the bundle by id, as local days: what `during` means. */
export type Periods = ReadonlyMap<string, { readonly fromDay: number; readonly toDay: number }>;

/** `30d`, `ever`, or one of the mappings that docs/guide/policies/reference.md lists. */
export function windowOf(at: Reader, periods: Periods): Window {
  if (at.has('firstOf')) {
    at.only(['firstOf', 'by']);
    const list = at.at('firstOf').list(1);
    const firstOf = list.map((each, i) => {
      const isLast = i === list.length - 1;
      each.only(isLast ? ['window'] : ['window', 'atLeast']);
      const atLeast = isLast ? 0 : each.at('atLeast').integer(1, COUNT_MAX);
      return { window: plainWindowOf(each.at('window'), periods), atLeast };
    });
    return { firstOf, by: at.at('by').choice(FACTS) };
  }
  if (!at.has('weighted')) return plainWindowOf(at, periods);
  at.only(['weighted']);
  const weighted = at
    .at('weighted')
    .list(1)
    .map((each) => {
      each.only(['window', 'times']);
      const times = each.at('times').integer(1, TIMES_MAX);
      return { window: plainWindowOf(each.at('window'), periods), times };
    });
  return { weighted };
}

/** Of what must be looked at day by day, which is not kept for ever. */
export function keptWindowOf(at: Reader, periods: Periods, daysMax = DAYS_KEPT): PlainWindow {
  const window = plainWindowOf(at, periods, daysMax);
  if ('ever' in window)
    at.fail(`must not be ever, because single days are kept for ${daysMax}d: name a window`);
  return window;
}

export function plainWindowOf(at: Reader, periods: Periods, daysMax = DAYS_KEPT): PlainWindow {
  if (at.value === 'ever') return { ever: true };
  if (at.has('days')) {
    at.only(['days', 'lag']);
    const window = { days: at.at('days').days(daysMax), lag: at.has('lag') ? at.at('lag').days(daysMax) : 0 };
    if (window.days + window.lag > daysMax) at.fail(`days and lag must be at most ${daysMax}d together`);
    return window;
  }
  if (at.has('calendar')) {
    at.only(['calendar', 'back', 'count']);
    const window = {
      calendar: at.at('calendar').choice(['month', 'week', 'quarter', 'year'] as const),
      back: at.at('back').integer(0, PERIODS_MAX),
      count: at.has('count') ? at.at('count').integer(1, PERIODS_MAX) : 1,
    };
    const reaches = (window.back + window.count) * DAYS_AT_MOST[window.calendar];
    if (at.isSound() && reaches > daysMax) {
      at.fail(`must not reach back further than ${daysMax} days, and reaches up to ${reaches}`);
    }
    return window;
  }
  if (at.has('from')) {
    at.only(['from', 'to']);
    const window = { fromDay: dayOf(at.at('from')), toDay: dayOf(at.at('to')) };
    if (at.isSound() && window.toDay < window.fromDay) at.fail('to must not be before from');
    return window;
  }
  if (at.has('during')) {
    at.only(['during']);
    const period = periods.get(at.at('during').text());
    if (period === undefined) at.at('during').fail('must be a period of calendars, one with from and to');
    return period ?? { days: 1, lag: 0 };
  }
  return { days: at.days(daysMax), lag: 0 };
}

/** A fact, or so many times each of several; in order of the catalogue, so that the same sum is the same text. */
export function factSumOf(at: Reader): FactSum {
  if (typeof at.value === 'string') return [{ fact: at.choice(FACTS), times: 1 }];
  const keys = Object.keys(isMapping(at.value) ? at.value : {});
  if (keys.length === 0) at.fail('must be a fact, or a mapping of facts to how many times each counts');
  const terms = keys.map((key) => {
    const place = FACTS.indexOf(key as FactId);
    if (place < 0) at.at(key).fail(`is not a fact; facts are ${FACTS.join(', ')}`);
    const times = at.at(key).integer(-TIMES_MAX, TIMES_MAX);
    if (times === 0) at.at(key).fail('must not be 0: leave it out');
    return { place, times };
  });
  return terms
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place)
    .map(({ place, times }) => ({ fact: FACTS[place]!, times }));
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
