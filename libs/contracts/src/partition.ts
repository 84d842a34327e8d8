import { murmur2 } from '#domain/stage/murmur2';

// Where a merchant's records live. One function for every writer and every mode: a record's partition is always
// given explicitly, so no client's default partitioner ever decides it.

/** The partition of a merchant among `partitions`: murmur2 of the UTF-8 id, as Kafka's Java client places keys. */
export function partitionOf(merchantId: string, partitions: number): number {
  if (!Number.isSafeInteger(partitions) || partitions < 1) {
    throw new Error(`partitions: ${partitions} is not a positive integer`);
  }
  return (murmur2(Buffer.from(merchantId, 'utf8')) & 0x7fffffff) % partitions;
}
