import { censusOf, groupOf } from '../census/group.ts';
import type { Statistics } from '../controls.ts';
import type { CensusCounted, CensusValue } from '../census/census-record.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { Statistic } from '../policy/formula.ts';
import { formatPosition } from '../stage/position.ts';
import { takeNext } from '../stage/take-next.ts';
import { writeEvent } from '../stage/write-event.ts';
import { startOfLocalDay } from '../time.ts';
import type { GroupStatistic } from './merchant-now.ts';
import type { MerchantRow } from './merchant-row.ts';
import type { ScoringRoot } from './root.ts';
import type { ScoringPartition } from './scoring-partition.ts';

// What scoring says to the census and hears from it. A merchant's value is said when it changed, once per local day and
// statistic, because what is published is as of midnight anyway; only its first value, and leaving a group, are said at
// once. With each value goes the one that was said before, so that the census need not remember merchants.

/** Groups that are kept of a statistic: far above every marketplace. Those that come later are not assessed. */
export const GROUPS_MAX = 2_000;

/** A statistic of the live bundle with the place of its metric in it. */
export interface PlacedStatistic extends Statistic {
  readonly at: number;
}

/** What was last said of a merchant, by place of the statistic; null: nothing under this activation. */
export interface Counted {
  readonly activation: number;
  readonly said: (SaidValue | null)[];
}

export interface SaidValue {
  /** Local day on which it was said. */
  readonly day: number;
  readonly group: string;
  readonly value: number | null;
}

/**
 * Says what the census must hear of the merchant, from its values by place of the metric. Returns the instant at which
 * it is to be looked at again, because what changed may be said only then; null where nothing waits.
 */
export function tellCensus(
  scoring: ScoringPartition,
  row: MerchantRow,
  statistics: readonly PlacedStatistic[],
  values: readonly (number | null)[],
): number | null {
  const { root, today } = scoring;
  if (statistics.length === 0) {
    row.counted = null;
    return null;
  }
  if (row.counted?.activation !== root.bundleSequence) {
    row.counted = { activation: root.bundleSequence, said: statistics.map(() => null) };
  }
  const isCounted = row.instants.registered !== null && !row.isClosed;
  const { said } = row.counted;
  let waits = false;
  for (const [place, statistic] of statistics.entries()) {
    const before = said[place]!;
    const group = isCounted ? groupOf(statistic.by, row) : null;
    const value = group === null ? null : values[statistic.at]!;
    const stays = before !== null && before.group === group;
    if (before !== null && !stays && before.value !== null) {
      const left = { group: before.group, before: before.value, value: null };
      sayValue(scoring, statistic, row.id, left);
    }
    if (group === null) said[place] = null;
    else if (!stays) {
      if (value !== null) sayValue(scoring, statistic, row.id, { group, before: null, value });
      said[place] = value === null ? null : { day: today, group, value };
    } else if (value !== before.value) {
      const isFirst = before.value === null;
      if (!isFirst && before.day >= today) waits = true;
      else {
        sayValue(scoring, statistic, row.id, { group, before: before.value, value });
        said[place] = { day: today, group, value };
      }
    }
  }
  return waits ? startOfLocalDay(today + 1, root.zone) : null;
}

/** Once the sweep of an activation is over: all merchants were said, and the census may publish. */
export function tellCounted(scoring: ScoringPartition): void {
  const { root, bundles } = scoring;
  const { bundleHash, bundleSequence, sweeps } = root;
  if (root.countedSequence === bundleSequence || sweeps['activation']!.cursor !== null) return;
  root.countedSequence = bundleSequence;
  const statistics = bundles.get(bundleHash!)!.statistics.map(({ id, cutsBps }) => ({ id, cutsBps }));
  if (statistics.length === 0) return;
  for (let census = 0; census < root.genesis!.treasuries; census++) {
    post(scoring, census, 'updraft.census.counted.v1', (address) => ({ ...address, statistics }));
  }
}

