import type { ZoneTransition } from '../controls.ts';
import type { OrdersOpen, TierStanding } from '../outputs.ts';
import type { InstantId, StateId } from '../policy/formula.ts';
import { DAY_MS } from '../time.ts';
import type { CalendarTimes } from './calendar-clock.ts';
import type { LiveBundle } from './live-bundle.ts';
import { markAll, noMarks, type Marks } from './marks.ts';
import type { GroupStatistic, MerchantNow } from './merchant-now.ts';
import type { MerchantRow } from './merchant-row.ts';
import type { OpenOrdersNow } from './open-orders.ts';
import { markReach, type Reach, type Waiting } from './reach.ts';
import type { Watched } from './verdict.ts';
import { reckon, type Totals } from './window.ts';

// What was worked out of a merchant by the live bundle, kept on its row from look to look and never in a snapshot. A
// look brings it up to date: what it was made from is compared with what stands now, and what changed marks who reads
// it. Kept or made anew, it says the same.

export interface Gauge extends MerchantNow, Watched, Waiting {
  readonly live: LiveBundle;
  zone: readonly ZoneTransition[];
  /** True until the first look was taken: everything is worked out. */
  isFresh: boolean;
  today: number;
  readonly states: Record<StateId, number | null>;
  readonly ages: Record<InstantId, number | null>;
  /** When the age of each of the bundle's instants matters next, ms UTC. */
  readonly ageDues: number[];
  breaches: MerchantRow['breaches'];
  readonly values: (number | null)[];
  readonly statistics: (GroupStatistic | null)[];
  readonly metricMarks: Marks;
  readonly ladderMarks: Marks;
  readonly atomMarks: Marks;
  /** Of the windows, as of today. */
  readonly totals: Totals;
  /** The next local day on which one of the lists changes by itself. */
  scansDay: number;
  /** Of each metric over a list, when time alone changes it. */
  readonly scanDays: number[];
  /** When a window comes to be covered, or ceases to. */
  coverageDay: number;
  /** Start of the earliest of these days; NaN while it is to be reckoned. */
  dayDue: number;
  dayDueMs: number;
  times: CalendarTimes | null;
  canFall: boolean;
  activatedMs: number;
  readonly ladders: { [ladder: string]: TierStanding };
  /** Of each ladder, when to look again by time, ms UTC, and whether a fall is held. */
  readonly waits: number[];
  readonly holds: boolean[];
  /** Whether the next instant of its calendar may move it. */
  readonly calendarWaits: boolean[];
  waitsUntilMs: number;
  isHeld: boolean;
  /** Ladders that were looked at this time. */
  stepped: number[];
  /** Whether a grain of a metric moved this time. */
  isGrainMoved: boolean;
  /** Atoms whose verdict is not what was said, this time, in order. */
  flips: { readonly at: number; readonly letter: string }[];
  headroomExact: number;
  orders: OrdersOpen;
  dueMs: number | null;
  isKnown: boolean;
  isClosed: boolean;
  isSearchBlocked: boolean;
  category: string | null;
  country: string | null;
  trainings: readonly string[];
  enrolled: readonly string[];
  exams: readonly string[];
  certifications: readonly string[];
  tools: readonly string[];
  violations: readonly string[];
  survey: { readonly [question: string]: string };
  periods: readonly string[];
}

const NO_STATES = {
  openOrders: null,
  overdueOrders: null,
  stockUnits: null,
  declaredPerDay: null,
  listings: null,
  fans: null,
  fansOffSite: null,
  depositDueMinor: null,
};
const NO_AGES = {
  registered: null,
  firstSale: null,
  lastSale: null,
  lastShipment: null,
  lastLive: null,
  lastViolation: null,
  depositDue: null,
};

/** Everything to be worked out: a merchant that was not looked at since it was loaded, or by another bundle. */
export function newGauge(
  row: MerchantRow,
  live: LiveBundle,
  zone: readonly ZoneTransition[],
  today: number,
): Gauge {
  const { metrics, ladders } = live.bundle;
  const marked = (size: number): Marks => {
    const marks = noMarks(size);
    markAll(marks, size);
    return marks;
  };
  const totals = reckon(row.buckets, live.plan, today);
  return {
    live,
    zone,
    isFresh: true,
    today,
    buckets: row.buckets,
    buyers: row.buyers,
    markedOrders: row.markedOrders,
    held: row.held,
    states: { ...NO_STATES },
    ages: { ...NO_AGES },
    ageDues: live.ages.map(() => -Infinity),
    breaches: row.breaches,
    values: metrics.map(() => null),
    statistics: live.bundle.statistics.map(() => null),
    metricMarks: marked(metrics.length + 1),
    ladderMarks: marked(ladders.length),
    atomMarks: marked(live.atoms.length),
    totals,
    sums: totals.sums,
    scansDay: Infinity,
    scanDays: live.scans.map(() => Infinity),
    coverageDay: -Infinity,
    dayDue: NaN,
    dayDueMs: Infinity,
    times: null,
    canFall: false,
    activatedMs: NaN,
    ladders: {},
    waits: ladders.map(() => Infinity),
    holds: ladders.map(() => false),
    calendarWaits: ladders.map(() => false),
    waitsUntilMs: Infinity,
    isHeld: false,
    stepped: [],
    isGrainMoved: true,
    flips: [],
    headroomExact: 0,
    orders: { open: 0, overdue: 0 },
    dueMs: null,
    isKnown: false,
    isClosed: false,
    isSearchBlocked: false,
    category: null,
    country: null,
    trainings: row.trainings,
    enrolled: row.enrolled,
    exams: row.exams,
    certifications: row.certifications,
    tools: row.tools,
    violations: row.violations,
    survey: row.survey,
    periods: [],
  };
}

