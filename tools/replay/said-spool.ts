import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldReader, FieldWriter } from './frame.ts';
import type { RawRecord } from './record-source.ts';
import { createOnce, saidIn } from './recorded-log.ts';

// What treasury and census said, leases and statistics, stands in activity and is set aside while it passes, so that it
// is read once: those who said it are replayed after it. They wait in temporary files, one per writer and partition.

export interface SaidSpool {
  /** A record of activity; whatever is neither a lease nor a statistic is let pass. */
  add(partition: number, record: RawRecord): void;
  /** What a writer said to a partition, each sequence once. Nothing may be added any more. */
  of(writer: string, partition: number): AsyncGenerator<{ readonly records: readonly RawRecord[] }>;
  close(): void;
}

const TYPES = ['lease', 'statistics'].map((name) => Buffer.from(`"updraft.control.${name}.v1"`));
const FLUSH_BYTES = 256 * 1024;

interface Place {
  readonly file: number;
  readonly fields: FieldWriter;
  readonly isFirst: (value: Buffer) => boolean;
  /** Bytes of each piece that was written. */
  readonly pieces: number[];
}

export function createSaidSpool(): SaidSpool {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-said-'));
  const places = new Map<string, Place>();

  const placeOf = (writer: string, partition: number): Place => {
    const name = `${partition} ${writer}`;
    const known = places.get(name);
    if (known !== undefined) return known;
    const file = openSync(join(folder, String(places.size)), 'w+');
    const place = { file, fields: new FieldWriter(), isFirst: createOnce(writer), pieces: [] };
    places.set(name, place);
    return place;
  };
  const flush = ({ file, fields, pieces }: Place): void => {
    const bytes = fields.take();
    if (bytes.length === 0) return;
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    pieces.push(bytes.length);
  };

  return {
    add(partition, { key, offset, value }) {
      if (key !== null || !TYPES.some((type) => value.includes(type))) return;
      const said = saidIn(value);
      if (said === null) return;
      const place = placeOf(said.writer, partition);
      if (!place.isFirst(value)) return;
      place.fields.put(String(offset));
      place.fields.put(value);
      if (place.fields.size >= FLUSH_BYTES) flush(place);
    },
    async *of(writer, partition) {
      const place = placeOf(writer, partition);
      flush(place);
      let at = 0;
      for (const bytes of place.pieces) {
        const body = Buffer.allocUnsafe(bytes);
        readSync(place.file, body, 0, bytes, at);
        at += bytes;
        yield await Promise.resolve({ records: [...recordsIn(body)] });
      }
    },
    close() {
      for (const { file } of places.values()) closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function* recordsIn(body: Buffer): Generator<RawRecord, void, undefined> {
  const reader = new FieldReader(body);
  while (!reader.isAtEnd) yield { offset: Number(reader.text()), key: null, value: reader.bytes()! };
}