/** Takes what the census published, exactly once; then everybody is looked at: anybody may be of the group. */
export function takeStatistics(root: ScoringRoot, said: Statistics): void {
  if (!takeNext(root.censuses, said)) return;
  const { activation, statistic, group, merchants, mean, cuts } = said;
  if (activation > root.bundleSequence)
    throw new Error(`${said.writer} counted under activation ${activation}, which did not come yet`);
  // Of an earlier bundle: those of the present one are on their way.
  if (activation < root.bundleSequence) return;
  const groups = (root.statistics[statistic] ??= {});
  root.shares[statistic] = cuts.map(({ atBps }) => atBps);
  if (mean === null) delete groups[group];
  else if (group in groups || Object.keys(groups).length < GROUPS_MAX)
    groups[group] = { merchants, mean, cuts: cuts.map(({ value }) => value) };
  root.sweeps['statistics'] = { number: root.sweeps['statistics']!.number + 1, cursor: '' };
}

/**
 * A bundle went live. Until the merchants were counted under it the statistics of the same id stand, as far as they
 * have what it asks for: otherwise ranks would be lost and won again with every activation.
 */
export function keepStatistics(root: ScoringRoot, wanted: readonly Statistic[]): void {
  const { statistics, shares } = root;
  root.statistics = {};
  root.shares = {};
  for (const { id, cutsBps } of wanted) {
    const standing = statistics[id];
    if (standing === undefined) continue;
    const places = cutsBps.map((atBps) => shares[id]!.indexOf(atBps));
    const groups = Object.entries(standing).map(([group, { cuts, ...rest }]): [string, GroupStatistic] => [
      group,
      { ...rest, cuts: places.map((place) => cuts[place] ?? null) },
    ]);
    root.statistics[id] = Object.fromEntries(groups);
    root.shares[id] = cutsBps;
  }
}

/** The statistics of a bundle with their metrics' places. */
export function placedStatistics({ metrics, statistics }: Bundle): readonly PlacedStatistic[] {
  return statistics.map((statistic) => ({
    ...statistic,
    at: metrics.findIndex(({ id }) => id === statistic.metric),
  }));
}

function sayValue(
  scoring: ScoringPartition,
  { id: statistic }: PlacedStatistic,
  merchant: string,
  said: Pick<CensusValue, 'group' | 'before' | 'value'>,
): void {
  const census = censusOf(statistic, said.group, scoring.root.genesis!.treasuries);
  post(scoring, census, 'updraft.census.value.v1', (address) => ({
    ...address,
    statistic,
    merchant,
    ...said,
  }));
}

type Address = Omit<CensusCounted, 'statistics'>;

/** What the record at work says to the census, until all of its capability records have their places. */
export interface Letter {
  readonly to: number;
  readonly type: string;
  readonly dataAt: (position: string) => CensusValue | CensusCounted;
}

function post(
  { root, partition, letters }: ScoringPartition,
  to: number,
  type: string,
  dataOf: (address: Address) => CensusValue | CensusCounted,
): void {
  const sequence = (root.toldCensus[to] ?? 0) + 1;
  root.toldCensus[to] = sequence;
  const writer = `scoring/${partition}`;
  const by = { writer, sequence, bundle: root.bundleHash!, activation: root.bundleSequence };
  letters.push({ to, type, dataAt: (position) => dataOf({ ...by, position }) });
}

/** At the end of a record: what it says to the census comes after its capability records. */
export function sendLetters(scoring: ScoringPartition): void {
  const { root, record, letters, outputs } = scoring;
  for (const { to, type, dataAt } of letters) {
    const position = [...record.position, scoring.ordinal++];
    const id = formatPosition(position);
    const text = writeEvent({
      id,
      source: `/updraft/${root.genesis!.logId}/scoring`,
      type,
      subject: null,
      timeMs: root.nowMs,
      data: dataAt(id),
    });
    outputs.push({ log: 'census', partition: to, key: null, position, text });
  }
  letters.length = 0;
}
