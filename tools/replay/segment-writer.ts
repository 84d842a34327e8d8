import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LogName } from '#contracts/logs';
import type { Segment } from './export-format.ts';

/** A segment is closed when it has grown to this size. */
const SEGMENT_BYTES_TARGET = 64 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;
/** Lines to segments of bounded size, hashed as they are written. A log without records has no segment. */
export function openSegments(
  dir: string,
  log: LogName,
  partition: number,
): { write(line: string): void; close(): readonly Segment[] } {
  const segments: Segment[] = [];
  let open: { file: string; handle: number; hash: Hash; records: number; bytes: number } | null = null;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;

  const flush = (): void => {
    if (open === null) return;
    const bytes = Buffer.concat(waiting);
    for (let done = 0; done < bytes.length;) done += writeSync(open.handle, bytes, done);
    open.hash.update(bytes);
    waiting = [];
    waitingBytes = 0;
  };
  const end = (): void => {
    if (open === null) return;
    flush();
    closeSync(open.handle);
    const { file, records, bytes } = open;
    segments.push({ log, partition, file, records, bytes, sha256: open.hash.digest('hex') });
    open = null;
  };
  const begin = (): NonNullable<typeof open> => {
    const file = `${log}/${partition}/${String(segments.length).padStart(6, '0')}.ndjson`;
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    return {
      file,
      handle: openSync(join(dir, file), 'wx'),
      hash: createHash('sha256'),
      records: 0,
      bytes: 0,
    };
  };

  return {
    write(line) {
      open ??= begin();
      const bytes = Buffer.from(line, 'utf8');
      waiting.push(bytes);
      waitingBytes += bytes.length;
      open.records += 1;
      open.bytes += bytes.length;
      if (waitingBytes >= WRITE_BYTES) flush();
      if (open.bytes >= SEGMENT_BYTES_TARGET) end();
    },
    close() {
      end();
      return segments;
    },
  };
}
