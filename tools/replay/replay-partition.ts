import { compareGrants } from './compare-grants.ts';
import {
  compareLog,
  differenceOf,
  type Difference,
  type LogComparison,
  type LogResult,
} from './compare-log.ts';
import { digestInput } from './digest-input.ts';
import type { LeaseSpool } from './lease-spool.ts';
import { readBundles, readQuarantine, takeEnd, type RecordSource } from './record-source.ts';
import { isAfter, lettersOnce, mailOnce } from './recorded-log.ts';
import { found, FindingError } from './replay-finding.ts';
import type { ReplayWorker } from './replay-worker.ts';

/** What the replay of one partition of a log is given. */
export interface ReplayContext {
  readonly source: RecordSource;
  readonly worker: ReplayWorker;
  readonly partition: number;
  readonly batchRecords: number;
  readonly leases: LeaseSpool;
  /** Records that will be stepped, as they become known, and those that were. */
  readonly onTotal: (records: number) => void;
  readonly onStepped: (records: number) => void;
}

/** What is said of logs with several writers, by log and partition. */
export interface Said {
  readonly log: 'treasury' | 'activity';
  readonly partition: number;
  readonly notYetPublished: number;
  readonly notCompared: number;
}

export interface Replayed {
  readonly results: readonly LogResult[];
  readonly said: readonly Said[];
}

/** Replays a partition of activity. Throws FindingError at the first thing found. */
export async function replayPartition(context: ReplayContext): Promise<Replayed> {
  const { source, worker, partition, batchRecords, leases, onTotal, onStepped } = context;
  const decisions = await takeEnd(source.read('decisions', partition));
  const capability = await takeEnd(source.read('capability', partition));
  const letters = await takeEnd(source.read('dead-letters', partition));
  const comparisons = {
    decisions: compareLog('decisions', partition, decisions),
    capability: compareLog('capability', partition, capability),
    'dead-letters': compareLog('dead-letters', partition, lettersOnce(letters, `scoring/${partition}`)),
  };
  const grants = await compareGrants(source, partition);
  try {
    const mail = await compareMail(source, partition);
    const taken = await takeEnd(source.read('activity', partition));
    const activity = digestInput(
      'activity',
      taken,
      partition,
      (records) => {
        mail.endsAt(records);
        onTotal(records);
      },
      (record) => leases.add(partition, record),
    );
    // After the end of activity: whatever it names was written before it.
    const quarantine = await readQuarantine(source, partition);
    const bundles = await readBundles(source);
    await worker.run(
      { input: 'activity', partition, batchRecords, quarantine, bundles, records: activity.batches },
      {
        async produced(record) {
          const { log } = record;
          if (log === 'grants') return grants.add(record);
          if (log === 'activity') throw new Error(`partition ${partition} led to a record of activity`);
          found(await (log === 'treasury' ? mail.to(record.partition) : comparisons[log]).meet(record));
          if (log === 'decisions') grants.decided(comparisons.decisions.published());
        },
        stepped: onStepped,
        stopped(stop) {
          throw new FindingError(null, stop);
        },
      },
    );
    const all = [...Object.values(comparisons), ...mail.all];
    for (const comparison of all) found(await comparison.finish());
    found(missingBefore(comparisons['dead-letters'], comparisons.capability));
    for (const each of mail.all) found(missingBefore(each, comparisons.decisions));
    const grantsResult = await grants.finish();
    const results = [
      activity.result(),
      ...Object.values(comparisons).map((each) => each.result()),
      grantsResult,
    ];
    return { results, said: mail.said() };
  } finally {
    grants.close();
  }
}

/** What is numbered is acknowledged before what was published with it: all from before that must be there. */
function missingBefore(numbered: LogComparison, own: LogComparison): Difference | null {
  const first = numbered.firstUnpublished();
  const end = own.publishedEnd();
  if (first === null || end === null || isAfter(first.position, end)) return null;
  const { log, partition } = numbered.result();
  return differenceOf(log, partition, first.position, null, first);
}

/** What the partition's allocator said to each treasury. Its ends are taken here. */
async function compareMail(source: RecordSource, partition: number) {
  const writer = `allocator/${partition}`;
  let activityEnd = 0;
  const isWithin = (position: string): boolean => Number(position.split('/')[1]) < activityEnd;
  const notCompared: number[] = [];
  const all: LogComparison[] = [];
  for (let treasury = 0; treasury < (await source.treasuries()); treasury += 1) {
    notCompared.push(0);
    const taken = await takeEnd(source.read('treasury', treasury));
    const said = mailOnce(taken, writer, isWithin, () => (notCompared[treasury]! += 1));
    all.push(compareLog('treasury', treasury, said));
  }
  return {
    all,
    endsAt: (offset: number) => void (activityEnd = offset),
    to(treasury: number): LogComparison {
      const comparison = all[treasury];
      if (comparison === undefined) throw new Error(`${writer} spoke to treasury ${treasury}, which is none`);
      return comparison;
    },
    said: () =>
      all.map((each, treasury): Said => {
        const { notYetPublished } = each.result();
        return { log: 'treasury', partition: treasury, notYetPublished, notCompared: notCompared[treasury]! };
      }),
  };
}
