import {
  AmbiguousError,
  FencedError,
  OversizeError,
  SEND_BYTES_MAX,
  UnavailableError,
  type Appended,
  type Claim,
  type LogBatch,
  type LogRecord,
  type Logs,
  type LogSpec,
  type LogWriter,
  type Published,
  type Publisher,
} from '#stream/log';
import { subscribeModelled, type ModelledGroups } from './modelled-group.ts';
import type { Actor, Turns } from './world.ts';

// A log as Kafka keeps it: transactions leave markers, aborted records and open ones stand in the way, readers see
// what is committed before the first open transaction. With `claims` it is one as PostgreSQL keeps it: a publication
// is one step that checks the claim. It passes the same contract suite as the real ones.

interface Transaction {
  state: 'open' | 'committed' | 'aborted';
  /** Partitions written to, with the first offset. */
  readonly touched: Map<ModelledPartition, number>;
}

interface Entry {
  readonly record: Appended | null;
  readonly transaction: Transaction | null;
}

export interface ModelledPartition {
  readonly entries: Entry[];
  readonly open: Set<Transaction>;
  readonly waiting: Set<() => void>;
}

/** What a broker keeps. Shared by all processes. */
export interface Broker {
  readonly specs: Map<string, LogSpec>;
  readonly logs: Map<string, ModelledPartition[]>;
  readonly epochs: Map<string, number>;
  readonly open: Map<string, Transaction>;
  readonly groups: ModelledGroups;
  /** Checks a claim at publish time; null where the epoch is the fence. */
  readonly isClaimValid: ((claim: Claim) => boolean) | null;
  readonly faults: FaultRates;
}

export interface FaultRates {
  readonly ambiguousCommit: number;
  readonly appendedTwice: number;
  readonly redelivery: number;
  /** Largest batch a read or fetch returns. */
  readonly batchMax: number;
}

export const NO_FAULTS: FaultRates = { ambiguousCommit: 0, appendedTwice: 0, redelivery: 0, batchMax: 500 };

export function createBroker(isClaimValid: Broker['isClaimValid'], faults: FaultRates): Broker {
  return {
    specs: new Map(),
    logs: new Map(),
    epochs: new Map(),
    open: new Map(),
    groups: new Map(),
    isClaimValid,
    faults,
  };
}

/** The log port as one process sees it. */
export function createModelledLogs(broker: Broker, turns: Turns, actor: Actor): Logs {
  return {
    create: (specs) => turns.turn(actor, 'create', () => create(broker, specs)),
    check: (specs) => turns.turn(actor, 'check', () => check(broker, specs)),
    partitions: (log) => turns.turn(actor, 'partitions', () => partitionsOf(broker, log).length),
    endOffsets: (log) => turns.turn(actor, 'ends', () => partitionsOf(broker, log).map(stableEnd)),
    read: (log, partition, from) => read(broker, turns, actor, log, partition, from),
    writer: () => createWriter(broker, turns, actor),
    publisher: (name) => createPublisher(broker, turns, actor, name),
    subscribe: (log, group, handlers) => subscribeModelled(broker, turns, actor, log, group, handlers),
    close: () => Promise.resolve(),
  };
}

/** Creates what is missing, outside of any schedule. */
export function create(broker: Broker, specs: readonly LogSpec[]): void {
  for (const spec of specs) {
    if (broker.logs.has(spec.log)) continue;
    broker.specs.set(spec.log, spec);
    broker.logs.set(
      spec.log,
      Array.from({ length: spec.partitions }, () => ({
        entries: [],
        open: new Set<Transaction>(),
        waiting: new Set<() => void>(),
      })),
    );
  }
}

function check(broker: Broker, specs: readonly LogSpec[]): string[] {
  return specs.flatMap(({ log, partitions, compacted }) => {
    const spec = broker.specs.get(log);
    if (spec === undefined) return [`${log}: does not exist`];
    const findings: string[] = [];
    if (spec.partitions !== partitions)
      findings.push(`${log}: has ${spec.partitions} partitions, not ${partitions}`);
    if ((spec.compacted ?? false) !== (compacted ?? false)) findings.push(`${log}: compaction differs`);
    return findings;
  });
}

export function partitionsOf(broker: Broker, log: string): ModelledPartition[] {
  const partitions = broker.logs.get(log);
  if (partitions === undefined) throw new Error(`log ${log} does not exist`);
  return partitions;
}

/** The last stable offset: everything before it is decided. */
export function stableEnd(modelled: ModelledPartition): number {
  let end = modelled.entries.length;
  for (const transaction of modelled.open) end = Math.min(end, transaction.touched.get(modelled)!);
  return end;
}

/** Committed records from `from`, at most `count` entries of the log. */
export function slice(
  log: string,
  partition: number,
  modelled: ModelledPartition,
  from: number,
  end: number,
  count: number,
): LogBatch {
  const until = Math.min(end, from + count, modelled.entries.length);
  const records: LogRecord[] = [];
  for (let offset = from; offset < until; offset++) {
    const { record, transaction } = modelled.entries[offset]!;
    if (record !== null && transaction?.state !== 'aborted') records.push({ ...record, offset });
  }
  return { log, partition, records, nextOffset: Math.max(from, until), endOffset: end };
}

/** Every committed record, outside of any schedule: for checking what a schedule left behind. */
export function committed(broker: Broker, log: string, partition: number): readonly LogRecord[] {
  const modelled = partitionsOf(broker, log)[partition]!;
  return slice(log, partition, modelled, 0, stableEnd(modelled), Infinity).records;
}

