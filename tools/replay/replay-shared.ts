import type { SharedLog } from '#contracts/logs';
import { compareLog, type LogComparison } from './compare-log.ts';
import { digestInput } from './digest-input.ts';
import { readBundles, takeEnd } from './record-source.ts';
import { found, FindingError } from './replay-finding.ts';
import type { ReplayContext, Replayed, Said } from './replay-partition.ts';

/**
 * Replays a partition of a shared log, after all of activity: its end is taken now, so that all it said that stands
 * there has its cause in what is replayed. Throws FindingError at the first thing found.
 */
export async function replayShared(log: SharedLog, context: ReplayContext): Promise<Replayed> {
  const { source, worker, partition, batchRecords, said, onTotal, onStepped } = context;
  const partitions = await source.partitions();
  const writer = `${log}/${partition}`;
  const comparisons = Array.from({ length: partitions }, (_, to) =>
    compareLog('activity', to, said.of(writer, to)),
  );
  const taken = await takeEnd(source.read(log, partition));
  const input = digestInput(log, taken, partition, onTotal);
  const bundles = await readBundles(source);
  await worker.run(
    { input: log, partition, batchRecords, quarantine: [], bundles, records: input.batches },
    {
      async produced(record) {
        found(await comparisons[record.partition]!.meet(record));
      },
      stepped: onStepped,
      stopped(stop) {
        throw new FindingError(null, stop);
      },
    },
  );
  for (const comparison of comparisons) found(await comparison.finish());
  return { results: [input.result()], said: comparisons.map(saidOf) };
}

function saidOf(comparison: LogComparison, partition: number): Said {
  const { notYetPublished, notCompared } = comparison.result();
  return { log: 'activity', partition, notYetPublished, notCompared };
}
