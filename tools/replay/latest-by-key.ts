import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldReader, FieldWriter } from './frame.ts';

// The newest record per key of a compacted log, in position order. Values wait in a temporary file, so that memory
// grows by the keys (about 100 bytes each) and not by what they hold.

export interface PositionedRecord {
  readonly position: string;
  readonly key: string | null;
  readonly value: Buffer;
}

export interface LatestByKey {
  /** Records come in position order: a later one replaces an earlier one of its key. */
  add(record: PositionedRecord): void;
  keys(): number;
  /** What is left, in position order. Nothing may be added while it is read. */
  entries(): Generator<PositionedRecord, void, undefined>;
  close(): void;
}

const FLUSH_BYTES = 1024 * 1024;

export function createLatestByKey(): LatestByKey {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-latest-'));
  const file = openSync(join(folder, 'records'), 'w+');
  /** Place in the file; the map is in position order, because a key is put last when its record is replaced. */
  const places = new Map<string | null, { readonly at: number; readonly bytes: number }>();
  const writer = new FieldWriter();
  let flushed = 0;

  const flush = (): void => {
    const bytes = writer.take();
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done);
    flushed += bytes.length;
  };

  return {
    add({ position, key, value }) {
      const at = flushed + writer.size;
      writer.put(position);
      writer.put(key);
      writer.put(value);
      places.delete(key);
      places.set(key, { at, bytes: flushed + writer.size - at });
      if (writer.size >= FLUSH_BYTES) flush();
    },
    keys: () => places.size,
    *entries() {
      flush();
      for (const { at, bytes } of places.values()) {
        const body = Buffer.allocUnsafe(bytes);
        readSync(file, body, 0, bytes, at);
        const fields = new FieldReader(body);
        yield { position: fields.text()!, key: fields.text(), value: fields.bytes()! };
      }
    },
    close() {
      closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
