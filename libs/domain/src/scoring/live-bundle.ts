import { byCodeUnit, canonicalText } from '../canonical.ts';
import { conditionsIn, tierOrders, watchedAtoms, type Bundle } from '../policy/bundle.ts';
import { atomsOf, type Atom } from '../policy/condition.ts';
import { INSTANTS, STATES, type Grain, type InstantId, type StateId } from '../policy/formula.ts';
import { readBy } from '../policy/order.ts';
import { calendarClock, type CalendarClock } from './calendar-clock.ts';
import { headroomMeterOf, type HeadroomMeter } from './capacity.ts';
import { placedStatistics, type PlacedStatistic } from './census-mail.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { FACTS } from './fact.ts';
import { LISTS, type ListReach } from './gauge.ts';
import { liveLadder, type LiveLadder } from './live-ladder.ts';
import type { MerchantNow } from './merchant-now.ts';
import { meterOf, type Meter } from './metric.ts';
import { reachOf, type Reach } from './reach.ts';
import { watchCondition, watchOf, type Watch } from './verdict.ts';
import { createSlotBook, type WindowPlan } from './window.ts';

/** A metric made ready; what reads it is in the reach. */
export interface LiveMetric {
  readonly id: string;
  readonly meter: Meter;
  readonly coverage: Coverage;
  /** Sizes follow it. */
  readonly grain: Grain | null;
  /** Place among the scans, which have a next day of their own; −1: none. */
  readonly scan: number;
  /** Keeps another metric's value from one instant of a calendar to the next. */
  readonly held: { readonly from: number; readonly on: string } | null;
}

/** An instant whose age the bundle asks for. */
export interface LiveAge {
  readonly instant: InstantId;
  readonly reach: Reach;
  /** Ages at which an atom over it can change, ascending. */
  readonly days: readonly number[];
  /** Something else reads it, so that each full day matters. */
  readonly isDaily: boolean;
}

/** A metric that sizes follow. */
export interface GradedMetric {
  readonly id: string;
  readonly at: number;
  readonly grain: Grain;
}

/** Who reads what (reach.ts). */
export interface BundleReach {
  readonly metrics: readonly Reach[];
  readonly ladders: readonly Reach[];
  readonly statistics: readonly Reach[];
  readonly states: Readonly<Record<StateId, Reach>>;
  readonly lists: ListReach;
  /** What a merchant is: flags, category and country. */
  readonly profile: readonly Reach[];
  readonly periods: Reach;
  /** By fact: metrics that read lists which change with it. */
  readonly facts: readonly (readonly number[])[];
}

/** A bundle made ready to be asked about every event: names became places, formulas became arithmetic. */
export interface LiveBundle {
  readonly hash: string;
  readonly bundle: Bundle;
  readonly plan: WindowPlan;
  readonly reach: BundleReach;
  /** Ids and how they are written, with their places in the bundle, in order of id. */
  readonly metricsInOrder: readonly { readonly id: string; readonly name: string; readonly at: number }[];
  /** By place of the metric in the bundle; each reads only those before it. */
  readonly metrics: readonly LiveMetric[];
  /** Of metrics over lists: place of the metric, and the next day on which time alone changes it. */
  readonly scans: readonly { readonly at: number; nextDay(merchant: MerchantNow): number }[];
  readonly ladders: readonly LiveLadder[];
  /** Their ids, ascending. */
  readonly laddersInOrder: readonly string[];
  /** Places of metrics that keep another's value. */
  readonly held: readonly number[];
  /** Places of ladders that have a calendar. */
  readonly scheduled: readonly number[];
  /** Metrics that sizes follow. */
  readonly graded: readonly GradedMetric[];
  /** The same in order of id. */
  readonly gradedInOrder: readonly GradedMetric[];
  /** Places of metrics with windows of fixed days or over facts that are not as old as all workspaces. */
  readonly covered: readonly number[];
  readonly clock: CalendarClock;
  /** Whether a condition asks in which period now lies. */
  readonly asksPeriods: boolean;
  readonly headroom: HeadroomMeter;
  readonly atoms: readonly Atom[];
  readonly watches: readonly Watch[];
  readonly ages: readonly LiveAge[];
  readonly statistics: readonly PlacedStatistic[];
}

