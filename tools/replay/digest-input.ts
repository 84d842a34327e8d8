import type { LogResult } from './compare-log.ts';
import { createDigest } from './digest.ts';
import type { RawBatch, RawRecord } from './record-source.ts';
import type { ReplayedLog } from './wire.ts';

/** What is replayed, on its way to the worker: digested, and shown to `onRecord`, as it passes. */
export function digestInput(
  log: ReplayedLog,
  batches: AsyncIterable<RawBatch>,
  partition: number,
  onTotal: (records: number) => void,
  onRecord: (record: RawRecord) => void = () => undefined,
): { readonly batches: AsyncIterable<RawBatch>; result(): LogResult } {
  const digest = createDigest();
  async function* pass(): AsyncGenerator<RawBatch, void, undefined> {
    let isFirst = true;
    for await (const batch of batches) {
      if (isFirst) onTotal(batch.endOffset);
      isFirst = false;
      for (const record of batch.records) {
        const { offset, key, value } = record;
        digest.add({ position: `${partition}/${offset}`, key, value });
        onRecord(record);
      }
      yield batch;
    }
  }
  return {
    batches: pass(),
    result() {
      const hex = digest.hex();
      const counts = { recorded: digest.records(), notYetPublished: 0, notCompared: 0 };
      return { log, partition, ...counts, digest: hex, producedDigest: hex };
    },
  };
}
