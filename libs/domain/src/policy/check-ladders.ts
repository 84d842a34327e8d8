import type { Bundle } from './bundle.ts';
import { isPeriod } from './calendar.ts';
import { checkKnown, checkUnique, idsWritten } from './check-names.ts';
import { askedBy, inCircles } from './order.ts';
import type { Reader } from './reader.ts';

/** Ladders name calendars and tiers that exist, and none asks about itself by a detour. */
export function checkLadders({ ladders, mainLadder, calendars, metrics }: Bundle, root: Reader): void {
  const ids = ladders.map(({ id }) => id);
  const metricIds = metrics.map(({ id }) => id);
  const places = idsWritten(root, 'ladders');
  if (mainLadder !== null) checkKnown(root.at('mainLadder'), 'ladder', mainLadder, ids);
  for (const ladder of ladders) {
    const at = root.at('ladders').at(places.indexOf(ladder.id));
    const tierIds = ladder.tiers.map(({ id }) => id);
    checkUnique(at.at('tiers'), tierIds);
    if (ladder.by !== null) {
      checkKnown(at.at('by'), 'metric', ladder.by, metricIds);
    }
    if (ladder.calendar !== null) {
      const wanted = ladder.calendar;
      const named = calendars.find(({ id }) => id === wanted);
      checkKnown(
        at.at('calendar'),
        'calendar',
        wanted,
        calendars.map(({ id }) => id),
      );
      if (named !== undefined && isPeriod(named))
        at.at('calendar').fail(`names ${wanted}, which is a period`);
    }
    for (const [i, { atMost }] of ladder.vetoes.entries()) {
      if (atMost !== null) checkKnown(at.at('vetoes').at(i).at('atMost'), 'tier', atMost, tierIds);
    }
    if (at.has('worst')) checkWorst(at, tierIds, metricIds);
  }
  const circles = new Map(inCircles(ladders, askedBy).map((ladder) => [ladder.id, ladder]));
  for (const [i, id] of places.entries()) {
    const ladder = circles.get(id);
    if (ladder === undefined) continue;
    root
      .at('ladders')
      .at(i)
      .fail(`asks about itself, by way of ${askedBy(ladder).join(', ')}`);
  }
}

function checkWorst(at: Reader, tierIds: readonly string[], metricIds: readonly string[]): void {
  for (const worst of at.at('worst').list()) {
    const metric = worst.at('metric');
    if (metric.isSound()) checkKnown(metric, 'metric', String(metric.value), metricIds);
    for (const tier of worst.at('lines').keys()) {
      checkKnown(worst.at('lines').at(tier), 'tier', tier, tierIds);
    }
  }
}
