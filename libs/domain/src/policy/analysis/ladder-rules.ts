import { DAY_MS } from '../../time.ts';
import type { Calendar, Rhythm } from '../calendar.ts';
import type { Condition } from '../condition.ts';
import type { Ladder } from '../ladder.ts';
import type { Inquiry } from './advice.ts';
import { isPossible, type Demand } from './possible.ts';
import type { KnownWorld } from './known-world.ts';

const YEAR_DAYS = 366;
const MONTH_DAYS = 31;

/** How a tier can come about. */
export interface Reach {
  /** Its own condition leads there. */
  readonly isEntered: boolean;
  /** A step limit leads through it to a higher one. */
  readonly isPassed: boolean;
  /** It can be the published tier at all. */
  readonly isReached: boolean;
}

/** Of each tier, lowest first. */
export function reachOfTiers(ladder: Ladder, world: KnownWorld): readonly Reach[] {
  const { tiers, assessed, vetoes, stepMax } = ladder;
  const placeOf = (tier: string | null): number => tiers.findIndex(({ id }) => id === tier);
  const vetoed = (above: number): readonly Demand[] =>
    vetoes.filter(({ atMost }) => placeOf(atMost) < above).map(({ when }) => [when, 'not-true'] as const);
  const overtaken = (place: number): readonly Demand[] =>
    tiers.slice(place + 1).map(({ enter }) => [enter, 'not-true'] as const);
  const entered = tiers.map(({ enter }, place) =>
    isPossible(world, [[assessed, 'true'], [enter, 'true'], ...vetoed(place), ...overtaken(place)]),
  );
  const reached: boolean[] = tiers.map(() => false);
  const passed: boolean[] = tiers.map(() => false);
  for (let place = tiers.length - 1; place >= 0; place--) {
    const isAbove = reached.slice(place + 1).includes(true);
    const isKept =
      isAbove &&
      isPossible(world, [
        [assessed, 'true'],
        [tiers[place]!.keep, 'true'],
        ...vetoed(place),
        ...overtaken(place),
      ]);
    passed[place] = isAbove && stepMax !== null;
    const isHigher = tiers.slice(place).some(({ enter }) => isPossible(world, [[enter, 'true']]));
    const isLeft =
      isHigher &&
      vetoes.some(({ when, atMost }) => placeOf(atMost) === place && isPossible(world, [[when, 'true']]));
    reached[place] = entered[place]! || isKept || passed[place]! || isLeft;
  }
  return tiers.map((_, place) => ({
    isEntered: entered[place]!,
    isPassed: passed[place]!,
    isReached: reached[place]!,
  }));
}

/** Whether a merchant that had a tier can come to have none. */
export function mayBeLost({ tiers, assessed, vetoes }: Ladder, world: KnownWorld): boolean {
  if (assessed !== null || vetoes.some(({ atMost }) => atMost === null)) return true;
  const lowest = tiers[0]!.enter;
  return lowest !== null && isPossible(world, [[lowest, 'not-true']]);
}

export function adviseOnLadders(inquiry: Inquiry): void {
  for (const ladder of inquiry.bundle.ladders) {
    adviseOnTiers(inquiry, ladder);
    adviseOnLines(inquiry, ladder);
    adviseOnTime(inquiry, ladder);
    adviseOnVetoes(inquiry, ladder);
  }
}

function adviseOnTiers({ world, advise }: Inquiry, ladder: Ladder): void {
  const at = `/ladders/${ladder.id}`;
  if (ladder.assessed !== null && !isPossible(world, [[ladder.assessed, 'true']])) {
    advise('ladder-never-assessed', `${at}/minimum`, ladder.id, `nobody ever has a tier of ${ladder.id}`);
    return;
  }
  for (const [place, { isEntered, isPassed, isReached }] of reachOfTiers(ladder, world).entries()) {
    const { id } = ladder.tiers[place]!;
    const field = `${at}/tiers/${id}`;
    if (!isReached) advise('tier-unreachable', field, id, `no merchant can ever have the tier ${id}`);
    else if (!isEntered && !isPassed) {
      advise('tier-never-entered', field, id, `nobody comes to the tier ${id} by its own condition`);
    }
  }
  const [lowest] = ladder.tiers;
  if (ladder.assessed !== null || lowest!.enter === null) return;
  if (ladder.by === null && isPossible(world, [[lowest!.enter, 'not-true']])) {
    advise(
      'ladder-gap',
      `${at}/tiers/${lowest!.id}`,
      lowest!.id,
      `whoever is below ${lowest!.id} has no tier`,
    );
  }
}

