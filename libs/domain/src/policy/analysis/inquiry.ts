import { tierOrders, type Bundle } from '../bundle.ts';
import { periodsOf } from '../order.ts';
import type { KnownWorld } from './known-world.ts';
import { reachOfTiers } from './ladder-rules.ts';
import { metricRanges } from './metric-range.ts';
import { rangeFrom, type Range } from './range.ts';

/** What can be said of every merchant under a bundle, at any time. */
export function worldUnder(bundle: Bundle): KnownWorld {
  const ranges = new Map<string, Range>();
  for (const [id, range] of metricRanges(bundle.metrics)) ranges.set(`metric:${id}`, range);
  const world: KnownWorld = {
    ranges,
    choices: new Map(),
    tiers: tierOrders(bundle),
    periods: periodsOf(bundle.calendars),
  };
  // Each ladder after those that it asks about.
  for (const ladder of bundle.ladders) {
    ranges.set(`ladder:${ladder.id}`, rangeFrom(0, ladder.tiers.length - 1, true));
    const reach = reachOfTiers(ladder, world);
    const reached = reach.flatMap(({ isReached }, place) => (isReached ? [place] : []));
    const range =
      reached.length === 0 ? rangeFrom(0, -1, true) : rangeFrom(reached[0]!, reached.at(-1)!, true);
    ranges.set(`ladder:${ladder.id}`, range);
  }
  return world;
}
