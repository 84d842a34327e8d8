import type { Appended, Claim, LogBatch, LogRecord, LogSpec } from '#stream/log';
import type { Actor } from './world.ts';

// What a broker keeps: logs with markers, aborted records and open transactions in the way, epochs and groups. With
// `isClaimValid` it is the database's logs instead: a publication is one step that checks the claim.

export interface Transaction {
  state: 'open' | 'committed' | 'aborted';
  /** Partitions written to, with the first offset. */
  readonly touched: Map<ModelledPartition, number>;
}

export interface Entry {
  readonly record: Appended | null;
  readonly transaction: Transaction | null;
}

export interface ModelledPartition {
  readonly entries: Entry[];
  readonly open: Set<Transaction>;
  readonly waiting: Set<() => void>;
}

/** One reader of a group. */
export interface Member {
  readonly actor: Actor;
  /** What the group says this member owns. */
  owns: ReadonlySet<number>;
  isConfirmed: boolean;
  /** Tells the member of a new assignment. */
  readonly tell: (owns: ReadonlySet<number>) => void;
}

/** Shared by all processes. */
export interface Broker {
  readonly specs: Map<string, LogSpec>;
  readonly logs: Map<string, ModelledPartition[]>;
  readonly epochs: Map<string, number>;
  readonly open: Map<string, Transaction>;
  readonly groups: Map<string, Member[]>;
  /** Checks a claim at publish time; null where the epoch is the fence. */
  readonly isClaimValid: ((claim: Claim) => boolean) | null;
  /** Told of every publication at the moment at which it becomes visible. */
  readonly published: (claim: Claim) => void;
  /** Publishers that were opened and not closed, by the name of their process. */
  readonly unclosed: Map<object, string>;
  readonly faults: FaultRates;
}

export interface FaultRates {
  /** How often the broker is away when somebody asks to read or to take over. */
  readonly away: number;
  readonly ambiguousCommit: number;
  readonly appendedTwice: number;
  readonly redelivery: number;
  /** Largest batch a read or fetch returns. */
  readonly batchMax: number;
}

export const NO_FAULTS: FaultRates = {
  away: 0,
  ambiguousCommit: 0,
  appendedTwice: 0,
  redelivery: 0,
  batchMax: 500,
};

export function createBroker(
  isClaimValid: Broker['isClaimValid'],
  faults: FaultRates,
  published: Broker['published'] = () => undefined,
): Broker {
  return {
    specs: new Map(),
    logs: new Map(),
    epochs: new Map(),
    open: new Map(),
    groups: new Map(),
    isClaimValid,
    published,
    unclosed: new Map(),
    faults,
  };
}

/** Creates what is missing. */
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

export function check(broker: Broker, specs: readonly LogSpec[]): string[] {
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

function isVisible({ record, transaction }: Entry): boolean {
  return record !== null && transaction?.state !== 'aborted';
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
    const entry = modelled.entries[offset]!;
    if (isVisible(entry)) records.push({ ...entry.record!, offset });
  }
  return { log, partition, records, nextOffset: Math.max(from, until), endOffset: end };
}

/** Every committed record, outside of any schedule: for checking what a schedule left behind. */
export function committed(broker: Broker, log: string, partition: number): readonly LogRecord[] {
  const modelled = partitionsOf(broker, log)[partition]!;
  return slice(log, partition, modelled, 0, stableEnd(modelled), Infinity).records;
}

/** The newest committed record, and where it stands. */
export function lastCommitted(broker: Broker, log: string, partition: number): LogRecord | null {
  const modelled = partitionsOf(broker, log)[partition]!;
  for (let offset = stableEnd(modelled) - 1; offset >= 0; offset--) {
    const entry = modelled.entries[offset]!;
    if (isVisible(entry)) return { ...entry.record!, offset };
  }
  return null;
}

export function append(
  modelled: ModelledPartition,
  record: Appended | null,
  transaction: Transaction | null,
): number {
  modelled.entries.push({ record, transaction });
  if (transaction?.state !== 'open') wake(modelled);
  return modelled.entries.length - 1;
}

/** Appends inside an open transaction. */
export function appendOpen(modelled: ModelledPartition, record: Appended, transaction: Transaction): number {
  const offset = append(modelled, record, transaction);
  if (!transaction.touched.has(modelled)) transaction.touched.set(modelled, offset);
  modelled.open.add(transaction);
  return offset;
}

/** Decides the transaction: a marker in every partition that it touched. */
export function endTransaction(transaction: Transaction, state: 'committed' | 'aborted'): void {
  transaction.state = state;
  for (const modelled of transaction.touched.keys()) {
    modelled.open.delete(transaction);
    append(modelled, null, null);
  }
}

/** Wakes readers that wait at the end. */
export function wake({ waiting }: ModelledPartition): void {
  const woken = [...waiting];
  waiting.clear();
  for (const each of woken) each();
}