function adviseOnLines({ world, advise, bundle }: Inquiry, ladder: Ladder): void {
  const at = `/ladders/${ladder.id}/tiers`;
  for (const { id, enter, keep } of ladder.tiers) {
    if (enter === keep || enter === null || keep === null) continue;
    const isStronger =
      !isPossible(world, [
        [keep, 'true'],
        [enter, 'not-true'],
      ]) &&
      isPossible(world, [
        [enter, 'true'],
        [keep, 'not-true'],
      ]);
    if (isStronger)
      advise('keep-above-enter', `${at}/${id}/keep`, id, `${id} is harder to keep than to enter`);
  }
  if (ladder.by === null) return;
  const lines = ladder.tiers.map(({ enter, keep }) => ({ enter: lineOf(enter), leave: lineOf(keep) }));
  for (const [place, { leave }] of lines.entries()) {
    const beneath = lines[place - 1];
    const { id } = ladder.tiers[place]!;
    if (beneath === undefined || leave >= beneath.enter) continue;
    const says = `${id} is kept down to ${leave}, and the tier beneath it is entered only at ${beneath.enter}`;
    advise('hysteresis-overlap', `${at}/${id}/leave`, leave, says);
  }
  const lowest = world.ranges.get(`metric:${ladder.by}`);
  const first = lines[0]!.enter;
  if (lowest === undefined || lowest.low >= first || bundle.ladders.length === 0) return;
  const { id } = ladder.tiers[0]!;
  advise('ladder-gap', `${at}/${id}/enter`, first, `whoever is below ${first} has no tier of ${ladder.id}`);
}

function lineOf(condition: Condition | null): number {
  return condition !== null && 'value' in condition ? condition.value : -Infinity;
}

function adviseOnVetoes({ advise }: Inquiry, { id, tiers, vetoes }: Ladder): void {
  for (const [i, { atMost }] of vetoes.entries()) {
    if (atMost !== tiers.at(-1)!.id) continue;
    advise(
      'veto-no-effect',
      `/ladders/${id}/vetoes/${i}/atMost`,
      atMost,
      `${atMost} is the highest tier of ${id}`,
    );
  }
}

function adviseOnTime({ advise, bundle }: Inquiry, { id, calendar, dwellMs, grace, protect }: Ladder): void {
  const at = `/ladders/${id}`;
  const followed = bundle.calendars.find((each) => each.id === calendar) ?? null;
  if (followed === null) {
    if (grace === null || !('forMs' in grace) || grace.forMs <= YEAR_DAYS * DAY_MS) return;
    const says = `a tier of ${id} falls only after ${grace.forMs / DAY_MS} days`;
    advise('grace-too-long', `${at}/grace`, grace.forMs / DAY_MS, says);
    return;
  }
  const every = daysBetween(followed.rhythm);
  if (grace !== null && 'evaluations' in grace && grace.evaluations * every > YEAR_DAYS) {
    const says = `${grace.evaluations} evaluations every ${every} days are ${grace.evaluations * every} days`;
    advise('grace-too-long', `${at}/grace`, grace.evaluations, says);
  }
  if (dwellMs > every * DAY_MS) {
    const says = `a tier stays ${dwellMs / DAY_MS} days, and ${followed.id} comes every ${every}`;
    advise('dwell-beyond-calendar', `${at}/dwell`, dwellMs / DAY_MS, says);
  }
  const first = firstDayOf(followed);
  if (protect.untilDay !== null && first !== null && protect.untilDay <= first) {
    advise('protection-over', `${at}/protect/until`, protect.untilDay, `${followed.id} begins only after it`);
  }
}

/** The longest time between two instants, days. */
function daysBetween(rhythm: Rhythm): number {
  if ('everyDays' in rhythm) return rhythm.everyDays;
  if ('everyWeeks' in rhythm) return rhythm.everyWeeks * 7;
  if (!('monthDays' in rhythm)) return 1;
  const { monthDays } = rhythm;
  const gaps = monthDays.map((day, i) => (monthDays[i + 1] ?? monthDays[0]! + MONTH_DAYS) - day);
  return Math.max(...gaps);
}

/** The first evaluation; null: the calendar has none before which it does not apply. */
function firstDayOf({ rhythm }: Calendar): number | null {
  return 'fromDay' in rhythm ? rhythm.fromDay : null;
}
