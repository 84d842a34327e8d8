import type { CensusCounted, CensusValue } from './census-record.ts';
import { takeNext, type Numbered } from '../stage/take-next.ts';
import type { CensusPartition } from './census-partition.ts';
import { addValue, removeValue } from './distribution.ts';
import { groupKey, parseGroupKey } from './group.ts';
import { countAnew } from './group-row.ts';
import { publishGroup } from './publish.ts';
import { isAgreed, type CensusRoot } from './root.ts';

const WRITER = /^scoring\/(0|[1-9]\d*)$/;

/** A merchant has another value now. What was said under an earlier bundle counts no more. */
export function takeValue(census: CensusPartition, said: CensusValue): void {
  const { root, rows } = census;
  if (!takeOf(root, said)) return;
  const { statistic, group, activation, before, value, writer, merchant } = said;
  const key = groupKey(statistic, group);
  const row = rows.get(key);
  if (activation < row.activation) return;
  // What is published is as of midnight, also where the sweep did not come to the group yet.
  if (row.changedOn !== null && row.changedOn < root.day) publishGroup(census, key);
  if (activation > row.activation) countAnew(row, activation);
  for (const each of [before, value]) {
    if (each !== null && !Number.isSafeInteger(each))
      throw new Error(`${writer} says ${each} of ${merchant} for ${key}`);
  }
  if (before !== null) removeValue(row.distribution, before);
  if (value !== null) addValue(row.distribution, value);
  row.changedOn ??= root.day;
  rows.touch(key);
}

/** A partition has said the values of all its merchants under a bundle. */
export function takeCounted({ root }: CensusPartition, said: CensusCounted): void {
  if (!takeOf(root, said)) return;
  const { writer, activation, bundle, statistics } = said;
  root.counted[writer] = activation;
  if (activation > (root.bundle?.activation ?? 0)) root.bundle = { activation, bundle, statistics };
  if (isAgreed(root)) root.isPublishWanted = true;
}

function takeOf(root: CensusRoot, said: Numbered): boolean {
  const partition = Number(WRITER.exec(said.writer)?.[1] ?? NaN);
  if (!(partition < root.genesis!.partitions)) throw new Error(`unknown writer ${said.writer}`);
  return takeNext(root.taken, said);
}

/** The key of the group that a record of ours is about. */
export function keyOfValue({ statistic, group }: CensusValue): string {
  const key = groupKey(statistic, group);
  if (parseGroupKey(key).group !== group) throw new Error(`${group} is no group: it contains ~`);
  return key;
}
