import { randomBytes } from 'node:crypto';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { StoreUnavailableError } from './snapshot-store.ts';
import { OutsideTransactionError } from './store-error.ts';
import { describeOnBoth, describeWithPostgres } from './testing/test-database.ts';
import type { TestDatabase } from './testing/test-database.ts';
import { bindLogId, boundLogId, workspaceSchema } from './workspace.ts';

describeOnBoth('database', (open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.close();
  });

  test('a transaction commits what its handle wrote', async () => {
    const { database } = opened;
    await database.transaction(async (sql) => {
      await sql.query(`insert into stage_head (stage, partition, takeover) values ('commit', 0, $1)`, [7]);
    });
    const { rows } = await database.query<{ takeover: string }>(
      `select takeover from stage_head where stage = 'commit'`,
    );
    expect(rows).toEqual([{ takeover: '7' }]);
  });

  test('a transaction that throws leaves nothing behind, and the next one works', async () => {
    const { database } = opened;
    const failing = database.transaction(async (sql) => {
      await sql.query(`insert into stage_head (stage, partition, takeover) values ('rollback', 0, 1)`);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const { rowCount } = await database.query(`select 1 from stage_head where stage = 'rollback'`);
    expect(rowCount).toBe(0);
  });

  test('a statement error that the work swallowed still fails the transaction', async () => {
    const { database } = opened;
    const work = database.transaction(async (sql) => {
      await sql.query('select 1 / 0').catch(() => {});
    });
    await expect(work).rejects.toThrow('rolled back');
  });

  test.each<[string, (t: TestDatabase) => Promise<unknown>]>([
    ['a query', ({ database }) => database.query('select 1')],
    ['a nested transaction', ({ database }) => database.transaction(async () => 1)],
    ['a TypeORM query', ({ database }) => database.dataSource.query('select 1')],
  ])('%s past the handle of the open transaction is refused at once', async (_what, misuse) => {
    const { database } = opened;
    const startedAt = performance.now();
    await expect(database.transaction(() => misuse(opened))).rejects.toThrow(OutsideTransactionError);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect((await database.query(`select 1 as one`)).rows).toEqual([{ one: 1 }]);
  });

  test('a handle kept beyond its transaction is refused', async () => {
    const kept = await opened.database.transaction(async (sql) => sql);
    await expect(kept.query('select 1')).rejects.toThrow('has ended');
  });

  test('what a transaction started and left running may query once it is over', async () => {
    const { database } = opened;
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let later: Promise<unknown> = Promise.resolve();
    await database.transaction(async () => {
      later = gate.then(() => database.query('select 1'));
    });
    go();
    await expect(later).resolves.toMatchObject({ rowCount: 1 });
  });

  test('the migrations make exactly the schema that the entities describe', async () => {
    const log = await opened.database.dataSource.driver.createSchemaBuilder().log();
    expect(log.upQueries.map(({ query }) => query)).toEqual([]);
  });

  test('migrating again changes nothing', async () => {
    await migrate(opened.database);
    const { rows } = await opened.database.query<{ n: string }>('select count(*) as n from migration');
    expect(rows).toEqual([{ n: String(opened.database.dataSource.migrations.length) }]);
  });

  test('a workspace is bound to one log and refuses another', async () => {
    const { database } = opened;
    expect(await boundLogId(database)).toBeNull();
    await bindLogId(database, 'log-a');
    await bindLogId(database, 'log-a');
    await expect(bindLogId(database, 'log-b')).rejects.toThrow('belongs to log log-a, not to log log-b');
  });
});

describeWithPostgres('database on a server', (open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.close();
  });

  test('a connection that the server ends is a StoreUnavailableError, and the pool recovers', async () => {
    const { database } = opened;
    const other = await opened.openAnother();
    let tell = (_pid: number): void => {};
    const told = new Promise<number>((resolve) => {
      tell = resolve;
    });
    const killed = told.then((pid) => other.query('select pg_terminate_backend($1)', [pid]));
    const work = database.transaction(async (sql) => {
      const { rows } = await sql.query<{ pid: number }>('select pg_backend_pid() as pid');
      tell(rows[0]?.pid ?? 0);
      await killed;
      await sql.query('select 1');
    });
    await expect(work).rejects.toThrow(StoreUnavailableError);
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a database that lets nobody in any more is a StoreUnavailableError, and works once it does again', async () => {
    const server = opened.database;
    const name = `updraft_closed_${randomBytes(6).toString('hex')}`;
    await server.query(`create database "${name}"`);
    const url = new URL(process.env['UPDRAFT_TEST_POSTGRES']!);
    url.pathname = `/${name}`;
    const database = await openDatabase({ url: url.href, embedded: false });
    try {
      await server.query(`alter database "${name}" with allow_connections false`);
      await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      for (const _ of ['the connection that was cut', 'one that is refused']) {
        await expect(database.query('select 1')).rejects.toThrow(StoreUnavailableError);
      }
      await server.query(`alter database "${name}" with allow_connections true`);
      expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await database.close();
      await server.query(`drop database "${name}" with (force)`);
    }
  });

  test('processes that migrate at once do not disturb each other', async () => {
    const others = await Promise.all([opened.openAnother(), opened.openAnother(), opened.openAnother()]);
    const [first] = others;
    await first?.query(`drop schema "${first.schema}" cascade`);
    await Promise.all(others.map((each) => migrate(each)));
    const { rows } = await opened.database.query<{ n: string }>('select count(*) as n from migration');
    expect(rows).toEqual([{ n: String(opened.database.dataSource.migrations.length) }]);
  });
});

test('a database that is not there is a StoreUnavailableError', async () => {
  const opening = openDatabase({ url: 'postgres://postgres@127.0.0.1:1/postgres', embedded: false });
  await expect(opening).rejects.toThrow(StoreUnavailableError);
});

test.each(['', 'Upper', 'a-b', 'pg_mine', 'information_schema', `a"; drop schema public; --`])(
  'the workspace name %j is refused',
  (name) => {
    expect(() => workspaceSchema(name)).toThrow('workspace:');
  },
);
