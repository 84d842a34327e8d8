import { isUtf8 } from 'node:buffer';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '#contracts/codec';
import { SHARED, type LogName } from '#contracts/logs';
import type { Genesis } from '#domain/controls';
import type { Decision } from '#domain/outputs';
import { BY_OFFSET } from './compare-log.ts';
import { createDigest, overallDigest, sha256 } from './digest.ts';
import { EXPORT_FORMAT, MANIFEST } from './export-format.ts';
import type { ChainHead, ExportedLog, Manifest, Segment } from './export-format.ts';
import { positionIn, readQuarantine, takeEnd, type RawRecord, type RecordSource } from './record-source.ts';
import { openSegments } from './segment-writer.ts';
import { asBatches, lettersOnce, readGrants } from './recorded-log.ts';

/**
 * Everything but `inbound`, which is the platform's and untrusted. Outputs come before activity, so that each has its
 * cause in the export; what activity refers to comes after it.
 */
const EXPORTED: readonly LogName[] = [
  'decisions',
  'capability',
  'dead-letters',
  'grants',
  'activity',
  'quarantine',
];

/** Writes the logs of a workspace to a folder that must be empty. */
export async function exportLogs(
  source: RecordSource,
  dir: string,
  onProgress: (log: LogName, partition: number, records: number) => void = () => undefined,
): Promise<Manifest> {
  refuseNonEmpty(dir);
  const partitions = await source.partitions();
  const collected: Collected = {
    segments: [],
    logs: [],
    chainHeads: [],
    quarantine: [],
    policies: [],
    genesis: null,
  };
  for (let partition = 0; partition < partitions; partition += 1) {
    for (const log of EXPORTED) await exportLog({ source, dir, onProgress, collected }, log, partition);
    const entries = await readQuarantine(source, partition);
    collected.quarantine.push(...entries.map((entry) => ({ ...entry, partition })));
  }
  // After activity, so that every lease and statistic in it has its cause in the export.
  const treasuries = await source.treasuries();
  for (const log of SHARED) {
    for (let partition = 0; partition < treasuries; partition += 1) {
      await exportLog({ source, dir, onProgress, collected }, log, partition);
    }
  }
  await exportLog({ source, dir, onProgress, collected }, 'policies', 0);
  const { genesis, logs, ...rest } = collected;
  if (genesis === null) throw new Error(`${source.name}: activity is empty; there is nothing to export`);
  const manifest: Manifest = {
    format: EXPORT_FORMAT,
    logId: genesis.logId,
    partitions,
    digest: overallDigest(logs.filter(({ log }) => log !== 'policies' && log !== 'quarantine')),
    ...rest,
    logs,
    genesis,
  };
  writeFileSync(join(dir, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

interface Collected {
  readonly segments: Segment[];
  readonly logs: ExportedLog[];
  readonly chainHeads: ChainHead[];
  readonly quarantine: Manifest['quarantine'][number][];
  readonly policies: string[];
  genesis: Genesis | null;
}

interface Exporting {
  readonly source: RecordSource;
  readonly dir: string;
  readonly onProgress: (log: LogName, partition: number, records: number) => void;
  readonly collected: Collected;
}

async function exportLog(exporting: Exporting, log: LogName, partition: number): Promise<void> {
  const { source, dir, onProgress, collected } = exporting;
  const writer = openSegments(dir, log, partition);
  const digest = createDigest();
  let last: RawRecord | null = null;
  for await (const { records } of recordsToExport(source, log, partition)) {
    for (const record of records) {
      const position = positionFor(log, partition, record);
      writer.write(lineOf(log, partition, position, record));
      digest.add({ position, key: record.key, value: record.value });
      if (log === 'policies') collected.policies.push(sha256(record.value));
      if (log === 'activity' && record.offset === 0) collected.genesis ??= genesisIn(record);
      last = record;
    }
    onProgress(log, partition, records.length);
  }
  if (log === 'decisions' && last !== null) collected.chainHeads.push(headOf(partition, last));
  collected.segments.push(...writer.close());
  collected.logs.push({ log, partition, records: digest.records(), digest: digest.hex() });
}

function refuseNonEmpty(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const [first] = readdirSync(dir);
  if (first !== undefined) throw new Error(`${dir}: must be empty to export into it; it holds ${first}`);
}

/** The records of a log in the one order that every transport gives them. */
async function* recordsToExport(
  source: RecordSource,
  log: LogName,
  partition: number,
): AsyncGenerator<{ readonly records: readonly RawRecord[] }, void, undefined> {
  if (log === 'dead-letters') {
    yield* lettersOnce(source.read(log, partition), `scoring/${partition}`);
  } else if (log === 'grants') {
    const { latest } = await readGrants(source, partition);
    try {
      yield* asBatches(latest.entries());
    } finally {
      latest.close();
    }
  } else yield* await takeEnd(source.read(log, partition));
}

function positionFor(log: LogName, partition: number, record: RawRecord): string {
  if (BY_OFFSET.includes(log)) return `${partition}/${record.offset}`;
  const position = positionIn(record.value);
  if (position === null)
    throw new Error(`${log} ${partition}: the record at offset ${record.offset} has no position`);
  return position;
}

function lineOf(log: LogName, partition: number, position: string, record: RawRecord): string {
  const { offset, key, value } = record;
  if (!isUtf8(value)) throw new Error(`${log} ${position}: the value is not UTF-8 text`);
  const place = BY_OFFSET.includes(log) ? { partition, offset } : { partition, position };
  return `${JSON.stringify({ ...place, key, value: value.toString('utf8') })}\n`;
}

function genesisIn(record: RawRecord): Genesis {
  const event = decode(record.value);
  if (event.type === 'updraft.control.genesis.v1') return event.data as unknown as Genesis;
  throw new Error(`activity 0: begins with ${event.type} and not with genesis`);
}

function headOf(partition: number, record: RawRecord): ChainHead {
  const { data } = JSON.parse(record.value.toString('utf8')) as { data: Decision };
  const { sequence, position, hash } = data;
  return { partition, sequence, position, hash };
}