/** Compares what the gauge was made from with the row, and marks who reads what changed. */
export function refresh(gauge: Gauge, row: MerchantRow, orders: OpenOrdersNow, nowMs: number): void {
  refreshStates(gauge, row, orders);
  refreshProfile(gauge, row);
  refreshLists(gauge, row);
  refreshAges(gauge, row, nowMs);
}

function refreshStates(gauge: Gauge, row: MerchantRow, orders: OpenOrdersNow): void {
  const { reach } = gauge.live;
  const { states } = gauge;
  const due = row.depositDueMinor ?? 0;
  if (states.openOrders !== orders.open || states.overdueOrders !== orders.overdue) {
    if (states.openOrders !== orders.open) markReach(gauge, reach.states.openOrders);
    if (states.overdueOrders !== orders.overdue) markReach(gauge, reach.states.overdueOrders);
    states.openOrders = orders.open;
    states.overdueOrders = orders.overdue;
    gauge.orders = { open: orders.open, overdue: orders.overdue };
  }
  if (states.depositDueMinor !== due) {
    states.depositDueMinor = due;
    markReach(gauge, reach.states.depositDueMinor);
  }
  const isSame =
    states.stockUnits === row.stockUnits &&
    states.declaredPerDay === row.declaredPerDay &&
    states.listings === row.listings &&
    states.fans === row.fans &&
    states.fansOffSite === row.fansOffSite;
  if (isSame) return;
  for (const state of REPORTED) {
    if (states[state] === row[state]) continue;
    states[state] = row[state];
    markReach(gauge, reach.states[state]);
  }
}

const REPORTED = ['stockUnits', 'declaredPerDay', 'listings', 'fans', 'fansOffSite'] as const;

function refreshProfile(gauge: Gauge, row: MerchantRow): void {
  const isKnown = row.instants.registered !== null;
  const isSame =
    gauge.isKnown === isKnown &&
    gauge.isClosed === row.isClosed &&
    gauge.isSearchBlocked === row.isSearchBlocked &&
    gauge.category === row.category &&
    gauge.country === row.country;
  if (isSame) return;
  const { reach } = gauge.live;
  gauge.isKnown = isKnown;
  gauge.isClosed = row.isClosed;
  gauge.isSearchBlocked = row.isSearchBlocked;
  gauge.category = row.category;
  gauge.country = row.country;
  // They seldom change, and then several of them.
  for (const each of reach.profile) markReach(gauge, each);
}

function refreshLists(gauge: Gauge, row: MerchantRow): void {
  const isSame =
    gauge.trainings === row.trainings &&
    gauge.enrolled === row.enrolled &&
    gauge.exams === row.exams &&
    gauge.certifications === row.certifications &&
    gauge.tools === row.tools &&
    gauge.violations === row.violations &&
    gauge.survey === row.survey &&
    gauge.breaches === row.breaches;
  if (isSame) return;
  const { lists } = gauge.live.reach;
  const note = (list: keyof typeof lists): void => {
    if (gauge[list] !== row[list]) markReach(gauge, lists[list]);
  };
  for (const list of LISTS) note(list);
  gauge.trainings = row.trainings;
  gauge.enrolled = row.enrolled;
  gauge.exams = row.exams;
  gauge.certifications = row.certifications;
  gauge.tools = row.tools;
  gauge.violations = row.violations;
  gauge.survey = row.survey;
  gauge.breaches = row.breaches;
}

export const LISTS = [
  'trainings',
  'enrolled',
  'exams',
  'certifications',
  'tools',
  'violations',
  'survey',
  'breaches',
] as const;
export type ListReach = Readonly<Record<(typeof LISTS)[number], Reach>>;

function refreshAges(gauge: Gauge, { instants, depositDueByMs }: MerchantRow, nowMs: number): void {
  const { ages } = gauge.live;
  for (let at = 0; at < ages.length; at++) {
    const { instant, reach, days, isDaily } = ages[at]!;
    const since = instant === 'depositDue' ? depositDueByMs : instants[instant];
    const age = ageOf(instant, since, nowMs);
    if (age !== gauge.ages[instant]) {
      gauge.ages[instant] = age;
      markReach(gauge, reach);
    }
    gauge.ageDues[at] = since === null ? Infinity : nextAge(since, nowMs, days, isDaily);
  }
}

/** An event may be a few minutes ahead of log time and has happened all the same; a deposit falls due later. */
function ageOf(instant: InstantId, since: number | null, nowMs: number): number | null {
  if (since === null || (since > nowMs && instant === 'depositDue')) return null;
  return Math.max(0, Math.floor((nowMs - since) / DAY_MS));
}

/** When the age is next one of these days, ascending, or any. */
function nextAge(since: number, nowMs: number, days: readonly number[], isDaily: boolean): number {
  if (isDaily) return since + (Math.max(-1, Math.floor((nowMs - since) / DAY_MS)) + 1) * DAY_MS;
  for (const day of days) if (since + day * DAY_MS > nowMs) return since + day * DAY_MS;
  return Infinity;
}
