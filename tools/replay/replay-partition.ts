import { SHARED, type SharedLog } from '#contracts/logs';
import { compareGrants } from './compare-grants.ts';
import {
  compareLog,
  differenceOf,
  type Difference,
  type LogComparison,
  type LogResult,
} from './compare-log.ts';
import { digestInput } from './digest-input.ts';
import { readBundles, readQuarantine, takeEnd, type RecordSource } from './record-source.ts';
import { isAfter, lettersOnce, mailOnce } from './recorded-log.ts';
import { found, FindingError } from './replay-finding.ts';
import type { ReplayWorker } from './replay-worker.ts';
import type { SaidSpool } from './said-spool.ts';

/** What the replay of one partition of a log is given. */
export interface ReplayContext {
  readonly source: RecordSource;
  readonly worker: ReplayWorker;
  readonly partition: number;
  readonly batchRecords: number;
  readonly said: SaidSpool;
  /** Records that will be stepped, as they become known, and those that were. */
  readonly onTotal: (records: number) => void;
  readonly onStepped: (records: number) => void;
}

/** What is said of logs with several writers, by log and partition. */
export interface Said {
  readonly log: SharedLog | 'activity';
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
  const { source, worker, partition, batchRecords, said, onTotal, onStepped } = context;
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
    const mail = {
      treasury: await compareMail(source, partition, 'treasury'),
      census: await compareMail(source, partition, 'census'),
    };
    const taken = await takeEnd(source.read('activity', partition));
    const activity = digestInput(
      'activity',
      taken,
      partition,
      (records) => {
        for (const log of SHARED) mail[log].endsAt(records);
        onTotal(records);
      },
      (record) => said.add(partition, record),
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
          const isShared = log === 'treasury' || log === 'census';
          found(await (isShared ? mail[log].to(record.partition) : comparisons[log]).meet(record));
          if (log === 'decisions') grants.decided(comparisons.decisions.published());
        },
        stepped: onStepped,
        stopped(stop) {
          throw new FindingError(null, stop);
        },
      },
    );
    const all = [...Object.values(comparisons), ...mail.treasury.all, ...mail.census.all];
    for (const comparison of all) found(await comparison.finish());
    found(missingBefore(comparisons['dead-letters'], comparisons.capability));
    for (const each of mail.treasury.all) found(missingBefore(each, comparisons.decisions));
    for (const each of mail.census.all) found(missingBefore(each, comparisons.capability));
    const grantsResult = await grants.finish();
    const results = [
      activity.result(),
      ...Object.values(comparisons).map((each) => each.result()),
      grantsResult,
    ];
    return { results, said: SHARED.flatMap((log) => mail[log].said()) };
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

const WRITERS = { treasury: 'allocator', census: 'scoring' } as const;

/** What the partition's allocator said to each treasury, or its scoring to each census. Their ends are taken here. */
async function compareMail(source: RecordSource, partition: number, log: SharedLog) {
  const writer = `${WRITERS[log]}/${partition}`;
  let activityEnd = 0;
  const isWithin = (position: string): boolean => Number(position.split('/')[1]) < activityEnd;
  const notCompared: number[] = [];
  const all: LogComparison[] = [];
  for (let to = 0; to < (await source.treasuries()); to += 1) {
    notCompared.push(0);
    const taken = await takeEnd(source.read(log, to));
    const said = mailOnce(taken, writer, isWithin, () => (notCompared[to]! += 1));
    all.push(compareLog(log, to, said));
  }
  return {
    all,
    endsAt: (offset: number) => void (activityEnd = offset),
    to(place: number): LogComparison {
      const comparison = all[place];
      if (comparison === undefined) throw new Error(`${writer} spoke to ${log} ${place}, which is none`);
      return comparison;
    },
    said: () =>
      all.map((each, place): Said => {
        const { notYetPublished } = each.result();
        return { log, partition: place, notYetPublished, notCompared: notCompared[place]! };
      }),
  };
}
