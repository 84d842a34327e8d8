import { createHash } from 'node:crypto';

// The digest of a log partition: SHA-256 over length-prefixed (position, key, value) in position order. Transport
// offsets, headers and times are left out, so that the same history gives the same digest on every transport.

export interface DigestedRecord {
  /** As text, `3/18842/0`. */
  readonly position: string;
  readonly key: string | null;
  readonly value: string | Uint8Array;
}

export interface Digest {
  add(record: DigestedRecord): void;
  records(): number;
  /** Lower-case hex of everything added so far; more may be added afterwards. */
  hex(): string;
}

/** Stands for a key that is null, which is not the same as an empty one. */
const ABSENT = 0xffffffff;

export function createDigest(): Digest {
  const hash = createHash('sha256');
  let records = 0;
  const addField = (field: string | Uint8Array | null): void => {
    const length = Buffer.allocUnsafe(4);
    if (field === null) {
      length.writeUInt32BE(ABSENT);
      hash.update(length);
      return;
    }
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  return {
    add({ position, key, value }) {
      addField(position);
      addField(key);
      addField(value);
      records += 1;
    },
    records: () => records,
    hex: () => hash.copy().digest('hex'),
  };
}

export function digestOf(records: Iterable<DigestedRecord>): string {
  const digest = createDigest();
  for (const record of records) digest.add(record);
  return digest.hex();
}

export interface PartitionDigest {
  readonly log: string;
  readonly partition: number;
  readonly digest: string;
}

/** One line to compare a whole workspace by: SHA-256 over `log/partition digest`, sorted by log, then partition. */
export function overallDigest(parts: readonly PartitionDigest[]): string {
  const sorted = [...parts].sort((a, b) =>
    a.log < b.log ? -1 : a.log > b.log ? 1 : a.partition - b.partition,
  );
  const hash = createHash('sha256');
  for (const { log, partition, digest } of sorted) hash.update(`${log}/${partition} ${digest}\n`);
  return hash.digest('hex');
}

/** SHA-256 of text as lower-case hex: the hashing that the domain is given. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
