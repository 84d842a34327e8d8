import { compareLog, differenceOf, type LogResult } from './compare-log.ts';
import { digestOf } from './digest.ts';
import { createLatestByKey } from './latest-by-key.ts';
import type { RecordSource } from './record-source.ts';
import { asBatches, isAfter, readGrants } from './recorded-log.ts';
import { found, FindingError } from './replay-finding.ts';
import type { ProducedRecord } from './wire.ts';

export interface GrantComparison {
  add(record: ProducedRecord): void;
  /** After each decision: how many of them the log holds. The grant of a decision comes right after it. */
  decided(published: number): void;
  finish(): Promise<LogResult>;
  close(): void;
}

/**
 * The newest record per grant. The log was read once, at a moment: replay's grants up to the newest position found
 * there are compared, later ones are not yet published. A grant whose decision is published must be there, because
 * both were published in one step.
 */
export async function compareGrants(source: RecordSource, partition: number): Promise<GrantComparison> {
  const { latest: recorded, lastPosition } = await readGrants(source, partition);
  const published = createLatestByKey();
  const late = createLatestByKey();
  const comparison = compareLog('grants', partition, asBatches(recorded.entries()));
  let isDecisionPublished = false;
  let decisionsPublished = 0;
  return {
    add(record) {
      if (lastPosition !== null && !isAfter(record.position, lastPosition)) return published.add(record);
      if (!isDecisionPublished) return late.add(record);
      throw new FindingError(differenceOf('grants', partition, record.position, null, record), null);
    },
    decided(count) {
      isDecisionPublished = count > decisionsPublished;
      decisionsPublished = count;
    },
    async finish() {
      for (const record of published.entries()) found(await comparison.meet(record));
      found(await comparison.finish());
      const notYetPublished = late.keys();
      for (const record of late.entries()) published.add(record);
      return { ...comparison.result(), notYetPublished, producedDigest: digestOf(published.entries()) };
    },
    close() {
      for (const each of [recorded, published, late]) each.close();
    },
  };
}
