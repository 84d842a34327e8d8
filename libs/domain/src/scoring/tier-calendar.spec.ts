import type { Ladder } from '../policy/ladder.ts';
import { compiled, ladder, smallSource } from '../testing/small-bundle.ts';
import { NO_TIER, stepTier, type Judged, type LadderMoment, type TierState } from './tier.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const [BRONZE, SILVER, GOLD] = [0, 1, 2];

function ladderOf(changes: Readonly<Record<string, unknown>> = {}): Ladder {
  const first = { id: 'first', names: { en: 'First' }, monthDays: [1] };
  return compiled(smallSource({ ladders: [ladder(changes)], calendars: [first] })).bundle.ladders[0]!;
}
const MONTHLY = { calendar: 'first', dwell: undefined };

const since = (tier: string | null, days: number, more: Partial<TierState> = {}): TierState => ({
  ...NO_TIER,
  tier,
  sinceMs: NOW - days * DAY,
  roseMs: NOW - days * DAY,
  ...more,
});
/** What is entered, and, where it is higher, kept. */
const found = (entered: number, kept = entered, atMost = GOLD): Judged => ({
  isAssessed: true,
  entered,
  kept,
  atMost,
});
const moment = (more: Partial<LadderMoment> = {}): LadderMoment => ({
  nowMs: NOW,
  canFall: true,
  activatedMs: 0,
  lastMs: Infinity,
  protectedUntilMs: -Infinity,
  ...more,
});

describe('a calendar', () => {
  const monthly = ladderOf(MONTHLY);
  const looked = (tier: string, daysAgo: number, misses = 0): TierState =>
    since(tier, 90, { lookedMs: NOW - daysAgo * DAY, misses });
  const lastMs = NOW - 3 * DAY;

  test('the first look is an evaluation, so that nobody waits a month for a first tier', () => {
    const step = stepTier(monthly, NO_TIER, found(SILVER), moment({ lastMs: -Infinity }));
    expect(step.next).toMatchObject({ tier: 'silver', lookedMs: NOW });
  });

  test('between its instants the published tier stays and the projected one is told', () => {
    const state = looked('silver', 2);
    const step = stepTier(monthly, state, found(GOLD), moment({ lastMs }));
    expect(step).toEqual({
      next: state,
      projected: 'gold',
      isWarned: false,
      waitsUntilMs: null,
      waitsForCalendar: true,
      isHeld: false,
    });
    expect(stepTier(monthly, state, found(BRONZE), moment({ lastMs }))).toMatchObject({
      next: state,
      projected: 'bronze',
      isWarned: true,
    });
  });

  test.each<[string, Judged, string]>([
    ['it rises', found(GOLD), 'gold'],
    ['it falls', found(BRONZE), 'bronze'],
    ['or it stays', found(BRONZE, SILVER), 'silver'],
  ])('the first look after an instant is an evaluation, once: %s', (_name, judged, tier) => {
    const step = stepTier(monthly, looked('silver', 4), judged, moment({ lastMs }));
    expect([step.next.tier, step.next.lookedMs, step.waitsUntilMs]).toEqual([tier, NOW, null]);
    const again = stepTier(monthly, step.next, found(BRONZE), moment({ nowMs: NOW + DAY, lastMs }));
    expect(again.next).toBe(step.next);
  });

  test('what was looked at exactly at an instant was looked at then', () => {
    const state = looked('silver', 3);
    expect(stepTier(monthly, state, found(GOLD), moment({ lastMs })).next).toBe(state);
  });

  test('an evaluation against the merchant is still to come while the pipeline catches up', () => {
    const state = looked('silver', 4);
    const held = stepTier(monthly, state, found(BRONZE), moment({ lastMs, canFall: false }));
    expect([held.next, held.isHeld]).toEqual([state, true]);
    const caughtUp = stepTier(monthly, held.next, found(BRONZE), moment({ lastMs }));
    expect([caughtUp.next.tier, caughtUp.isHeld]).toEqual(['bronze', false]);
    const repaired = stepTier(monthly, held.next, found(SILVER), moment({ lastMs }));
    expect([repaired.next.tier, repaired.next.lookedMs]).toEqual(['silver', NOW]);
  });

  test('grace by evaluations: it falls at so many running, and one that is met begins anew', () => {
    const patient = ladderOf({ ...MONTHLY, grace: { evaluations: 3 } });
    const tiers: string[] = [];
    let state = since('gold', 90, { lookedMs: 0 });
    for (const [month, entered] of [SILVER, SILVER, GOLD, SILVER, SILVER, SILVER].entries()) {
      const nowMs = NOW + month * 30 * DAY;
      state = stepTier(patient, state, found(entered), moment({ nowMs, lastMs: nowMs })).next;
      // A look between two evaluations counts for nothing.
      state = stepTier(patient, state, found(BRONZE), moment({ nowMs: nowMs + DAY, lastMs: nowMs })).next;
      tiers.push(`${state.tier} ${state.misses}`);
    }
    const wanted = ['gold 1', 'gold 2', 'gold 0', 'gold 1', 'gold 2', 'silver 0'];
    expect(tiers).toEqual(wanted);
  });

  test.each<[string, TierState, Judged, boolean]>([
    ['where it would change', looked('silver', 2), found(GOLD), true],
    ['where a miss would be forgotten', looked('silver', 2, 1), found(SILVER), true],
    ['where nothing would', looked('silver', 2), found(SILVER), false],
  ])('the next instant is waited for %s: %#', (_name, state, judged, waits) => {
    expect(stepTier(monthly, state, judged, moment({ lastMs })).waitsForCalendar).toBe(waits);
  });

  test('a miss that is found while the pipeline catches up does not count yet', () => {
    const patient = ladderOf({ ...MONTHLY, grace: { evaluations: 2 } });
    const state = looked('gold', 4, 1);
    const step = stepTier(patient, state, found(SILVER), moment({ lastMs, canFall: false }));
    expect([step.next, step.isHeld]).toEqual([state, true]);
  });

  test('a protected tier is missed all the same, and is looked at again at the next instant', () => {
    const kind = ladderOf({ ...MONTHLY, protect: { rise: '95d' } });
    const step = stepTier(kind, looked('gold', 4), found(SILVER), moment({ lastMs }));
    expect([step.next.tier, step.next.misses, step.waitsUntilMs]).toEqual(['gold', 1, null]);
    const next = { nowMs: NOW + 30 * DAY, lastMs: NOW + 30 * DAY };
    expect(stepTier(kind, step.next, found(SILVER), moment(next)).next.tier).toBe('silver');
  });
});
