import { READ_TABLES, readProgress } from '#store/read/progress';
import type { Database } from '#store/sql';
import {
  LogProjector,
  PROJECTOR_LIMITS,
  type ProjectorLimits,
  type ProjectorObserver,
} from '../project/log-projector.ts';
import type { Marks, Projection } from '../project/projection.ts';
import type { ScriptedLogs } from './scripted-logs.ts';
import { until } from './until.ts';

export const QUIET: ProjectorObserver = {
  committed: () => {},
  failed: () => {},
  looked: () => {},
  lost: () => {},
};

export interface RunningOptions {
  readonly limits?: ProjectorLimits;
  readonly database?: Database;
  readonly observer?: ProjectorObserver;
}

/** Projections that a test started and that are stopped after it. */
export class RunningProjections {
  private readonly running: LogProjector<Marks, never>[] = [];

  constructor(private readonly database: Database) {}

  async start<M extends Marks, Row>(
    logs: ScriptedLogs,
    projection: Projection<M, Row>,
    options: RunningOptions = {},
  ): Promise<LogProjector<M, Row>> {
    const { database = this.database, observer = QUIET, limits = PROJECTOR_LIMITS } = options;
    const projector = new LogProjector(projection, logs, database, observer, limits);
    this.running.push(projector as unknown as LogProjector<Marks, never>);
    await projector.start();
    return projector;
  }

  /** Waits until everything that the log holds is projected. */
  async caughtUp(logs: ScriptedLogs, log: string): Promise<void> {
    const ends = await logs.endOffsets(log);
    await until(async () => {
      const progress = await readProgress(this.database, log);
      return ends.every((end, p) => end === (progress.find((each) => each.partition === p)?.nextOffset ?? 0));
    });
  }

  async stopAll(): Promise<void> {
    for (const projector of this.running.splice(0)) await projector.stop();
  }

  async rows(table: string): Promise<unknown[]> {
    return (await this.database.query(`select * from ${table} t order by t`)).rows;
  }

  /** Every table of the read side, as it is. */
  async content(): Promise<Record<string, unknown[]>> {
    const content: Record<string, unknown[]> = {};
    for (const table of READ_TABLES) content[table] = await this.rows(table);
    return content;
  }
}
