import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JsonValue } from './canonical-text.ts';
import type { Findings } from './finding.ts';

// Reads an export by its description (tools/replay/export-format.ts), sharing no code with what wrote it.

export interface ExportManifest {
  readonly format: number;
  readonly logId: string;
  readonly partitions: number;
  readonly genesis: { readonly treasuries: number } & { [key: string]: JsonValue };
  readonly segments: readonly {
    readonly log: string;
    readonly partition: number;
    readonly file: string;
    readonly records: number;
    readonly sha256: string;
  }[];
  readonly logs: readonly {
    readonly log: string;
    readonly partition: number;
    readonly records: number;
    readonly digest: string;
  }[];
  readonly policies: readonly string[];
  readonly chainHeads: readonly {
    readonly partition: number;
    readonly sequence: number;
    readonly position: string;
    readonly hash: string;
  }[];
}

/** A line of a segment, with the event in its value. */
export interface Line {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string;
  /** In logs that stages wrote. */
  readonly position?: string;
  /** In the others. */
  readonly offset?: number;
}

export interface Event {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly data: { [key: string]: JsonValue };
}

export interface EventLine extends Line {
  /** Null when the value is not a JSON object with `data`. */
  readonly event: Event | null;
}

const FORMAT = 1;

export function readExportManifest(dir: string): ExportManifest {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as ExportManifest;
  if (manifest.format !== FORMAT) {
    throw new Error(`manifest.json: format ${manifest.format} is not known; known: ${FORMAT}`);
  }
  return manifest;
}

/** The lines of a log partition in order. What disagrees with the manifest is found at the end of each file. */
export async function* readLines(
  dir: string,
  manifest: ExportManifest,
  log: string,
  partition: number,
  findings: Findings,
): AsyncGenerator<EventLine, void, undefined> {
  const digest = createHash('sha256');
  let total = 0;
  for (const segment of manifest.segments) {
    if (segment.log !== log || segment.partition !== partition) continue;
    const hash = createHash('sha256');
    const stream = createReadStream(join(dir, segment.file));
    stream.on('data', (chunk) => hash.update(chunk));
    let records = 0;
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      const line = JSON.parse(text) as Line;
      addToDigest(digest, line.position ?? `${partition}/${line.offset}`, line.key, line.value);
      records += 1;
      const where = `${segment.file}:${records}`;
      findings.expect(line.partition === partition, 'manifest', where, () => {
        return `says partition ${line.partition}, the file is of ${partition}`;
      });
      yield { ...line, event: eventIn(line.value) };
    }
    total += records;
    findings.expect(records === segment.records, 'manifest', segment.file, () => {
      return `holds ${records} records, the manifest says ${segment.records}`;
    });
    const actual = hash.digest('hex');
    findings.expect(actual === segment.sha256, 'manifest', segment.file, () => {
      return `has SHA-256 ${actual}, the manifest says ${segment.sha256}`;
    });
  }
  const listed = manifest.logs.find((each) => each.log === log && each.partition === partition);
  const actual = digest.digest('hex');
  findings.expect(listed !== undefined && listed.digest === actual, 'manifest', `${log} ${partition}`, () => {
    return `has digest ${actual} over ${total} records, the manifest says ${listed?.digest ?? 'nothing'}`;
  });
}

/** Length-prefixed position, key and value; a null key has the length 2³²−1 and no bytes. */
function addToDigest(
  digest: { update(bytes: Uint8Array): unknown },
  ...fields: readonly (string | null)[]
): void {
  for (const field of fields) {
    const bytes = field === null ? new Uint8Array() : new TextEncoder().encode(field);
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, field === null ? 0xffffffff : bytes.length);
    digest.update(new Uint8Array(length.buffer));
    digest.update(bytes);
  }
}

export function eventIn(value: string): Event | null {
  try {
    const event = JSON.parse(value) as Event | null;
    return event !== null && typeof event.data === 'object' && event.data !== null ? event : null;
  } catch {
    return null;
  }
}

/** Lines one at a time, with a look at the next one. */
export interface LineCursor {
  peek(): Promise<EventLine | null>;
  take(): Promise<EventLine | null>;
}

export function cursorOver(lines: AsyncGenerator<EventLine, void, undefined>): LineCursor {
  let next: EventLine | null | undefined;
  const peek = async (): Promise<EventLine | null> => {
    if (next === undefined) {
      const result = await lines.next();
      next = result.done === true ? null : result.value;
    }
    return next;
  };
  return {
    peek,
    async take() {
      const line = await peek();
      if (line !== null) next = undefined;
      return line;
    },
  };
}
