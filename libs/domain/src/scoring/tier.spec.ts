import { smallBundle } from '../testing/small-bundle.ts';
import { NO_TIER, scoreOf, stepTier, type TierState } from './tier.ts';

const { ladder } = smallBundle();
const DAY = 86_400_000;
const NOW = 100 * DAY;
const since = (tier: string | null, days: number): TierState => ({ tier, sinceMs: NOW - days * DAY });
const components = [
  { metric: 'a', at: 0, weightBps: 6_000, from: 0, to: 100 },
  { metric: 'b', at: 1, weightBps: 4_000, from: 50, to: 10 },
];

test.each<[string, { a: number | null; b: number | null }, number | null]>([
  ['the weighted mean', { a: 50, b: 30 }, 5_000],
  ['what lies outside its line counts as the line', { a: 900, b: 60 }, 6_000],
  ['a turned line: less is better', { a: 0, b: 10 }, 4_000],
  ['a missing metric leaves its weight to the others', { a: 25, b: null }, 2_500],
  ['with less than the least weight there is no score', { a: null, b: 10 }, null],
  ['nothing assessed, no score', { a: null, b: null }, null],
])('a score: %s', (_name, metrics, score) => {
  expect(scoreOf(components, 5_000, [metrics.a, metrics.b])).toBe(score);
});

test('a score without components does not exist', () => {
  expect(scoreOf([], 0, [])).toBeNull();
});

test.each<[string, number | null, string | null]>([
  ['the lowest', 0, 'bronze'],
  ['between the lines', 7_999, 'silver'],
  ['the highest at once', 10_000, 'gold'],
  ['none without a score', null, null],
])('the first tier is given at once, whatever the way: %s', (_name, score, tier) => {
  const { next, projected, waitsUntilMs } = stepTier(ladder, NO_TIER, score, NOW, true);
  expect([next.tier, projected, waitsUntilMs]).toEqual([tier, tier, null]);
  expect(next.sinceMs).toBe(tier === null ? null : NOW);
});

test.each<[string, TierState, number | null, string | null, number | null]>([
  ['at its leave line a tier stays', since('silver', 9), 4_000, 'silver', null],
  ['below it, it falls', since('silver', 9), 3_999, 'bronze', null],
  ['between leave and enter nothing rises either', since('bronze', 9), 4_999, 'bronze', null],
  ['at the enter line it rises', since('bronze', 9), 5_000, 'silver', null],
  ['before the dwell time it waits', since('silver', 1), 3_999, 'silver', NOW + DAY],
  ['a rise waits, too', since('silver', 1), 9_000, 'silver', NOW + DAY],
  ['when the dwell time ends it moves', since('silver', 2), 3_999, 'bronze', null],
  ['one step, and the next after another dwell time', since('bronze', 9), 9_000, 'silver', NOW + 2 * DAY],
  ['down one step as well', since('gold', 9), 0, 'silver', NOW + 2 * DAY],
  ['losing the score is a fall, past every step', since('gold', 9), null, null, null],
  ['but it waits for the dwell time', since('gold', 1), null, 'gold', NOW + DAY],
  ['a score regained leads straight to its tier', since(null, 9), 9_000, 'gold', null],
  ['after the dwell time', since(null, 1), 9_000, null, NOW + DAY],
])('%s', (_name, state, score, tier, waitsUntilMs) => {
  const step = stepTier(ladder, state, score, NOW, true);
  expect([step.next.tier, step.waitsUntilMs, step.isHeld]).toEqual([tier, waitsUntilMs, false]);
  expect(step.next.sinceMs).toBe(tier === state.tier ? state.sinceMs : NOW);
});

test('a fall is held while the pipeline catches up, a rise is not', () => {
  const fall = stepTier(ladder, since('gold', 9), 0, NOW, false);
  expect(fall).toEqual({ next: since('gold', 9), projected: 'bronze', waitsUntilMs: null, isHeld: true });
  const loss = stepTier(ladder, since('gold', 9), null, NOW, false);
  expect([loss.next.tier, loss.isHeld]).toEqual(['gold', true]);
  const waiting = stepTier(ladder, since('gold', 1), 0, NOW, false);
  expect([waiting.waitsUntilMs, waiting.isHeld]).toEqual([NOW + DAY, false]);
  const rise = stepTier(ladder, since('bronze', 9), 9_000, NOW, false);
  expect([rise.next.tier, rise.isHeld]).toEqual(['silver', false]);
});

test('a tier of another ladder is none: this one gives its first tier at once, or there is no score', () => {
  expect(stepTier(ladder, since('platinum', 0), 6_000, NOW, true).next).toEqual({
    tier: 'silver',
    sinceMs: NOW,
  });
  expect(stepTier(ladder, since('platinum', 0), null, NOW, false).next).toEqual(NO_TIER);
});
