import { QUANTITY_MAX } from '../number.ts';
import type { Formula } from '../policy/formula.ts';
import { DAYS_KEPT } from './bucket.ts';
import type { Breach } from './breach.ts';
import { buyersSince, defectBuyers } from './buyers.ts';
import { isDefective } from './marked-orders.ts';
import type { LiveMeter } from './metric.ts';
import { spanOf, type Span } from './span.ts';

// Formulas over a merchant's short lists, which are read whole when they changed or when time moved one of them into a
// window or out of it.

type Of<Key extends string> = Extract<Formula, { readonly [K in Key]: unknown }>;

export function distinctMeter({ distinct, atMost, window }: Of<'distinct'>): LiveMeter {
  if (distinct === 'buyers') {
    const span = spanOf(window);
    return {
      meter: ({ buyers, today }) => Math.min(atMost, buyersSince(buyers, span.from(today))),
      nextDay: ({ buyers, today }) => nextLeaving(span, buyers.days.values(), today),
    };
  }
  // Orders are forgotten with their days.
  const span = spanOf('ever' in window ? { days: DAYS_KEPT, lag: 0 } : window);
  return {
    meter: ({ markedOrders, today }) =>
      Math.min(atMost, defectBuyers(markedOrders, span.from(today), span.to(today))),
    nextDay({ markedOrders, today }) {
      const days = [...markedOrders.values()].filter(isDefective).map(({ day }) => day);
      return nextMove(span, days, today);
    },
  };
}

export function violationMeter({ violations, of, severity, window }: Of<'violations'>): LiveMeter {
  const span = spanOf(window);
  const isMeant = (breach: Breach): boolean =>
    (of === null || of.includes(breach.class)) &&
    (severity === null || (breach.severity !== null && severity.includes(breach.severity)));
  return {
    meter({ breaches, today }) {
      const from = span.from(today);
      const to = span.to(today);
      let [count, points, largest] = [0, 0, 0];
      for (const breach of breaches) {
        if (breach.day < from || breach.day > to || !isMeant(breach)) continue;
        count += 1;
        points = Math.min(points + breach.points, QUANTITY_MAX);
        largest = Math.max(largest, breach.points);
      }
      return violations === 'count'
        ? count
        : violations === 'points'
          ? points
          : Math.min(largest, QUANTITY_MAX);
    },
    nextDay: ({ breaches, today }) =>
      nextMove(
        span,
        breaches.filter(isMeant).map(({ day }) => day),
        today,
      ),
  };
}

/** The next day on which one of the days enters a window or leaves it; Infinity: none will. */
function nextMove(span: Span, days: Iterable<number>, today: number): number {
  const from = span.from(today);
  const to = span.to(today);
  let next = Infinity;
  for (const day of days) {
    if (day < from) continue;
    const moves = day > to ? span.enters(day) : span.leaves(day);
    if (moves < next) next = moves;
  }
  return next;
}

/** What is ahead counts at once: only what leaves is waited for. */
function nextLeaving(span: Span, days: Iterable<number>, today: number): number {
  const from = span.from(today);
  let next = Infinity;
  for (const day of days) {
    if (day < from) continue;
    const leaves = span.leaves(day);
    if (leaves < next) next = leaves;
  }
  return next;
}
