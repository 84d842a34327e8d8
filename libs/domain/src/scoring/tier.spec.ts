import type { Ladder } from '../policy/ladder.ts';
import { compiled, ladder, smallSource } from '../testing/small-bundle.ts';
import { NO_TIER, stepTier, type Judged, type LadderMoment, type TierState } from './tier.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const [NONE, BRONZE, SILVER, GOLD] = [-1, 0, 1, 2];

function ladderOf(changes: Readonly<Record<string, unknown>> = {}): Ladder {
  const first = { id: 'first', names: { en: 'First' }, monthDays: [1] };
  return compiled(smallSource({ ladders: [ladder(changes)], calendars: [first] })).bundle.ladders[0]!;
}
const LADDER = ladderOf();

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
const UNASSESSED: Judged = { ...found(GOLD), isAssessed: false };
const moment = (more: Partial<LadderMoment> = {}): LadderMoment => ({
  nowMs: NOW,
  canFall: true,
  activatedMs: 0,
  lastMs: Infinity,
  protectedUntilMs: -Infinity,
  ...more,
});

test.each<[string, Judged, string | null]>([
  ['the lowest', found(BRONZE), 'bronze'],
  ['between', found(SILVER), 'silver'],
  ['the highest at once', found(GOLD), 'gold'],
  ['none where none is entered', found(NONE), null],
  ['none where there is too little to judge by', UNASSESSED, null],
  ['what a veto leaves', found(GOLD, GOLD, BRONZE), 'bronze'],
  ['none where a veto leaves none', found(GOLD, GOLD, NONE), null],
])('the first tier is given at once, whatever the way: %s', (_name, judged, tier) => {
  const { next, projected, waitsUntilMs } = stepTier(LADDER, NO_TIER, judged, moment());
  expect([next.tier, projected, waitsUntilMs]).toEqual([tier, tier, null]);
  expect([next.sinceMs, next.roseMs]).toEqual(tier === null ? [null, null] : [NOW, NOW]);
});

test.each<[string, TierState, Judged, string | null, number | null]>([
  ['what is kept stays though it is not entered', since('silver', 9), found(BRONZE, SILVER), 'silver', null],
  ['what is not even kept falls', since('silver', 9), found(BRONZE), 'bronze', null],
  ['what is entered rises', since('bronze', 9), found(SILVER), 'silver', null],
  ['before the dwell time it waits', since('silver', 1), found(BRONZE), 'silver', NOW + DAY],
  ['a rise waits, too', since('silver', 1), found(GOLD), 'silver', NOW + DAY],
  ['when the dwell time ends it moves', since('silver', 2), found(BRONZE), 'bronze', null],
  ['one step, then the next a dwell time on', since('bronze', 9), found(GOLD), 'silver', NOW + 2 * DAY],
  ['down one step as well', since('gold', 9), found(BRONZE), 'silver', NOW + 2 * DAY],
  ['losing every tier is a fall, past every step', since('gold', 9), UNASSESSED, null, null],
  ['but it waits for the dwell time', since('gold', 1), UNASSESSED, 'gold', NOW + DAY],
  ['what comes back leads straight to its tier', since(null, 9), found(GOLD), 'gold', null],
  ['after the dwell time', since(null, 1), found(GOLD), null, NOW + DAY],
  [
    'a veto is a fall like any other, by steps',
    since('gold', 9),
    found(GOLD, GOLD, BRONZE),
    'silver',
    NOW + 2 * DAY,
  ],
])('dwell and step: %s', (_name, state, judged, tier, waitsUntilMs) => {
  const step = stepTier(LADDER, state, judged, moment());
  expect([step.next.tier, step.waitsUntilMs, step.isHeld]).toEqual([tier, waitsUntilMs, false]);
  expect(step.next.sinceMs).toBe(tier === state.tier ? state.sinceMs : NOW);
});

test('without a step limit it moves as far as it was found', () => {
  const free = ladderOf({ step: undefined });
  expect(stepTier(free, since('bronze', 9), found(GOLD), moment()).next.tier).toBe('gold');
  expect(stepTier(free, since('gold', 9), found(BRONZE), moment()).next.tier).toBe('bronze');
});

test.each<[string, string | null, Judged, boolean]>([
  ['at or above its own line', 'gold', found(GOLD), false],
  ['between leave and enter', 'gold', found(SILVER, GOLD), true],
  ['below both, while it waits', 'gold', found(BRONZE), true],
  ['with too little to judge by', 'gold', UNASSESSED, true],
  ['entered, but vetoed', 'gold', found(GOLD, GOLD, SILVER), true],
  ['above what is published', 'silver', found(GOLD), false],
  ['without a tier', null, UNASSESSED, false],
])('a merchant is warned of losing its tier or not: %s', (_name, tier, judged, isWarned) => {
  expect(stepTier(LADDER, since(tier, 1), judged, moment()).isWarned).toBe(isWarned);
});

test('what is projected is what it would be today, whatever holds the published tier', () => {
  const step = stepTier(LADDER, since('gold', 1), found(BRONZE, BRONZE), moment());
  expect([step.next.tier, step.projected]).toEqual(['gold', 'bronze']);
  expect(stepTier(LADDER, since('gold', 1), found(GOLD, GOLD, SILVER), moment()).projected).toBe('silver');
});