export function liveBundle(hash: string, bundle: Bundle): LiveBundle {
  const { ladders, calendars, capacity } = bundle;
  const book = createSlotBook();
  const places = new Map(bundle.metrics.map(({ id }, at) => [id, at]));
  const placeOf = (id: string): number => places.get(id)!;
  const atoms = watchedAtoms(bundle);
  const tiers = tierOrders(bundle);
  const { metrics, scans } = metricsOf(bundle, placeOf, book);
  const reach = reachOf(bundle, atoms);
  const graded = metrics.flatMap(({ id, grain }, at) => (grain === null ? [] : [{ id, at, grain }]));
  const headroom = headroomMeterOf(capacity, metrics.length, placeOf, book);
  const placesWhere = <T>(list: readonly T[], holds: (each: T) => boolean): number[] =>
    list.flatMap((each, at) => (holds(each) ? [at] : []));
  return {
    hash,
    bundle,
    plan: book.plan(),
    reach: {
      metrics: metrics.map(({ id }) => reach(`metric:${id}`)),
      ladders: ladders.map(({ id }) => reach(`ladder:${id}`)),
      statistics: bundle.statistics.map(({ id }) => reach(`statistic:${id}`)),
      states: Object.fromEntries(STATES.map((state) => [state, reach(`state:${state}`)])) as never,
      lists: Object.fromEntries(LISTS.map((list) => [list, reach(list)])) as never,
      profile: ['flag:known', 'flag:closed', 'flag:searchBlocked', 'category', 'country'].map(reach),
      periods: reach('periods'),
      facts: FACTS.map((_, fact) => reach(`fact:${fact}`).metrics),
    },
    metricsInOrder: metrics
      .map(({ id }, at) => ({ id, name: canonicalText(id), at }))
      .sort((a, b) => byCodeUnit(a.id, b.id)),
    metrics,
    scans,
    ladders: ladders.map((ladder) => liveLadder(ladder, placeOf, tiers)),
    laddersInOrder: ladders.map(({ id }) => id).sort(byCodeUnit),
    held: placesWhere(metrics, ({ held }) => held !== null),
    scheduled: placesWhere(ladders, ({ calendar }) => calendar !== null),
    graded,
    gradedInOrder: [...graded].sort((a, b) => byCodeUnit(a.id, b.id)),
    covered: placesWhere(metrics, ({ coverage }) => coverage.length > 0),
    clock: calendarClock(calendars),
    asksPeriods: conditionsIn(bundle)
      .flatMap(atomsOf)
      .some((atom) => 'during' in atom),
    headroom,
    atoms,
    watches: atoms.map((atom) => watchOf(atom, placeOf, tiers)),
    ages: agesOf(bundle, reach),
    statistics: placedStatistics(bundle),
  };
}

function metricsOf(
  bundle: Bundle,
  placeOf: (id: string) => number,
  book: ReturnType<typeof createSlotBook>,
): Pick<LiveBundle, 'metrics' | 'scans'> {
  const tiers = tierOrders(bundle);
  const scans: LiveBundle['scans'][number][] = [];
  const metrics = bundle.metrics.map((metric, at): LiveMetric => {
    const { id, formula, grain } = metric;
    const { meter, nextDay } = meterOf(metric, {
      at,
      book,
      placeOf,
      statistics: bundle.statistics,
      watch: (when) => watchCondition(when, placeOf, tiers),
    });
    const scan = nextDay === null ? -1 : scans.push({ at, nextDay }) - 1;
    const held = 'held' in formula ? { from: placeOf(formula.held), on: formula.on } : null;
    return { id, meter, coverage: coverageOf(formula), grain, scan, held };
  });
  return { metrics, scans };
}

/** What can change by the age of an instant alone. */
function agesOf(bundle: Bundle, reach: (source: string) => Reach): LiveAge[] {
  const ages = new Map(
    bundle.metrics.flatMap(({ id, formula }) =>
      'daysSince' in formula ? [[id, formula.daysSince] as const] : [],
    ),
  );
  const atoms = conditionsIn(bundle).flatMap(atomsOf);
  const graded = bundle.metrics.filter(({ grain }) => grain !== null).map(({ id }) => id);
  const compared = atoms.flatMap((atom) => ('than' in atom ? [atom.metric, atom.than] : []));
  const scored = new Set([...bundle.metrics.flatMap(readBy), ...compared, ...graded]);
  const asked = new Set(ages.values());
  return INSTANTS.filter((instant) => asked.has(instant)).map((instant) => {
    const lines = atoms.flatMap((atom) =>
      'metric' in atom && ages.get(atom.metric) === instant
        ? 'value' in atom
          ? [atom.value, atom.value + 1]
          : [0]
        : [],
    );
    // A deposit becomes assessed on the day it falls due.
    const days = [...new Set(instant === 'depositDue' && lines.length > 0 ? [0, ...lines] : lines)];
    const isDaily = [...ages].some(([id, of]) => of === instant && scored.has(id));
    return { instant, reach: reach(`age:${instant}`), days: days.sort((a, b) => a - b), isDaily };
  });
}
