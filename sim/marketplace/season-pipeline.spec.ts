import { DAY_MS } from '#domain/time';
import type { CloudEvent } from '#domain/stage/stage';
import { playSeasonInMemory } from './season-fixture.ts';

// The season against the stages' own machines and the starter bundle: what a newcomer sees in the demo.

const START_MS = Date.parse('2026-10-31T00:00:00+08:00');
const DAYS = 15;

describe('a season against the starter bundle', () => {
  // Ten days in advance of the peak, so that events can be too late at all.
  const played = playSeasonInMemory({
    marketplace: {
      seed: 5,
      merchants: 60,
      startMs: START_MS,
      days: DAYS,
      tooLateRatePpm: 5_000,
      duplicateRatePpm: 0,
    },
  });

  test('issues boosts, offers courses, withholds with reasons, shrinks what a merchant cannot carry', async () => {
    const { pipeline } = await played;
    const outcomes = new Set(pipeline.decisions.map((decision) => decision.outcome));
    expect([...outcomes].sort()).toEqual(
      expect.arrayContaining(['expire', 'issue', 'offer', 'settle', 'shrink', 'withhold']),
    );
    const withheld = pipeline.decisions.filter((decision) => decision.outcome === 'withhold');
    expect(withheld.filter((decision) => decision.reasons.length === 0)).toEqual([]);
  });

  test('feeds back: boosted merchants report exposures that were paid from the budget', async () => {
    const { pipeline, sim } = await played;
    const boosted = sim.truth().reduce((sum, merchant) => sum + merchant.boostedExposures, 0);
    const spent = pipeline.decisions.map((decision) => decision.budget?.after.spent ?? 0);
    expect(boosted).toBeGreaterThan(1_000);
    expect(Math.max(...spent)).toBeGreaterThan(0);
  });

  test('makes dead letters of what came too late and of nothing else', async () => {
    const { pipeline, activity } = await played;
    const tooLate = [0, 1].reduce((sum, partition) => sum + countTooLate(activity.events(partition)), 0);
    expect(tooLate).toBeGreaterThan(3);
    expect(new Set(pipeline.deadLetters.map((letter) => letter.reason))).toEqual(new Set(['too-late']));
    expect(pipeline.deadLetters).toHaveLength(tooLate);
  });
});

function countTooLate(activity: readonly CloudEvent[]): number {
  let nowMs = 0;
  let count = 0;
  for (const event of activity) {
    if (event.type === 'updraft.control.tick.v1') nowMs = Number(event.data['atMs']);
    else if (event.subject !== undefined && Date.parse(event.time) < nowMs - 7 * DAY_MS) count += 1;
  }
  return count;
}