test('a fall is held while the pipeline catches up, a rise is not', () => {
  const behind = moment({ canFall: false });
  const fall = stepTier(LADDER, since('gold', 9), found(BRONZE), behind);
  expect([fall.next.tier, fall.projected, fall.waitsUntilMs, fall.isHeld]).toEqual([
    'gold',
    'bronze',
    null,
    true,
  ]);
  expect(stepTier(LADDER, since('gold', 9), UNASSESSED, behind)).toMatchObject({ isHeld: true });
  expect(stepTier(LADDER, since('gold', 1), found(BRONZE), behind)).toMatchObject({
    isHeld: false,
    waitsUntilMs: NOW + DAY,
  });
  const rise = stepTier(LADDER, since('bronze', 9), found(GOLD), behind);
  expect([rise.next.tier, rise.isHeld]).toEqual(['silver', false]);
});

test('a tier of another ladder is none: this one gives its first tier at once, or there is none', () => {
  const other = since('platinum', 0, { misses: 3, lookedMs: NOW });
  expect(stepTier(LADDER, other, found(SILVER), moment()).next).toEqual({
    ...NO_TIER,
    tier: 'silver',
    sinceMs: NOW,
    roseMs: NOW,
  });
  expect(stepTier(LADDER, other, UNASSESSED, moment({ canFall: false })).next).toEqual(NO_TIER);
});

describe('grace by time', () => {
  const kind = ladderOf({ grace: { for: '30d' }, dwell: undefined });
  const missed = (days: number): TierState => since('gold', 90, { missedMs: NOW - days * DAY });

  test('the first miss begins it, and a timer waits for its end', () => {
    const step = stepTier(kind, since('gold', 90), found(SILVER), moment());
    expect(step.next).toEqual({ ...since('gold', 90), missedMs: NOW });
    expect(step.waitsUntilMs).toBe(NOW + 30 * DAY);
  });

  test.each<[string, number, string, number | null]>([
    ['before its end it stays', 29, 'gold', NOW + DAY],
    ['at its end it falls', 30, 'silver', null],
  ])('%s', (_name, days, tier, waitsUntilMs) => {
    const step = stepTier(kind, missed(days), found(SILVER), moment());
    expect([step.next.tier, step.waitsUntilMs]).toEqual([tier, waitsUntilMs]);
  });

  test('what is kept again ends it, so that the next miss has a whole one', () => {
    const kept = stepTier(kind, missed(29), found(SILVER, GOLD), moment());
    expect([kept.next.missedMs, kept.isWarned]).toEqual([null, true]);
    expect(stepTier(kind, kept.next, found(SILVER), moment()).waitsUntilMs).toBe(NOW + 30 * DAY);
  });

  test('after one step down the next one has a grace of its own, from that moment', () => {
    const step = stepTier(kind, missed(30), found(BRONZE), moment());
    expect([step.next.tier, step.next.missedMs, step.waitsUntilMs]).toEqual(['silver', NOW, NOW + 30 * DAY]);
  });

  test('it is no delay for a rise', () => {
    expect(stepTier(kind, since('silver', 90), found(GOLD), moment()).next.tier).toBe('gold');
  });
});

describe('protection', () => {
  test.each<[string, object, TierState, Partial<LadderMoment>, string, number | null]>([
    ['after a rise', { rise: '30d' }, since('gold', 29), {}, 'gold', NOW + DAY],
    ['until it is over', { rise: '30d' }, since('gold', 30), {}, 'silver', null],
    ['not from a fall', { rise: '30d' }, since('gold', 3, { roseMs: NOW - 40 * DAY }), {}, 'silver', null],
    [
      'after new rules',
      { rules: '15d' },
      since('gold', 90),
      { activatedMs: NOW - 14 * DAY },
      'gold',
      NOW + DAY,
    ],
    ['then no longer', { rules: '15d' }, since('gold', 90), { activatedMs: NOW - 15 * DAY }, 'silver', null],
    [
      'before a day',
      { until: '1970-04-12' },
      since('gold', 90),
      { protectedUntilMs: NOW + DAY },
      'gold',
      NOW + DAY,
    ],
    [
      'not on that day',
      { until: '1970-04-11' },
      since('gold', 90),
      { protectedUntilMs: NOW },
      'silver',
      null,
    ],
    [
      'the latest of all counts',
      { rise: '5d', rules: '8d' },
      since('gold', 3),
      { activatedMs: NOW - 2 * DAY },
      'gold',
      NOW + 6 * DAY,
    ],
  ])('%s', (_name, protect, state, at, tier, waitsUntilMs) => {
    const step = stepTier(ladderOf({ protect, dwell: undefined }), state, found(SILVER), moment(at));
    expect([step.next.tier, step.waitsUntilMs]).toEqual([tier, waitsUntilMs]);
  });

  test('no protection keeps a merchant from rising', () => {
    const kind = ladderOf({ protect: { rise: '30d', rules: '30d', until: '2099-01-01' }, dwell: undefined });
    const at = moment({ activatedMs: NOW, protectedUntilMs: NOW + 9 * DAY });
    expect(stepTier(kind, since('silver', 1), found(GOLD), at).next.tier).toBe('gold');
  });
});
