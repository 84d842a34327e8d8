import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LogName } from '#contracts/logs';
import { canonicalJson, type Json } from '#domain/canonical';
import { digestOf, sha256 } from './digest.ts';
import { MANIFEST, readManifest, type Manifest } from './export-format.ts';

// For specs: plants errors into a copy of an export by somebody who knows how to hide them. Hashes, digests, counts
// and chain heads of the manifest are made right again, so that only the records themselves can give it away.

export interface ExportLine {
  readonly partition: number;
  readonly offset?: number;
  readonly position?: string;
  readonly key: string | null;
  readonly value: string;
}

export type Alteration = (lines: ExportLine[]) => ExportLine[];

/** Copies an export with one log partition altered; returns the copy's folder. */
export function alterExport(
  from: string,
  to: string,
  log: LogName,
  partition: number,
  alter: Alteration,
): string {
  cpSync(from, to, { recursive: true });
  const manifest = readManifest(to);
  const segments = manifest.segments.filter((each) => each.log === log && each.partition === partition);
  const lines = alter(segments.flatMap(({ file }) => readLines(join(to, file))));
  const file = segments[0]?.file ?? `${log}/${partition}/000000.ndjson`;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  mkdirSync(dirname(join(to, file)), { recursive: true });
  writeFileSync(join(to, file), text);
  const segment = { log, partition, file, records: lines.length, bytes: text.length, sha256: sha256(text) };
  const entry = { log, partition, records: lines.length, digest: digestOf(lines.map(asDigested)) };
  const changed: Manifest = {
    ...manifest,
    segments: [...manifest.segments.filter((each) => !segments.includes(each)), segment],
    logs: manifest.logs.map((each) => (each.log === log && each.partition === partition ? entry : each)),
    chainHeads:
      log === 'decisions'
        ? [...manifest.chainHeads.filter((head) => head.partition !== partition), headOf(lines.at(-1)!)]
        : manifest.chainHeads,
  };
  writeFileSync(join(to, MANIFEST), JSON.stringify(changed));
  return to;
}

/** Makes sequences and hashes of a decision chain right again. */
export function rechain(lines: readonly ExportLine[]): ExportLine[] {
  let previousHash = '';
  return lines.map((line, index) => {
    const event = JSON.parse(line.value) as { data: { [key: string]: Json | undefined } };
    const data: { [key: string]: Json | undefined } = { ...event.data, sequence: index + 1, previousHash };
    delete data['hash'];
    previousHash = sha256(canonicalJson({ ...event, data } as unknown as Json));
    const value = canonicalJson({ ...event, data: { ...data, hash: previousHash } } as unknown as Json);
    return { ...line, value };
  });
}

/** Changes `data` of one line. */
export function withData(
  line: ExportLine,
  change: (data: Record<string, never>) => Record<string, unknown>,
): ExportLine {
  const event = JSON.parse(line.value) as { data: Record<string, never> };
  const value = canonicalJson({ ...event, data: change(event.data) } as unknown as Json);
  return { ...line, value };
}

function readLines(path: string): ExportLine[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as ExportLine);
}

function asDigested({ partition, offset, position, key, value }: ExportLine) {
  return { position: position ?? `${partition}/${offset}`, key, value };
}

function headOf({ partition, position, value }: ExportLine): Manifest['chainHeads'][number] {
  const { sequence, hash } = (JSON.parse(value) as { data: { sequence: number; hash: string } }).data;
  return { partition, sequence, position: position!, hash };
}
