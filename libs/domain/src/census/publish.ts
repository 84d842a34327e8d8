import type { Statistics } from '../controls.ts';
import { formatPosition } from '../stage/position.ts';
import { writeEvent } from '../stage/write-event.ts';
import type { CensusPartition } from './census-partition.ts';
import { cutsOf, meanOf } from './distribution.ts';
import { parseGroupKey } from './group.ts';
import { countAnew } from './group-row.ts';
import { isAgreed } from './root.ts';

type Content = Pick<Statistics, 'merchants' | 'mean' | 'cuts'>;

/**
 * Publishes the group where what is to be said of it changed before today; what changed since midnight is for the next
 * one, but the first of a bundle. A second look at the same instant says nothing.
 */
export function publishGroup(census: CensusPartition, key: string): void {
  const { root, rows } = census;
  const row = rows.get(key);
  const { bundle } = root;
  // A group whose values are of a newer bundle waits until all partitions have counted by that.
  if (bundle === null || !isAgreed(root) || row.activation > bundle.activation) return;
  const { group, statistic } = parseGroupKey(key);
  const wanted = bundle.statistics.find(({ id }) => id === statistic);
  if (row.activation < bundle.activation) {
    // Nobody is in it under the new bundle: those who heard of it before are told so.
    const wasPublished = row.published !== '';
    countAnew(row, bundle.activation);
    if (wasPublished) row.changedOn = root.day;
    rows.touch(key);
  }
  const isDue = row.changedOn !== null && (row.changedOn < root.day || row.published === '');
  if (!isDue || wanted === undefined) return;
  row.changedOn = null;
  rows.touch(key);
  const { distribution } = row;
  const cuts = cutsOf(distribution, wanted.cutsBps);
  const content: Content = {
    merchants: distribution.merchants,
    mean: meanOf(distribution),
    cuts: wanted.cutsBps.map((atBps, at) => ({ atBps, value: cuts[at]! })),
  };
  const text = JSON.stringify(content);
  if (text === row.published) return;
  row.published = text;
  say(census, statistic, group, content);
}

/** Says it to every partition: merchants of a group are everywhere. */
function say(census: CensusPartition, statistic: string, group: string, content: Content): void {
  const { root, partition, outputs } = census;
  const { activation, bundle } = root.bundle!;
  for (const [destination, before] of root.sent.entries()) {
    root.sent[destination] = before + 1;
    const sequence = before + 1;
    const writer = `census/${partition}`;
    const statistics: Statistics = { writer, sequence, activation, bundle, statistic, group, ...content };
    const position = [...census.position, outputs.length];
    const text = writeEvent({
      id: `census/${formatPosition(position)}`,
      source: `/updraft/${root.genesis!.logId}/census`,
      type: 'updraft.control.statistics.v1',
      subject: null,
      timeMs: root.nowMs,
      data: statistics,
    });
    outputs.push({ log: 'activity', partition: destination, key: null, position, text });
  }
}
