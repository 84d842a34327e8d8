import { clearReadSide, readProgress } from '#store/read/progress';
import type { Database } from '#store/sql';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import {
  capabilityText,
  deadLetterText,
  DecisionChain,
  grantText,
  START_MS,
  tickText,
} from '../testing/records.ts';
import { PLAIN, ScriptedLogs, type DeliveryScript } from '../testing/scripted-logs.ts';
import { deadLettersProjection } from './dead-letters.ts';
import { decisionsProjection } from './decisions.ts';
import { grantsProjection } from './grants.ts';
import {
  LogProjector,
  PROJECTOR_LIMITS,
  type ProjectorLimits,
  type ProjectorObserver,
} from './log-projector.ts';
import { merchantsProjection } from './merchants.ts';

const QUIET: ProjectorObserver = { committed: () => {}, failed: () => {}, looked: () => {}, lost: () => {} };

/** Small and repeatable; not for anything but tests. */
function seeded(seed: number): (limit: number) => number {
  let state = seed * 2_654_435_761;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return Math.abs(state >> 3) % limit;
  };
}

describe('projecting a log', () => {
  let opened: TestDatabase;
  let database: Database;
  const running: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    opened = await openTestDatabase();
    database = opened.database;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => clearReadSide(database));
  afterEach(async () => {
    for (const projector of running.splice(0)) await projector.stop();
  });

  test('gives the same tables however it is cut, redelivered and interrupted', async () => {
    const fill = (logs: ScriptedLogs): void => {
      for (const partition of [0, 1]) {
        const chain = new DecisionChain(partition);
        for (let i = 1; i <= 60; i++) {
          logs.append('decisions', partition, `m-${i % 5}`, chain.next({}, `m-${i % 5}`).text);
          logs.append('grants', partition, `g-${partition}-${i % 7}`, grantOf(partition, i));
          logs.append('capability', partition, null, capabilityOf(partition, i));
          logs.append('dead-letters', partition, null, deadLetterText(partition, i));
          // Appended at least once: a repeat is a new record of the log.
          if (i % 6 === 0) logs.append('dead-letters', partition, null, deadLetterText(partition, i - 2));
        }
      }
    };
    const plain = new ScriptedLogs(2);
    fill(plain);
    await projectAll(plain);
    const expected = await content();
    expect(expected['read_decision']).toHaveLength(120);
    expect(expected['read_grant']).toHaveLength(14);
    expect(expected['read_dead_letter']).toHaveLength(120);

    for (const seed of [1, 2, 3, 4]) {
      const random = seeded(seed);
      const script: DeliveryScript = {
        batchRecords: () => 1 + random(17),
        overlap: () => random(9),
        markers: () => 0,
      };
      const logs = new ScriptedLogs(2, script);
      fill(logs);
      await clearReadSide(database);
      await projectAll(
        logs,
        { batchRecordsMax: 1 + random(40), queueBytesMax: 4_000 + random(40_000) },
        random(3),
      );
      expect({ seed, content: await content() }).toEqual({ seed, content: expected });
    }
  }, 60_000);

  test('markers at the end of a log move the offset on, so that a restart does not read them again', async () => {
    const logs = new ScriptedLogs(1, { ...PLAIN, markers: () => 2 });
    logs.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    start(logs, grantsProjection);

    await until(async () => (await readProgress(database, 'grants'))[0]?.nextOffset === 3);
  });

  test('dropping the tables under a running projection builds them again', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    for (let i = 0; i < 10; i++) logs.append('decisions', 0, 'm-1', chain.next().text);
    const projector = start(logs, decisionsProjection);
    await until(async () => (await rows('read_decision')).length === 10);
    const before = await content();

    await clearReadSide(database);
    logs.append('decisions', 0, 'm-1', chain.next().text);

    await until(async () => (await rows('read_decision')).length === 11);
    expect((await rows('read_decision')).slice(0, 10)).toEqual(before['read_decision']);
    expect(projector.faults()).toEqual([]);
  });

  test.each([
    ['skips a sequence', { sequence: 4 }, /chain broken at 0\/30\/0\/0: sequence is 4, expected 3/],
    [
      'names another predecessor',
      { previousHash: 'f'.repeat(64) },
      /chain broken at .*: previousHash is ffff/,
    ],
    ['does not have the hash it says', { hash: 'e'.repeat(64) }, /chain broken at .* it says eeee/],
  ])(
    'a decision that %s is alarmed, kept readable, and stays alarmed after a restart',
    async (_, some, alarm) => {
      const logs = new ScriptedLogs(1);
      const chain = new DecisionChain(0);
      for (const change of [{}, {}, some, {}]) logs.append('decisions', 0, 'm-1', chain.next(change).text);
      const projector = start(logs, decisionsProjection);
      await until(async () => (await rows('read_decision')).length === 4);
      expect(projector.faults()).toEqual([expect.stringMatching(alarm)]);

      await projector.stop();
      const restarted = start(logs, decisionsProjection);
      await until(() => Promise.resolve(restarted.faults().length === 1));
      expect(restarted.faults()).toEqual([expect.stringMatching(alarm)]);
    },
  );

  test('a sound chain raises no alarm', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    for (let i = 0; i < 5; i++) logs.append('decisions', 0, 'm-1', chain.next().text);
    const projector = start(logs, decisionsProjection);
    await until(async () => (await rows('read_decision')).length === 5);

    expect(projector.faults()).toEqual([]);
  });

  test('decisions of another log id stop the partition before anything of them is stored', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    logs.append('decisions', 0, 'm-1', chain.next().text);
    logs.append('decisions', 0, 'm-1', chain.next({ logId: 'log-2' }).text);
    const projector = start(logs, decisionsProjection);
    await until(() => Promise.resolve(projector.faults().length > 0));

    expect(projector.faults()).toEqual([expect.stringContaining('has log id log-2')]);
    expect(await rows('read_decision')).toHaveLength(1);
  });

  test('a gap in the dead letters of a writer stops its partition and no other', async () => {
    const logs = new ScriptedLogs(2);
    for (const sequence of [1, 2, 4, 5]) logs.append('dead-letters', 0, null, deadLetterText(0, sequence));
    for (const sequence of [1, 2, 3]) logs.append('dead-letters', 1, null, deadLetterText(1, sequence));
    const projector = start(logs, deadLettersProjection);
    await until(async () => (await rows('read_dead_letter')).length === 5);
    logs.append('dead-letters', 1, null, deadLetterText(1, 4));
    await until(async () => (await rows('read_dead_letter')).length === 6);

    expect(projector.faults()).toEqual([
      expect.stringContaining('dead-letters/0 stopped: at offset 2: dead letters of scoring/0 have a gap'),
    ]);
    expect(logs.paused).toEqual(new Set(['dead-letters/0']));
  });

  test('a record that cannot be read stops its partition just before it', async () => {
    const logs = new ScriptedLogs(1);
    logs.append('capability', 0, null, tickText('0/1/0', START_MS));
    logs.append('capability', 0, null, capabilityText('m-1', '0/2/0').replace('merchant.v1', 'merchant.v9'));
    const projector = start(logs, merchantsProjection);
    await until(() => Promise.resolve(projector.faults().length > 0));

    expect(projector.faults()[0]).toMatch(/at offset 1: type .*merchant\.v9.*unknown version/);
    expect((await readProgress(database, 'capability'))[0]).toMatchObject({
      nextOffset: 1,
      position: '0/1/0',
    });
  });

  test('a log that ends before what was projected stops the partition: it has lost records', async () => {
    const logs = new ScriptedLogs(1);
    for (let i = 1; i <= 3; i++) logs.append('grants', 0, `g-${i}`, grantText(`g-${i}`, `0/${i}/0/0`));
    await start(logs, grantsProjection).whenIdle();
    const shorter = new ScriptedLogs(1);
    shorter.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    const projector = start(shorter, grantsProjection);
    await until(() => Promise.resolve(projector.faults().length > 0));

    expect(projector.faults()[0]).toMatch(/up to offset 3, but the log ends at 1/);
  });

  test('a database that is away is tried again; the fault is shown meanwhile and gone afterwards', async () => {
    let isAway = true;
    const failures: string[] = [];
    const flaky: Database = {
      query: (text, values) => database.query(text, values),
      transaction: (work, order) =>
        isAway ? Promise.reject(new Error('connection refused')) : database.transaction(work, order),
      close: () => Promise.resolve(),
    };
    const logs = new ScriptedLogs(1);
    logs.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    const observer = { ...QUIET, failed: (_: string, error: Error) => void failures.push(error.message) };
    const projector = start(logs, grantsProjection, PROJECTOR_LIMITS, flaky, observer);
    await until(() => Promise.resolve(failures.length >= 2));
    expect(projector.faults()).toEqual(['grants: not projecting: connection refused']);

    isAway = false;
    await until(async () => (await rows('read_grant')).length === 1);
    await until(() => Promise.resolve(projector.faults().length === 0));
  });

  test('of two readers of a partition every record is projected once, and both find the way', async () => {
    const logs = new ScriptedLogs(1, { ...PLAIN, batchRecords: () => 3 });
    const chain = new DecisionChain(0);
    const first = start(logs, decisionsProjection);
    const second = start(logs, decisionsProjection);
    for (let i = 0; i < 40; i++) logs.append('decisions', 0, 'm-1', chain.next().text);

    await until(async () => (await rows('read_decision')).length === 40);
    expect([...first.faults(), ...second.faults()]).toEqual([]);
    expect((await readProgress(database, 'decisions'))[0]?.nextOffset).toBe(40);
  });

  test('a queue beyond its bound pauses the partition until it is worked off', async () => {
    const logs = new ScriptedLogs(1, { ...PLAIN, batchRecords: () => 2 });
    let isPausedOnce = false;
    const observer = { ...QUIET, committed: () => (isPausedOnce ||= logs.paused.has('grants/0')) };
    for (let i = 1; i <= 50; i++) logs.append('grants', 0, `g-${i}`, grantText(`g-${i}`, `0/${i}/0/0`));
    start(logs, grantsProjection, { batchRecordsMax: 4, queueBytesMax: 3_000 }, database, observer);

    await until(async () => (await rows('read_grant')).length === 50);
    expect(isPausedOnce).toBe(true);
  });

  test('log time is that of the last tick, and an older one does not turn it back', async () => {
    const logs = new ScriptedLogs(1);
    logs.append('capability', 0, null, tickText('0/1/0', START_MS + 2_000));
    logs.append('capability', 0, null, tickText('0/2/0', START_MS + 1_000));
    await start(logs, merchantsProjection).whenIdle();

    const [progress] = await readProgress(database, 'capability');
    expect(JSON.parse(progress!.marks)).toEqual({ nowMs: START_MS + 2_000, nowPosition: '0/1/0' });
    expect(progress!.position).toBe('0/2/0');
  });

  function start<M extends object, Row>(
    logs: ScriptedLogs,
    projection: ConstructorParameters<typeof LogProjector<M, Row>>[0],
    limits: ProjectorLimits = PROJECTOR_LIMITS,
    on: Database = database,
    observer: ProjectorObserver = QUIET,
  ): LogProjector<M, Row> & { whenIdle(): Promise<void> } {
    const projector = new LogProjector(projection, logs, on, observer, limits);
    const started = projector.start();
    running.push({
      stop: async () => {
        await started;
        await projector.stop();
      },
    });
    const whenIdle = async (): Promise<void> => {
      const ends = await logs.endOffsets(projection.log);
      await until(async () => {
        const progress = await readProgress(database, projection.log);
        return ends.every(
          (end, p) => end === (progress.find((each) => each.partition === p)?.nextOffset ?? 0),
        );
      });
    };
    return Object.assign(projector, { whenIdle });
  }

  /** Projects everything, stopping and starting anew `restarts` times on the way. */
  async function projectAll(logs: ScriptedLogs, limits = PROJECTOR_LIMITS, restarts = 0): Promise<void> {
    for (let i = 0; i < restarts; i++) {
      startAll(logs, limits);
      await new Promise((resolve) => setTimeout(resolve, 40));
      for (const projector of running.splice(0)) await projector.stop();
    }
    for (const projector of startAll(logs, limits)) await projector.whenIdle();
    for (const projector of running.splice(0)) await projector.stop();
  }

  function startAll(logs: ScriptedLogs, limits: ProjectorLimits): { whenIdle(): Promise<void> }[] {
    return [
      start(logs, decisionsProjection, limits),
      start(logs, grantsProjection, limits),
      start(logs, merchantsProjection, limits),
      start(logs, deadLettersProjection, limits),
    ];
  }

  async function rows(table: string): Promise<unknown[]> {
    return (await database.query(`select * from ${table} t order by t`)).rows;
  }

  async function content(): Promise<Record<string, unknown[]>> {
    const tables = ['read_decision', 'read_grant', 'read_merchant', 'read_dead_letter', 'read_progress'];
    const entries: [string, unknown[]][] = [];
    for (const table of tables) entries.push([table, await rows(table)]);
    return Object.fromEntries(entries);
  }
});

function grantOf(partition: number, i: number): string {
  const status = i % 3 === 0 ? 'shrunk' : 'active';
  return grantText(`g-${partition}-${i % 7}`, `${partition}/${i}/0/0`, { status, size: i });
}

function capabilityOf(partition: number, i: number): string {
  if (i % 4 === 0) return tickText(`${partition}/${i}/0`, START_MS + i);
  return capabilityText(`m-${partition}-${i % 6}`, `${partition}/${i}/0`, { scoreBps: i });
}

const UNTIL_MS = 15_000;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + UNTIL_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not so within ${UNTIL_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
