import type { Decision } from '#domain/outputs';
import { HOUR_MS } from '#domain/time';
import { clearReadSide, READ_TABLES, readProgress } from '#store/read/progress';
import type { Database } from '#store/sql';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { ACCOUNT, budget, leaseText, requestText, returnText, usageText } from '../testing/money-records.ts';
import {
  balance,
  capabilityText,
  deadLetterText,
  DecisionChain,
  grantText,
  START_MS,
  tickText,
} from '../testing/records.ts';
import { QUIET, RunningProjections, type RunningOptions } from '../testing/running-projections.ts';
import { PLAIN, ScriptedLogs, type DeliveryScript } from '../testing/scripted-logs.ts';
import { until } from '../testing/until.ts';
import { deadLettersProjection } from './dead-letters.ts';
import { decisionsProjection } from './decisions.ts';
import { grantsProjection } from './grants.ts';
import { capabilityProjection } from './capability.ts';
import { treasuryProjection } from './treasury.ts';

describe('projecting a log', () => {
  let opened: TestDatabase;
  let database: Database;
  let running: RunningProjections;

  beforeAll(async () => {
    opened = await openTestDatabase();
    database = opened.database;
    running = new RunningProjections(database);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => clearReadSide(database));
  afterEach(() => running.stopAll());

  test('gives the same tables however it is cut, redelivered and interrupted', async () => {
    const plain = new ScriptedLogs(2);
    fill(plain);
    await projectAll(plain, {}, 0);
    const expected = await running.content();
    expect(expected['read_decision']).toHaveLength(120);
    expect(expected['read_grant']).toHaveLength(14);
    expect(expected['read_dead_letter']).toHaveLength(120);
    expect(expected['read_account']).toHaveLength(4);
    expect(expected['read_pending']!.length).toBeGreaterThan(3);
    for (const table of READ_TABLES) expect(expected[table]).not.toEqual([]);

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
      const limits = { batchRecordsMax: 1 + random(40), queueBytesMax: 4_000 + random(40_000) };
      await projectAll(logs, { limits }, random(3));
      expect({ seed, content: await running.content() }).toEqual({ seed, content: expected });
    }
  }, 60_000);

  test('markers at the end of a log move the offset on, so that a restart does not read them again', async () => {
    const logs = new ScriptedLogs(1, { ...PLAIN, markers: () => 2 });
    logs.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    await running.start(logs, grantsProjection);

    await until(async () => (await readProgress(database, 'grants'))[0]?.nextOffset === 3);
  });

  test('emptying the tables under a running projection builds them again', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    for (let i = 0; i < 10; i++) logs.append('decisions', 0, 'm-1', chain.next().text);
    const projector = await running.start(logs, decisionsProjection);
    await until(async () => (await running.rows('read_decision')).length === 10);
    const before = await running.rows('read_decision');

    await clearReadSide(database);
    logs.append('decisions', 0, 'm-1', chain.next().text);

    await until(async () => (await running.rows('read_decision')).length === 11);
    expect((await running.rows('read_decision')).slice(0, 10)).toEqual(before);
    expect(projector.faults()).toEqual([]);
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
    const projector = await running.start(logs, grantsProjection, { database: flaky, observer });
    await until(() => failures.length >= 2);
    expect(projector.faults()).toEqual(['grants: not projecting: connection refused']);

    isAway = false;
    await until(async () => (await running.rows('read_grant')).length === 1);
    await until(() => projector.faults().length === 0);
  });

  test('after a commit whose answer was lost nothing is projected twice', async () => {
    let isLosing = true;
    const losing: Database = {
      query: (text, values) => database.query(text, values),
      transaction: async (work, order) => {
        const done = await database.transaction(work, order);
        if (isLosing) throw new Error('the answer was lost');
        return done;
      },
      close: () => Promise.resolve(),
    };
    const logs = new ScriptedLogs(1);
    for (const sequence of [1, 2, 3]) logs.append('dead-letters', 0, null, deadLetterText(0, sequence));
    const projector = await running.start(logs, deadLettersProjection, { database: losing });
    await until(() => projector.faults().length === 1);
    isLosing = false;
    logs.append('dead-letters', 0, null, deadLetterText(0, 4));

    await until(async () => (await running.rows('read_dead_letter')).length === 4);
    await until(() => projector.faults().length === 0);
  });

  test('of two readers of a partition every record is projected once, and both find the way', async () => {
    const logs = new ScriptedLogs(1, { ...PLAIN, batchRecords: () => 3 });
    const chain = new DecisionChain(0);
    const first = await running.start(logs, decisionsProjection);
    const second = await running.start(logs, decisionsProjection);
    for (let i = 0; i < 40; i++) logs.append('decisions', 0, 'm-1', chain.next().text);

    await until(async () => (await running.rows('read_decision')).length === 40);
    await running.caughtUp(logs, 'decisions');
    expect([...first.faults(), ...second.faults()]).toEqual([]);
  });

  test('a queue beyond its bound pauses the partition until it is worked off', async () => {
    const logs = new ScriptedLogs(1, { ...PLAIN, batchRecords: () => 2 });
    let isPausedOnce = false;
    const observer = { ...QUIET, committed: () => (isPausedOnce ||= logs.paused.has('grants/0')) };
    for (let i = 1; i <= 50; i++) logs.append('grants', 0, `g-${i}`, grantText(`g-${i}`, `0/${i}/0/0`));
    const limits = { batchRecordsMax: 4, queueBytesMax: 3_000 };
    await running.start(logs, grantsProjection, { limits, observer });

    await until(async () => (await running.rows('read_grant')).length === 50);
    expect(isPausedOnce).toBe(true);
  });

  test('log time is that of the last tick, and an older one does not turn it back', async () => {
    const logs = new ScriptedLogs(1);
    logs.append('capability', 0, null, tickText('0/1/0', START_MS + 2_000));
    logs.append('capability', 0, null, tickText('0/2/0', START_MS + 1_000));
    await running.start(logs, capabilityProjection);
    await running.caughtUp(logs, 'capability');

    const [progress] = await readProgress(database, 'capability');
    expect(JSON.parse(progress!.marks)).toMatchObject({ nowMs: START_MS + 2_000, nowPosition: '0/1/0' });
    expect(progress!.position).toBe('0/2/0');
  });

  /** Projects everything, stopping and starting anew `restarts` times on the way. */
  async function projectAll(logs: ScriptedLogs, options: RunningOptions, restarts: number): Promise<void> {
    for (let left = restarts; left >= 0; left--) {
      await running.start(logs, decisionsProjection, options);
      await running.start(logs, grantsProjection, options);
      await running.start(logs, capabilityProjection, options);
      await running.start(logs, treasuryProjection, options);
      await running.start(logs, deadLettersProjection, options);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, 40));
      else for (const log of LOGS) await running.caughtUp(logs, log);
      await running.stopAll();
    }
  }
});