async function* read(
  broker: Broker,
  turns: Turns,
  actor: Actor,
  log: string,
  partition: number,
  from: number,
): AsyncGenerator<LogBatch> {
  const modelled = partitionsOf(broker, log)[partition]!;
  const end = await turns.turn(actor, 'read-end', () => stableEnd(modelled));
  for (let next = from; next < end;) {
    const start = next;
    const count = 1 + turns.chance.below(broker.faults.batchMax);
    const batch = await turns.turn(actor, 'read', () => slice(log, partition, modelled, start, end, count));
    if (batch.nextOffset === next) return;
    next = batch.nextOffset;
    yield batch;
  }
}

function append(
  modelled: ModelledPartition,
  record: Appended | null,
  transaction: Transaction | null,
): number {
  modelled.entries.push({ record, transaction });
  if (transaction === null) wake(modelled);
  return modelled.entries.length - 1;
}

export function wake({ waiting }: ModelledPartition): void {
  const woken = [...waiting];
  waiting.clear();
  for (const each of woken) each();
}

function createWriter(broker: Broker, turns: Turns, actor: Actor): LogWriter {
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  let isClosed = false;
  return {
    async append(log, partition, records) {
      if (isClosed) throw new UnavailableError('the writer is closed');
      const modelled = partitionsOf(broker, log)[partition]!;
      if (records.some(({ value }) => value.length > SEND_BYTES_MAX))
        throw new OversizeError('record too large');
      const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
      pending += bytes;
      const written = last.then(() =>
        turns.turn(actor, 'append', () => {
          for (const record of records) append(modelled, record, null);
          if (!turns.chance.of(broker.faults.appendedTwice)) return;
          // The answer was lost, and a new producer sent everything again.
          turns.met('appended-twice');
          for (const record of records) append(modelled, record, null);
        }),
      );
      last = written.catch(() => undefined);
      await written;
      pending -= bytes;
    },
    pendingBytes: () => pending,
    close() {
      isClosed = true;
      return last.then(() => undefined);
    },
  };
}

async function createPublisher(broker: Broker, turns: Turns, actor: Actor, name: string): Promise<Publisher> {
  const epoch = await turns.turn(actor, 'fence', () => fence(broker, turns, name));
  let isUsable = true;

  async function publishOrFail(
    outputs: readonly Published[],
    claim: Claim,
  ): Promise<ReadonlyMap<string, number>> {
    if (broker.isClaimValid !== null)
      return turns.turn(actor, 'publish', () => publishAtOnce(broker, outputs, claim));
    const offsets = new Map<string, number>();
    const transaction = await turns.turn(actor, 'begin', () => {
      checkEpoch(broker, name, epoch);
      const begun: Transaction = { state: 'open', touched: new Map() };
      broker.open.set(name, begun);
      return begun;
    });
    for (const output of outputs) {
      await turns.turn(actor, 'send', () => {
        checkEpoch(broker, name, epoch);
        const modelled = partitionsOf(broker, output.log)[output.partition]!;
        const offset = append(modelled, { key: output.key, value: output.value }, transaction);
        if (!transaction.touched.has(modelled)) transaction.touched.set(modelled, offset);
        modelled.open.add(transaction);
        if (!offsets.has(output.log)) offsets.set(output.log, offset);
      });
    }
    await turns.turn(actor, 'commit', () => {
      checkEpoch(broker, name, epoch);
      const isAmbiguous = turns.chance.of(broker.faults.ambiguousCommit);
      const isWritten = !isAmbiguous || turns.chance.of(0.5);
      endTransaction(broker, name, isWritten ? 'committed' : 'aborted');
      if (!isAmbiguous) return;
      turns.met(isWritten ? 'ambiguous-commit-written' : 'ambiguous-commit-aborted');
      throw new AmbiguousError('the answer to the commit was lost');
    });
    return offsets;
  }

  return {
    async publish(outputs, claim) {
      if (!isUsable) throw new FencedError('the publisher failed before');
      if (outputs.some(({ value }) => value.length > SEND_BYTES_MAX))
        throw new OversizeError('output too large');
      try {
        return await publishOrFail(outputs, claim);
      } catch (error) {
        isUsable = false;
        throw error;
      }
    },
    close() {
      isUsable = false;
      return Promise.resolve();
    },
  };
}

/** A new epoch: what the earlier owner had open is aborted, and it can write no more. */
function fence(broker: Broker, turns: Turns, name: string): number {
  if (broker.open.has(name)) {
    turns.met('fenced-open-transaction');
    endTransaction(broker, name, 'aborted');
  }
  const epoch = (broker.epochs.get(name) ?? 0) + 1;
  broker.epochs.set(name, epoch);
  return epoch;
}

function checkEpoch(broker: Broker, name: string, epoch: number): void {
  if (broker.epochs.get(name) !== epoch) throw new FencedError(`${name}: epoch ${epoch} is over`);
}

export function endTransaction(broker: Broker, name: string, state: 'committed' | 'aborted'): void {
  const transaction = broker.open.get(name);
  if (transaction === undefined) return;
  broker.open.delete(name);
  transaction.state = state;
  for (const modelled of transaction.touched.keys()) {
    modelled.open.delete(transaction);
    modelled.entries.push({ record: null, transaction: null });
    wake(modelled);
  }
}

function publishAtOnce(
  broker: Broker,
  outputs: readonly Published[],
  claim: Claim,
): ReadonlyMap<string, number> {
  if (!broker.isClaimValid!(claim))
    throw new FencedError(`${claim.stage} ${claim.partition}: the claim is not valid`);
  const offsets = new Map<string, number>();
  for (const { log, partition, key, value } of outputs) {
    const offset = append(partitionsOf(broker, log)[partition]!, { key, value }, null);
    if (!offsets.has(log)) offsets.set(log, offset);
  }
  return offsets;
}
