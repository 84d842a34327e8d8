import type { LogSpec } from '../log.ts';
import type { LogDatabase, LogSql } from './log-database.ts';

export interface LogEntry {
  /** Negative for a compacted log: the index over its keys covers no other. */
  readonly id: number;
  readonly log: string;
  readonly partitions: number;
  readonly compacted: boolean;
}

interface LogRow {
  readonly id: number;
  readonly name: string;
  readonly partitions: number;
  readonly compacted: boolean;
}

/** The logs of the database by name. What was found is kept: a log never changes and is never removed. */
export class LogCatalog {
  private readonly database: LogDatabase;
  private readonly known = new Map<string, LogEntry>();

  constructor(database: LogDatabase) {
    this.database = database;
  }

  async find(log: string): Promise<LogEntry> {
    const known = this.known.get(log);
    if (known !== undefined) return known;
    for (const entry of await readLogs(this.database)) this.known.set(entry.log, entry);
    const found = this.known.get(log);
    if (found === undefined) throw new Error(`log: ${JSON.stringify(log)} does not exist; create it first.`);
    return found;
  }

  async findPartition(log: string, partition: number): Promise<LogEntry> {
    const entry = await this.find(log);
    if (Number.isInteger(partition) && partition >= 0 && partition < entry.partitions) return entry;
    throw new Error(`partition: ${log} has partitions 0 to ${entry.partitions - 1}, not ${partition}.`);
  }

  async create(specs: readonly LogSpec[]): Promise<void> {
    await this.database.transaction(async (sql) => {
      // Two processes that start at once would give out the same numbers.
      await sql.query('lock table log in share row exclusive mode');
      const existing = new Set((await readLogs(sql)).map((entry) => entry.log));
      for (const spec of specs) if (!existing.has(spec.log)) await insertLog(sql, spec);
    });
  }

  async check(specs: readonly LogSpec[]): Promise<string[]> {
    const entries = new Map((await readLogs(this.database)).map((entry) => [entry.log, entry]));
    return specs.flatMap((spec) => differences(spec, entries.get(spec.log)));
  }
}

function differences(spec: LogSpec, entry: LogEntry | undefined): string[] {
  if (entry === undefined) return [`${spec.log}: does not exist`];
  const found: string[] = [];
  if (entry.partitions !== spec.partitions) {
    found.push(`${spec.log}: has ${entry.partitions} partitions, expected ${spec.partitions}`);
  }
  if (entry.compacted !== (spec.compacted ?? false)) {
    found.push(`${spec.log}: is ${entry.compacted ? '' : 'not '}compacted, expected the opposite`);
  }
  return found;
}

async function readLogs(sql: LogSql): Promise<LogEntry[]> {
  const { rows } = await sql.query<LogRow>('select id, name, partitions, compacted from log');
  return rows.map(({ name, ...entry }) => ({ log: name, ...entry }));
}

async function insertLog(sql: LogSql, { log, partitions, compacted = false }: LogSpec): Promise<void> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into log (id, name, partitions, compacted)
     select (coalesce(max(abs(id)), 0) + 1) * $4::int, $1, $2::int, $3::bool from log
     returning id`,
    [log, partitions, compacted, compacted ? -1 : 1],
  );
  await sql.query(
    `insert into log_head (log, partition) select $1::int, p from generate_series(0, $2::int - 1) as p`,
    [rows[0]?.id, partitions],
  );
}
