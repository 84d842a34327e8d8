import { startOfLocalDay } from '../time.ts';
import type { CalendarTimes } from './calendar-clock.ts';
import type { Moment } from './evaluate.ts';
import type { Gauge } from './gauge.ts';
import type { LiveBundle } from './live-bundle.ts';
import { mark, markAll, takeLowest } from './marks.ts';
import type { MerchantRow } from './merchant-row.ts';
import { markReach } from './reach.ts';
import { NO_TIER, stepTier } from './tier.ts';

/** Marks the ladders that time or the state of the pipeline may move. */
export function markLadders(gauge: Gauge, times: CalendarTimes, moment: Moment): void {
  const { live, ladderMarks, waits } = gauge;
  const { nowMs, canFall, activatedMs } = moment;
  if (canFall !== gauge.canFall || activatedMs !== gauge.activatedMs) {
    markAll(ladderMarks, waits.length);
    gauge.canFall = canFall;
    gauge.activatedMs = activatedMs;
  }
  if (times !== gauge.times) mark(ladderMarks, live.scheduled);
  if (nowMs < gauge.waitsUntilMs) return;
  for (let at = 0; at < waits.length; at++) if (waits[at]! <= nowMs) mark(ladderMarks, [at]);
}

/** The ladders that are marked, in order: each asks only about those before it. */
export function climb(
  row: MerchantRow,
  live: LiveBundle,
  gauge: Gauge,
  times: CalendarTimes,
  moment: Moment,
): void {
  const { ladderMarks } = gauge;
  if (gauge.stepped.length > 0) gauge.stepped = [];
  const moved: number[] = [];
  for (let word = 0; word < ladderMarks.length; word++) {
    while (ladderMarks[word] !== 0) {
      const at = takeLowest(ladderMarks, word);
      gauge.stepped.push(at);
      if (stepOne(row, live, gauge, at, times, moment)) moved.push(at);
    }
  }
  if (gauge.stepped.length === 0) return;
  // What keeps a tier depends on which it is.
  mark(ladderMarks, moved);
  gauge.waitsUntilMs = Math.min(Infinity, ...gauge.waits);
  gauge.isHeld = gauge.holds.includes(true);
}

/** Whether the published tier moved. */
function stepOne(
  row: MerchantRow,
  live: LiveBundle,
  gauge: Gauge,
  at: number,
  times: CalendarTimes,
  moment: Moment,
): boolean {
  const { ladder, judge } = live.ladders[at]!;
  const { id, calendar, protect } = ladder;
  const state = row.tiers[id] ?? NO_TIER;
  const { nowMs, canFall, activatedMs, zone } = moment;
  const step = stepTier(ladder, state, judge(gauge, state), {
    nowMs,
    canFall,
    activatedMs,
    lastMs: calendar === null ? Infinity : times.instants.get(calendar)!.lastMs,
    protectedUntilMs: protect.untilDay === null ? -Infinity : startOfLocalDay(protect.untilDay, zone),
  });
  row.tiers[id] = step.next;
  gauge.waits[at] = step.waitsUntilMs ?? Infinity;
  gauge.holds[at] = step.isHeld;
  gauge.calendarWaits[at] = step.waitsForCalendar;
  const before = gauge.ladders[id];
  const { isWarned, projected } = step;
  const { tier } = step.next;
  const isSame =
    before !== undefined &&
    before.tier === tier &&
    before.isWarned === isWarned &&
    before.projected === projected;
  if (!isSame) {
    gauge.ladders[id] = { isWarned, projected, tier };
    markReach(gauge, live.reach.ladders[at]!);
  }
  return tier !== state.tier;
}

/** Whether an instant of a calendar will move something of a merchant whom nothing else moves before it. */
export function isWaitingForInstant(row: MerchantRow, live: LiveBundle, gauge: Gauge): boolean {
  for (const at of live.scheduled) {
    if (gauge.calendarWaits[at]!) return true;
  }
  return live.held.some((at) => {
    const { id, held } = live.metrics[at]!;
    return row.held[id]!.value !== gauge.values[held!.from];
  });
}
