import { ENGINE } from '#domain/engine';
import { makeGenesis, encodeGenesis } from '#contracts/genesis';
import { decode } from '#contracts/codec';
import type { CloudEvent } from '#domain/stage/stage';
import { UnavailableError, type Appended, type Logs } from '#stream/log';

// For specs of what writes history: an activity log in memory, of which only the writer and reading from the
// beginning are there, and one partition of the treasury log. What the transports do is tested with the transports.

export interface ActivityInMemory {
  readonly logs: Logs;
  /** Everything in a partition, genesis first, or what follows the first `from` records. */
  events(partition: number, from?: number): CloudEvent[];
  values(partition: number): string[];
  /** Everything in the treasury log's partition, without genesis. */
  treasury(): CloudEvent[];
  /** From now on the appends after this many records fail. */
  breakAfter(records: number): void;
}

export interface WorkspaceOptions {
  readonly partitions: number;
  readonly zone: string;
  readonly nowMs: number;
  readonly futureMs?: number;
}

export function activityInMemory(options: WorkspaceOptions): ActivityInMemory {
  const genesis = makeGenesis({ ...options, treasuries: 1, logId: 'spec', engine: ENGINE });
  const partitions: Appended[][] = Array.from({ length: options.partitions }, () => [
    { key: null, value: encodeGenesis(genesis) },
  ]);
  const treasury: Appended[] = [];
  let left = Infinity;
  const logs: Pick<Logs, 'writer' | 'read'> = {
    writer: () => ({
      append(log, partition, records) {
        if (log === 'census') return Promise.resolve();
        if (log === 'treasury') {
          treasury.push(...records);
          return Promise.resolve();
        }
        if (log !== 'activity') return Promise.reject(new Error(`log ${log} must not be written`));
        left -= records.length;
        if (left < 0) return Promise.reject(new UnavailableError('broken by the spec'));
        partitions[partition]!.push(...records);
        return Promise.resolve();
      },
      pendingBytes: () => 0,
      close: () => Promise.resolve(),
    }),
    async *read(log, partition, from) {
      const all = await Promise.resolve(partitions[partition]!);
      const records = all.slice(from).map((record, index) => ({ ...record, offset: from + index }));
      yield { log, partition, records, nextOffset: all.length, endOffset: all.length };
    },
  };
  const values = (partition: number): string[] =>
    partitions[partition]!.map((record) => record.value.toString('utf8'));
  return {
    logs: logs as Logs,
    values,
    treasury: () => treasury.map(({ value }) => decode(value)),
    events: (partition, from = 0) => {
      return partitions[partition]!.slice(from).map((record) => decode(record.value));
    },
    breakAfter: (records) => (left = records),
  };
}
