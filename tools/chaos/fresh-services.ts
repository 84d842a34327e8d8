import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { administrate, withDatabase } from '#tools/cluster/ensure-database';
import { PATIENT, startKafka, type RunningKafka } from '#tools/kafka/launch';

// A broker of our own, because it will be restarted, and a database of our own on a server that others use too.

export interface FreshServices {
  readonly kafka: RunningKafka;
  readonly databaseUrl: string;
  /** For tokens, output of processes, exports. Removed at the end. */
  readonly directory: string;
  /** Cuts every connection to the database; with a time to stay away nobody is let in meanwhile, ms. */
  cutDatabase(awayMs: number): Promise<void>;
  /** Everything goes, unless the directory is to be looked at. */
  close(keepDirectory?: boolean): Promise<void>;
}

export const POSTGRES_DEFAULT = 'postgres://postgres@127.0.0.1:5432/postgres';

/** `serverUrl`: a PostgreSQL that lets us create databases. */
export async function openFreshServices(serverUrl: string): Promise<FreshServices> {
  const directory = await mkdtemp(join(tmpdir(), 'updraft-chaos-'));
  const name = `updraft_chaos_${randomBytes(6).toString('hex')}`;
  await administrate(serverUrl, `create database "${name}"`);
  const drop = (): Promise<void> => administrate(serverUrl, `drop database if exists "${name}" with (force)`);
  try {
    const kafka = await startKafka({ dir: join(directory, 'kafka'), properties: PATIENT });
    return {
      kafka,
      databaseUrl: withDatabase(serverUrl, name),
      directory,
      async cutDatabase(awayMs) {
        const allow = (isOpen: boolean): Promise<void> =>
          administrate(serverUrl, `alter database "${name}" with allow_connections ${isOpen}`);
        if (awayMs > 0) await allow(false);
        await administrate(
          serverUrl,
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
        );
        if (awayMs === 0) return;
        await sleep(awayMs);
        await allow(true);
      },
      async close(keepDirectory = false) {
        await kafka.stop();
        await drop();
        if (!keepDirectory) await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await drop();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