const LOGS = ['decisions', 'grants', 'capability', 'treasury', 'dead-letters'];

function fill(logs: ScriptedLogs): void {
  for (const partition of [0, 1]) {
    const chain = new DecisionChain(partition);
    for (let i = 1; i <= 60; i++) {
      const merchant = `m-${partition}-${i % 5}`;
      logs.append('decisions', partition, merchant, chain.next(decisionOf(i), merchant, timeOf(i)).text);
      logs.append('treasury', 1 - partition, null, treasuryOf(partition, i));
      logs.append('grants', partition, `g-${partition}-${i % 7}`, grantOf(partition, i));
      logs.append('capability', partition, null, capabilityOf(partition, i));
      logs.append('dead-letters', partition, null, deadLetterText(partition, i));
      // Appended at least once: a repeat is a new record of the log.
      if (i % 6 === 0) logs.append('dead-letters', partition, null, deadLetterText(partition, i - 2));
      if (i % 5 === 0) logs.append('treasury', 1 - partition, null, treasuryOf(partition, i - 3));
    }
  }
}

function timeOf(i: number): number {
  return START_MS + Math.floor(i / 8) * HOUR_MS;
}

/** Positions of decisions are ten apart, those of what is told the treasury stand between them. */
function treasuryOf(partition: number, i: number): string {
  const said = { balance: balance({ free: 9_000 - i, spent: i }), account: i % 9 === 0 ? 'other' : ACCOUNT };
  const position = `${partition}/${i * 10 + (i % 2) * 5}/0/1`;
  return i % 4 === 0 ? returnText(i, position, said, timeOf(i)) : requestText(i, position, said, timeOf(i));
}

function decisionOf(i: number): Partial<Decision> {
  const after = balance({ free: 9_000 - i, held: 1_000 - i, spent: 2 * i });
  if (i % 3 === 0) {
    return {
      outcome: 'wait',
      reasons: ['budget-on-its-way'],
      budget: budget(),
      until: '2026-11-12T00:00:00.000Z',
    };
  }
  if (i % 7 === 0) return { outcome: 'withhold', reasons: ['budget-dry'], budget: budget() };
  return { outcome: i % 5 === 1 ? 'settle' : 'issue', budget: budget({ after }) };
}

function grantOf(partition: number, i: number): string {
  const status = i % 3 === 0 ? 'shrunk' : 'active';
  return grantText(`g-${partition}-${i % 7}`, `${partition}/${i}/0/0`, { status, size: i });
}

function capabilityOf(partition: number, i: number): string {
  const position = `${partition}/${i}/0`;
  if (i % 4 === 0) return tickText(position, START_MS + i);
  if (i % 4 === 1) return leaseText(position, { sequence: i, amount: i });
  if (i % 4 === 2) return usageText(position, { used: (i * 7) % 60, clicks: i }, `m-${partition}-${i % 3}`);
  return capabilityText(`m-${partition}-${i % 6}`, position, { score: i });
}

/** Small and repeatable; not for anything but tests. */
function seeded(seed: number): (limit: number) => number {
  let state = seed * 2_654_435_761;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return Math.abs(state >> 3) % limit;
  };
}
