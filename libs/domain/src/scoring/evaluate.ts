import { groupOf } from '../census/group.ts';
import { startOfLocalDay } from '../time.ts';
import type { ZoneTransition } from '../controls.ts';
import { grainOf } from './capacity.ts';
import type { CalendarTimes } from './calendar-clock.ts';
import { climb, isWaitingForInstant, markLadders } from './climb.ts';
import { canLack, isCovered, nextCoverageDay, type FactsSince } from './coverage.ts';
import { newGauge, refresh, type Gauge } from './gauge.ts';
import type { LiveBundle } from './live-bundle.ts';
import { mark, takeLowest } from './marks.ts';
import type { GroupStatistic } from './merchant-now.ts';
import type { MerchantRow } from './merchant-row.ts';
import { openOrdersAt } from './open-orders.ts';
import { markReach } from './reach.ts';
import { turnDay } from './window.ts';

export interface Moment {
  readonly nowMs: number;
  readonly today: number;
  readonly zone: readonly ZoneTransition[];
  readonly canFall: boolean;
  /** When the live bundle went live, ms UTC. */
  readonly activatedMs: number;
  readonly factsSince: FactsSince;
  /** What the census said of a group of a statistic; null while it has said nothing. */
  statistic(id: string, group: string): GroupStatistic | null;
}

/**
 * Looks at a merchant as of now: metrics, tiers, headroom. Moves its tiers, held values and grains. Only what changed
 * since the last look is worked out: facts mark their metrics when they are counted, the rest is compared here.
 */
export function evaluateMerchant(row: MerchantRow, live: LiveBundle, moment: Moment): Gauge {
  const { nowMs, today, zone } = moment;
  let gauge = row.gauge;
  if (gauge === null || gauge.live !== live || gauge.zone !== zone) {
    gauge = row.gauge = newGauge(row, live, zone, today);
  }
  const times = live.clock(nowMs, zone);
  const orders = openOrdersAt(row.open, today);
  turnGauge(gauge, moment);
  refresh(gauge, row, orders, nowMs);
  refreshStatistics(gauge, row, live, moment);
  markLadders(gauge, times, moment);
  if (times !== gauge.times) {
    mark(gauge.metricMarks, live.held);
    markReach(gauge, live.reach.periods);
    gauge.periods = times.periods;
    gauge.times = times;
  }
  measure(row, live, gauge, times, moment);
  climb(row, live, gauge, times, moment);
  judgeAtoms(row, live, gauge);
  gauge.dueMs = nextDue(row, live, gauge, times, orders.nextOverdueDay);
  gauge.isFresh = false;
  return gauge;
}

/** Brings totals up to today, before anything is counted or read. */
export function turnTo(gauge: Gauge, today: number): void {
  gauge.today = today;
  if (today < gauge.totals.nextDay) return;
  turnDay(gauge.totals, gauge.buckets, today, gauge.metricMarks);
  gauge.dayDue = NaN;
}

function turnGauge(gauge: Gauge, { today, factsSince }: Moment): void {
  const { live, metricMarks } = gauge;
  turnTo(gauge, today);
  if (today >= gauge.scansDay) {
    for (let scan = 0; scan < live.scans.length; scan++) {
      if (today >= gauge.scanDays[scan]!) mark(metricMarks, [live.scans[scan]!.at]);
    }
  }
  if (today < gauge.coverageDay) return;
  mark(metricMarks, live.covered);
  gauge.coverageDay = Math.min(
    Infinity,
    ...live.covered.map((at) => nextCoverageDay(live.metrics[at]!.coverage, factsSince, today)),
  );
  gauge.dayDue = NaN;
}

function refreshStatistics(
  gauge: Gauge,
  row: MerchantRow,
  { bundle, reach }: LiveBundle,
  moment: Moment,
): void {
  const { statistics } = bundle;
  for (let at = 0; at < statistics.length; at++) {
    const { id, by } = statistics[at]!;
    const group = groupOf(by, row);
    const found = group === null ? null : moment.statistic(id, group);
    if (found === gauge.statistics[at]) continue;
    gauge.statistics[at] = found;
    markReach(gauge, reach.statistics[at]!);
  }
}

