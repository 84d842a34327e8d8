import { comparePositions, formatPosition, parsePosition, type Position } from '#domain/stage/position';
import type { Hash, OutputRecord } from '#domain/stage/stage';
import type { LogRecord, Logs } from '#stream/log';
import { HaltError } from './report.ts';
import { hasSeveralWriters } from './several-writers.ts';

/** The last published record of a stage partition: what an owner may not publish again. */
export interface PublishedEnd {
  readonly position: Position;
  readonly hash: string;
  /** Transport offset of that record. */
  readonly offset: number;
}

/** The position that a record of a derived log carries. */
export function positionOf(record: LogRecord): Position {
  const { data } = JSON.parse(record.value.toString('utf8')) as { data: { position: string } };
  return parsePosition(data.position);
}

/** Reads the stage's own log from a hint to its end. Null: nothing published there, or the stage has no such log. */
export async function findPublishedEnd(
  logs: Logs,
  log: string | null,
  partition: number,
  from: number,
  hash: Hash,
): Promise<PublishedEnd | null> {
  if (log === null) return null;
  let last: LogRecord | null = null;
  for await (const batch of logs.read(log, partition, from)) last = batch.records.at(-1) ?? last;
  if (last === null) return null;
  return { position: positionOf(last), hash: hash(last.value.toString('utf8')), offset: last.offset };
}

/** Whether the log holds the record that a snapshot says was published. */
export async function holds(
  logs: Logs,
  log: string,
  partition: number,
  from: number,
  position: string,
  valueHash: string,
  hash: Hash,
): Promise<boolean> {
  for await (const batch of logs.read(log, partition, from)) {
    for (const record of batch.records) {
      if (formatPosition(positionOf(record)) !== position) continue;
      return hash(record.value.toString('utf8')) === valueHash;
    }
  }
  return false;
}

/**
 * What was published before this take-over, read again in step with the re-execution: every output up to the
 * published position must stand there, byte for byte, and nothing else may.
 */
export interface PublishedTail {
  /** Takes outputs in order; returns those that are still to be published. Throws HaltError on a difference. */
  admit(outputs: readonly OutputRecord[]): Promise<OutputRecord[]>;
  /** True once everything published was met again. */
  isDone(): boolean;
  readonly end: PublishedEnd | null;
}

export function createPublishedTail(
  logs: Logs,
  /** The stage's own; null: it has none, and there is nothing to meet again. */
  log: string | null,
  partition: number,
  from: number,
  /** Position of the snapshot: what it covers is not re-executed. Null: genesis. */
  covered: Position | null,
  end: PublishedEnd | null,
): PublishedTail {
  const records = end === null || log === null ? emptyTail() : walk(logs, log, partition, from);
  // A snapshot covers whole input records: what such a record produced has its position as a prefix.
  const isCovered = (position: Position): boolean =>
    covered !== null && comparePositions(position.slice(0, covered.length), covered) <= 0;
  let isDone = end === null || isCovered(end.position);

  async function next(): Promise<LogRecord | null> {
    for (;;) {
      const { value, done } = await records.next();
      if (done === true) return null;
      if (!isCovered(positionOf(value))) return value;
    }
  }

  return {
    end,
    isDone: () => isDone,
    async admit(outputs) {
      if (isDone || end === null) return [...outputs];
      const fresh: OutputRecord[] = [];
      for (const output of outputs) {
        // Said again: whether it arrived is known to its receiver alone, who drops what it has.
        if (hasSeveralWriters(output.log)) {
          fresh.push(output);
          continue;
        }
        if (comparePositions(output.position, end.position) > 0) {
          if (!isDone) throw differs(output, await next());
          fresh.push(output);
          continue;
        }
        if (output.log !== log) continue;
        const stands = await next();
        if (stands === null || stands.value.toString('utf8') !== output.text) throw differs(output, stands);
        if (comparePositions(output.position, end.position) === 0) isDone = true;
      }
      return fresh;
    },
  };
}

function differs(output: OutputRecord, stands: LogRecord | null): HaltError {
  const there = stands === null ? 'nothing' : stands.value.toString('utf8');
  const at = formatPosition(output.position);
  return new HaltError(at, `re-execution differs at ${at}: published was ${there}, now ${output.text}`);
}

async function* walk(logs: Logs, log: string, partition: number, from: number): AsyncGenerator<LogRecord> {
  for await (const batch of logs.read(log, partition, from)) yield* batch.records;
}

async function* emptyTail(): AsyncGenerator<LogRecord> {
  // Nothing was published.
}
