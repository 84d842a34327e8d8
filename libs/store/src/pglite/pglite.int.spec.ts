import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../database.ts';
import type { StoreDatabase } from '../database.ts';
import { createSnapshotStore } from '../postgres-snapshot-store.ts';
import { StoreUnavailableError } from '../snapshot-store.ts';
import type { SnapshotMark } from '../snapshot-store.ts';
import { MIGRATED_IMAGE } from '../testing/test-database.ts';
import { packageRoot } from './package-root.ts';
import { startPglite } from './pglite.ts';

const ROOT = packageRoot(import.meta.url);
const MARK: SnapshotMark = {
  position: '0/1',
  inputOffset: 1,
  published: null,
  format: 1,
  engine: 1,
  facts: {},
};

let dataDir = '';
let child: ChildProcess | null = null;
/** Starting takes a second, several on a busy machine. */
const CASE_TIMEOUT_MS = 60_000;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'updraft-pglite-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
}, CASE_TIMEOUT_MS);

/** The worker in a process of its own, so that the whole process can be killed. Resolves with its address. */
async function startProcess(): Promise<string> {
  const pgdata = join(dataDir, 'pgdata');
  mkdirSync(pgdata);
  const program = `
    import { Worker } from 'node:worker_threads';
    const worker = new Worker(${JSON.stringify(join(ROOT, 'libs/store/src/pglite/pglite-worker.mjs'))},
      { workerData: { dataDir: ${JSON.stringify(pgdata)}, imagePath: ${JSON.stringify(MIGRATED_IMAGE)}, cacheMb: 24 },
        execArgv: [] });
    worker.on('message', (message) => { if (message.kind === 'ready') console.log(message.address); });`;
  const started = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] },
  });
  child = started;
  return await new Promise((resolve, reject) => {
    started.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    started.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

test(
  'what was committed before the whole process was killed is there after it, and nothing else',
  async () => {
    const url = `postgres://postgres@${await startProcess()}/postgres`;
    const before = await openDatabase({ url, embedded: true });
    const store = createSnapshotStore(before);
    await store.head('scoring', 0);
    const claim = { stage: 'scoring', partition: 0, owner: 'a', takeover: 1 };
    await store.claim(claim);
    const keys = Array.from({ length: 2_000 }, (_, i) => `m${i}`);
    let saved = 0;
    const killAt = 8;
    const writing = (async (): Promise<void> => {
      for (let n = 1; ; n++) {
        const rows = keys.map((key) => ({
          key,
          due: n,
          held: false,
          waiting: null,
          body: `${n}`.repeat(50),
        }));
        if (n === killAt) setTimeout(() => child?.kill('SIGKILL'), 15);
        const frozen = { root: String(n), rows, chunks: [], droppedHours: [] };
        await store.save(claim, { ...MARK, inputOffset: n }, frozen);
        saved = n;
      }
    })();
    await expect(writing).rejects.toThrow(StoreUnavailableError);
    await before.close();
    expect(saved).toBeGreaterThanOrEqual(killAt - 1);

    const pglite = await startPglite({ dataDir });
    const after = await openDatabase({ url: pglite.url, embedded: true });
    const recovered = createSnapshotStore(after);
    const head = await recovered.head('scoring', 0);
    const last = Number(head.snapshot?.root);
    expect([saved, saved + 1]).toContain(last);
    const rows = await recovered.rows(claim, keys);
    expect(new Set(rows.values())).toEqual(new Set([`${last}`.repeat(50)]));
    expect(rows.size).toBe(keys.length);
    await after.close();
    await pglite.stop();
  },
  CASE_TIMEOUT_MS,
);

test(
  'an orderly stop keeps the data and releases the directory',
  async () => {
    for (const expected of ['1', '2']) {
      const pglite = await startPglite({ dataDir, image: MIGRATED_IMAGE });
      await expect(startPglite({ dataDir })).rejects.toThrow(
        `${dataDir} is in use by process ${process.pid}`,
      );
      const database = await openDatabase({ url: pglite.url, embedded: true });
      await insertHead(database, Number(expected));
      const { rows } = await database.query<{ n: string }>('select count(*) as n from stage_head');
      expect(rows).toEqual([{ n: expected }]);
      await database.close();
      await pglite.stop();
    }
    expect(existsSync(join(dataDir, 'updraft.lock'))).toBe(false);
  },
  CASE_TIMEOUT_MS,
);

test(
  'takes as much memory for pages as it is given',
  async () => {
    const pglite = await startPglite({ cacheMb: 24, image: MIGRATED_IMAGE });
    const database = await openDatabase({ url: pglite.url, embedded: true });
    expect((await database.query('show shared_buffers')).rows).toEqual([{ shared_buffers: '24MB' }]);
    await database.close();
    await pglite.stop();
  },
  CASE_TIMEOUT_MS,
);

test(
  'a new connection does not inherit prepared statements or settings of the one before',
  async () => {
    const pglite = await startPglite({ image: MIGRATED_IMAGE });
    const first = await openDatabase({ url: pglite.url, embedded: true });
    await first.query('select $1::int', [1]);
    await first.query(`set work_mem = '5MB'`);
    await first.close();
    const second = await openDatabase({ url: pglite.url, embedded: true });
    expect((await second.query('select $1::int as one', [1])).rows).toEqual([{ one: 1 }]);
    expect((await second.query('show work_mem')).rows).toEqual([{ work_mem: '4MB' }]);
    await second.close();
    await pglite.stop();
  },
  CASE_TIMEOUT_MS,
);

test(
  'projections wait until nobody else does',
  async () => {
    const pglite = await startPglite({ image: MIGRATED_IMAGE });
    const database = await openDatabase({ url: pglite.url, embedded: true });
    const order: string[] = [];
    const run = (name: string, lane: 'fair' | 'last'): Promise<void> =>
      database.transaction(async (sql) => {
        await sql.query('select 1');
        order.push(name);
      }, lane);
    await Promise.all([
      run('first', 'fair'),
      run('projection', 'last'),
      run('second', 'fair'),
      run('third', 'fair'),
    ]);
    expect(order).toEqual(['first', 'second', 'third', 'projection']);
    await database.close();
    await pglite.stop();
  },
  CASE_TIMEOUT_MS,
);

test(
  'a transaction that nobody goes on with is told to the process',
  async () => {
    let tell = (_reason: string): void => {};
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const pglite = await startPglite({
      image: MIGRATED_IMAGE,
      stuckMs: 1_500,
      onStuck: (reason) => tell(reason),
    });
    const database = await openDatabase({ url: pglite.url, embedded: true });
    await database.transaction(async (sql) => {
      await sql.query('select 1');
      expect(await told).toContain('open and idle');
    });
    await database.close();
    await pglite.stop();
  },
  CASE_TIMEOUT_MS,
);

async function insertHead(database: StoreDatabase, partition: number): Promise<void> {
  await database.query('insert into stage_head (stage, partition, takeover) values ($1, $2, 0)', [
    'kept',
    partition,
  ]);
}