/** What is marked, in order: each metric reads only those before it, and headroom comes last. */
function measure(
  row: MerchantRow,
  live: LiveBundle,
  gauge: Gauge,
  times: CalendarTimes,
  moment: Moment,
): void {
  const { metricMarks } = gauge;
  gauge.isGrainMoved = gauge.isFresh;
  let areScansMoved = false;
  for (let word = 0; word < metricMarks.length; word++) {
    while (metricMarks[word] !== 0) {
      const at = takeLowest(metricMarks, word);
      if (at === live.metrics.length) {
        gauge.headroomExact = live.headroom(gauge);
        row.grain = grainOf(live.bundle.capacity, gauge.headroomExact, row.grain);
        continue;
      }
      measureOne(row, live, gauge, at, times, moment);
      const { scan } = live.metrics[at]!;
      if (scan < 0) continue;
      gauge.scanDays[scan] = live.scans[scan]!.nextDay(gauge);
      areScansMoved = true;
    }
  }
  if (!areScansMoved) return;
  gauge.scansDay = Math.min(Infinity, ...gauge.scanDays);
  gauge.dayDue = NaN;
}

function measureOne(
  row: MerchantRow,
  live: LiveBundle,
  gauge: Gauge,
  at: number,
  times: CalendarTimes,
  { nowMs, factsSince, today }: Moment,
): void {
  const { id, meter, coverage, grain, held } = live.metrics[at]!;
  if (held !== null) {
    const { lastMs } = times.instants.get(held.on)!;
    const before = row.held[id];
    // Held since it was first looked at, and from then on since each instant.
    if (before === undefined || before.asOfMs < lastMs) {
      const isTooEarly = before === undefined && lastMs === -Infinity;
      row.held[id] = { value: isTooEarly ? null : gauge.values[held.from]!, asOfMs: nowMs };
    }
  }
  const lacks =
    coverage.length > 0 && canLack(coverage, factsSince) && !isCovered(coverage, factsSince, today);
  const value = lacks ? null : meter(gauge);
  if (value === gauge.values[at] && !gauge.isFresh) return;
  gauge.values[at] = value;
  if (!gauge.isFresh) markReach(gauge, live.reach.metrics[at]!);
  if (grain === null) return;
  const before = row.grains[id] ?? null;
  const after = grainOf(grain, Math.max(0, value ?? 0), before);
  if (after === before) return;
  row.grains[id] = after;
  gauge.isGrainMoved = true;
}

/** Verdicts are kept as they were said: those that are marked are compared with it. */
function judgeAtoms(row: MerchantRow, live: LiveBundle, gauge: Gauge): void {
  const { atomMarks } = gauge;
  const said = row.said?.verdicts ?? '';
  gauge.flips = NO_FLIPS;
  for (let word = 0; word < atomMarks.length; word++) {
    while (atomMarks[word] !== 0) {
      const at = takeLowest(atomMarks, word);
      const letter = live.watches[at]!(gauge);
      if (letter === said[at]) continue;
      if (gauge.flips === NO_FLIPS) gauge.flips = [];
      gauge.flips.push({ at, letter });
    }
  }
}

const NO_FLIPS: Gauge['flips'] = [];

/** The next instant at which anything can change by time alone; null for a merchant of whom nothing can. */
function nextDue(
  row: MerchantRow,
  live: LiveBundle,
  gauge: Gauge,
  times: CalendarTimes,
  nextOverdueDay: number,
): number | null {
  const { zone, waitsUntilMs, ageDues } = gauge;
  const day = Math.min(gauge.totals.nextDay, gauge.scansDay, gauge.coverageDay, nextOverdueDay);
  if (day !== gauge.dayDue) {
    gauge.dayDue = day;
    gauge.dayDueMs = day === Infinity ? Infinity : startOfLocalDay(day, zone);
  }
  let due = Math.min(gauge.dayDueMs, waitsUntilMs, live.asksPeriods ? times.nextPeriodMs : Infinity);
  for (let at = 0; at < ageDues.length; at++) if (ageDues[at]! < due) due = ageDues[at]!;
  const { nextInstantMs } = times;
  row.instantMs = nextInstantMs === Infinity ? null : nextInstantMs;
  // Evaluated on what stands at the instant: whoever may be another by the time of its next look is looked at then.
  if (nextInstantMs < due && (due < Infinity || isWaitingForInstant(row, live, gauge))) due = nextInstantMs;
  return due === Infinity ? null : due;
}
