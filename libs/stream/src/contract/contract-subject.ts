import { setTimeout as sleep } from 'node:timers/promises';
import type { Appended, Claim, LogRecord, Logs, Published } from '../log.ts';

export type Fault = 'dropNextAppendAnswer' | 'abortedSend';

/** One adapter under test. */
export interface LogContractSubject {
  /** Logs under a prefix that nobody else uses. */
  readonly logs: Logs;
  /** The same logs as another process sees them: another connection. The subject closes it. */
  second(): Logs;
  /** Makes this claim the valid one, where publishing checks claims. */
  claimSetup(stage: string, partition: number, owner: string, takeover: number): Promise<void>;
  readonly faults?: {
    /** The next append is written, but its writer is not told. */
    dropNextAppendAnswer?(): void;
    /** Leaves traces that no reader may see: an aborted transaction at the end of the partition. */
    abortedSend?(log: string, partition: number, records: readonly Appended[]): Promise<void>;
    restartBroker?(): Promise<void>;
  };
  close(): Promise<void>;
}

export type SubjectOf = () => LogContractSubject;

const UNTIL_MS = 10_000;
const POLL_MS = 10;

let logsMade = 0;

/** A log of this case alone. */
export async function makeLog(subject: LogContractSubject, partitions: number): Promise<string> {
  const log = `contract-${++logsMade}`;
  await subject.logs.create([{ log, partitions }]);
  return log;
}

export function record(text: string, key: string | null = null): Appended {
  return { key, value: Buffer.from(text) };
}

/** Records `from`, `from + 1` … as text. */
export function numbered(count: number, from = 0): Appended[] {
  return Array.from({ length: count }, (_, index) => record(String(from + index), `k${from + index}`));
}

export function output(log: string, partition: number, text: string): Published {
  return { log, partition, ...record(text) };
}

export function texts(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => value.toString());
}

export async function readAll(
  logs: Logs,
  log: string,
  partition: number,
  from = 0,
): Promise<{ records: LogRecord[]; nextOffset: number }> {
  const records: LogRecord[] = [];
  let nextOffset = from;
  for await (const batch of logs.read(log, partition, from)) {
    records.push(...batch.records);
    nextOffset = batch.nextOffset;
  }
  return { records, nextOffset };
}

/** A transport may acknowledge a publication a moment before readers see it. */
export async function readOnce(
  logs: Logs,
  log: string,
  partition: number,
  count: number,
): Promise<LogRecord[]> {
  let records: LogRecord[] = [];
  await until(`${count} records in ${log}/${partition}`, async () => {
    ({ records } = await readAll(logs, log, partition));
    return records.length >= count;
  });
  return records;
}

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  waitMs = UNTIL_MS,
): Promise<void> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > waitMs) throw new Error(`waited ${waitMs} ms for ${what}`);
    await sleep(POLL_MS);
  }
}

let claimsMade = 0;

/** A stage of this case alone, so that claims of other cases do not matter. */
export function makeStage(): string {
  return `stage-${++claimsMade}`;
}

export async function claimed(subject: LogContractSubject, stage: string, takeover: number): Promise<Claim> {
  const claim: Claim = { stage, partition: 0, owner: `owner-${takeover}`, takeover };
  await subject.claimSetup(stage, claim.partition, claim.owner, takeover);
  return claim;
}

/** The name under which the owner of a stage's partition publishes. */
export function publisherName(stage: string): string {
  return `${stage}-0`;
}

/** `test` where the subject can cause the fault, a visible skip where it cannot. */
export function testWithFault(fault: Fault, faults: readonly Fault[]): typeof test {
  return faults.includes(fault) ? test : test.skip;
}
