import { createReadStream, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Genesis } from '#domain/controls';
import { logShapes, type LogName } from '#contracts/logs';
import type { RawBatch, RawRecord, RecordSource } from './record-source.ts';
import type { Quarantined } from './driven-stage.ts';

// An export: a folder with one manifest and, per log and partition, segments of lines. A line is a JSON object with
// `partition`, `key`, `value` (the exact text) and, in `activity`, `treasury`, `census`, `policies` and `quarantine`,
// the `offset`; in logs that one stage wrote, the `position`, because their transport offsets mean nothing. Two exports
// of the same history are the same bytes, whatever transport it came from.

export const MANIFEST = 'manifest.json';
export const EXPORT_FORMAT = 1;

export interface Segment {
  readonly log: LogName;
  readonly partition: number;
  /** Relative to the manifest. */
  readonly file: string;
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ExportedLog {
  readonly log: LogName;
  readonly partition: number;
  /** Lines; of `dead-letters` some may stand twice. */
  readonly records: number;
  readonly digest: string;
}

export interface ChainHead {
  readonly partition: number;
  readonly sequence: number;
  readonly position: string;
  readonly hash: string;
}

export interface Manifest {
  readonly format: typeof EXPORT_FORMAT;
  readonly logId: string;
  readonly partitions: number;
  readonly genesis: Genesis;
  readonly segments: readonly Segment[];
  readonly logs: readonly ExportedLog[];
  /** Over all logs, as `updraft replay` prints it. */
  readonly digest: string;
  /** Hashes of the bundles. */
  readonly policies: readonly string[];
  readonly quarantine: readonly (Quarantined & { readonly partition: number })[];
  /** The last decision of each partition that has one. */
  readonly chainHeads: readonly ChainHead[];
}

export function readManifest(dir: string): Manifest {
  const path = join(dir, MANIFEST);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${dir}: no export here, ${MANIFEST} cannot be read (${(error as Error).message})`);
  }
  const { format } = JSON.parse(text) as { format: unknown };
  if (format !== EXPORT_FORMAT) {
    throw new Error(`${path}: format ${String(format)} is not known; known: ${EXPORT_FORMAT}`);
  }
  return JSON.parse(text) as Manifest;
}

/** Segments whose bytes are not those that the manifest speaks of, in words. */
export async function verifySegments(dir: string, manifest: Manifest): Promise<string[]> {
  const findings: string[] = [];
  for (const { file, sha256 } of manifest.segments) {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(join(dir, file))) hash.update(chunk as Buffer);
    } catch (error) {
      findings.push(`${file}: ${(error as Error).message}`);
      continue;
    }
    const actual = hash.digest('hex');
    if (actual !== sha256) findings.push(`${file}: has SHA-256 ${actual}, the manifest says ${sha256}`);
  }
  return findings;
}

/** An export as something to replay. Throws when its segments are not those of its manifest. */
export async function exportSource(dir: string): Promise<RecordSource> {
  const manifest = readManifest(dir);
  const findings = await verifySegments(dir, manifest);
  if (findings.length > 0) throw new Error(`${dir}: this export was changed:\n  ${findings.join('\n  ')}`);
  const known = new Set(logShapes(manifest.partitions, manifest.genesis.treasuries).map(({ log }) => log));
  return {
    name: `export ${dir}`,
    partitions: () => Promise.resolve(manifest.partitions),
    treasuries: () => Promise.resolve(manifest.genesis.treasuries),
    read(log, partition) {
      if (!known.has(log)) throw new Error(`log ${log} is not known`);
      const segments = manifest.segments.filter((each) => each.log === log && each.partition === partition);
      return readSegments(dir, segments);
    },
  };
}

async function* readSegments(
  dir: string,
  segments: readonly Segment[],
): AsyncGenerator<RawBatch, void, undefined> {
  const endOffset = segments.reduce((sum, { records }) => sum + records, 0);
  let offset = 0;
  for (const { file } of segments) {
    for await (const lines of lineBatches(join(dir, file))) {
      const records = lines.map((line): RawRecord => {
        const {
          key,
          value,
          offset: given,
        } = JSON.parse(line) as {
          key: string | null;
          value: string;
          offset?: number;
        };
        return { offset: given ?? offset++, key, value: Buffer.from(value, 'utf8') };
      });
      yield { records, endOffset };
    }
  }
}

/** The lines of a file, as many at a time as one read brings. */
async function* lineBatches(path: string): AsyncGenerator<string[], void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') throw new Error(`${path}: the last line does not end; the file was cut`);
}
