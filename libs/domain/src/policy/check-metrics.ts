import type { Bundle } from './bundle.ts';
import { isPeriod } from './calendar.ts';
import { checkKnown, idsWritten, whereNamed } from './check-names.ts';
import type { Metric } from './formula.ts';
import { inCircles, readBy } from './order.ts';
import type { Reader } from './reader.ts';

/** Metrics read metrics of the bundle, and none reads itself by a detour; what follows one has its grain. */
export function checkMetrics(bundle: Bundle, root: Reader): void {
  const { metrics, capacity, calendars, programmes } = bundle;
  const ids = metrics.map(({ id }) => id);
  const places = idsWritten(root, 'metrics');
  for (const metric of metrics) {
    const at = root.at('metrics').at(places.indexOf(metric.id));
    for (const read of readBy(metric)) checkKnown(whereNamed(at, read), 'metric', read, ids);
    if (!('held' in metric.formula)) continue;
    const { on } = metric.formula;
    const named = calendars.find(({ id }) => id === on);
    checkKnown(
      at.at('on'),
      'calendar',
      on,
      calendars.map(({ id }) => id),
    );
    if (named !== undefined && isPeriod(named)) at.at('on').fail(`names ${on}, which is a period`);
  }
  const circles = new Map(inCircles(metrics, readBy).map((metric) => [metric.id, metric]));
  for (const [i, id] of places.entries()) {
    const metric = circles.get(id);
    if (metric === undefined) continue;
    root
      .at('metrics')
      .at(i)
      .fail(`reads itself, by way of ${readBy(metric).join(', ')}`);
  }
  if (capacity.replies !== null) {
    checkKnown(root.at('capacity').at('replies').at('metric'), 'metric', capacity.replies.metric, ids);
  }
  for (const [i, { size }] of programmes.entries()) {
    if (!('metric' in size)) continue;
    const followed: Metric | undefined = metrics.find(({ id }) => id === size.metric);
    if (followed === undefined || followed.grain !== null) continue;
    root
      .at('programmes')
      .at(i)
      .at('size')
      .at('metric')
      .fail(`names ${size.metric}, which must say its grain, because the size follows it`);
  }
}
