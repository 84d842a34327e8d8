import { logShapes } from '#contracts/logs';
import { boundLogId } from '#store/workspace';
import { describeOnBoth, type TestDatabase } from '#store/testing/test-database';
import type { Logs } from '#stream/log';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import { BeginLogError, findTopicFaults, readGenesis, writeGenesis, type GenesisWish } from './begin-log.ts';

const CLOCK = { clockMs: Date.UTC(2026, 10, 1), isLive: true };

describeOnBoth('beginning a log', (open) => {
  let opened: TestDatabase;
  let logs: Logs;

  beforeEach(async () => {
    opened = await open();
    logs = createPostgresLogs({ sql: opened.database });
  }, 30_000);

  afterEach(async () => {
    await logs.close();
    await opened.close();
  });

  const typesIn = async (partition: number, log = 'activity'): Promise<string[]> => {
    const types: string[] = [];
    for await (const { records } of logs.read(log, partition, 0)) {
      for (const { value } of records)
        types.push((JSON.parse(value.toString('utf8')) as { type: string }).type);
    }
    return types;
  };

  test('every partition begins with the same genesis, and the database is bound to its log', async () => {
    const { genesis, written } = await writeGenesis(
      logs,
      opened.database,
      { partitions: 3, treasuries: 2 },
      CLOCK,
    );
    expect(written).toEqual([0, 1, 2]);
    expect(genesis).toMatchObject({
      partitions: 3,
      treasuries: 2,
      zone: 'Asia/Shanghai',
      nowMs: CLOCK.clockMs,
    });
    for (const partition of [0, 1, 2]) {
      expect(await typesIn(partition)).toEqual(['updraft.control.genesis.v1', 'updraft.control.settings.v1']);
    }
    for (const partition of [0, 1]) {
      expect(await typesIn(partition, 'treasury')).toEqual(await typesIn(0));
    }
    expect(await readGenesis(logs)).toEqual(genesis);
    expect(await boundLogId(opened.database)).toBe(genesis.logId);
    expect(await findTopicFaults(logs)).toEqual([]);
  });

  test('a second run finds it and writes nothing; history is not live', async () => {
    const history = { ...CLOCK, isLive: false };
    const { genesis } = await writeGenesis(logs, opened.database, { partitions: 2 }, history);
    const again = await writeGenesis(logs, opened.database, { partitions: 2 }, { clockMs: 0, isLive: true });
    expect(again).toEqual({ genesis, written: [] });
    expect(await typesIn(1)).toEqual(['updraft.control.genesis.v1']);
  });

  test('one that was interrupted is completed with the genesis that stands', async () => {
    const { genesis } = await writeGenesis(logs, opened.database, { partitions: 2, treasuries: 2 }, CLOCK);
    const [first] = await firstRecords(logs);
    await withAnother(open, async (halves, database) => {
      await halves.create([{ log: 'activity', partitions: 2 }]);
      await halves.writer('spec').append('activity', 1, [{ key: null, value: first! }]);
      const completed = await writeGenesis(halves, database, {}, { clockMs: 9, isLive: true });
      expect(completed).toEqual({ genesis, written: [0] });
      expect(await halves.endOffsets('treasury')).toEqual([2, 2]);
    });
  }, 30_000);

  test('a log that got more partitions than its genesis knows is refused', async () => {
    await writeGenesis(logs, opened.database, { partitions: 1 }, CLOCK);
    const [first] = await firstRecords(logs);
    await withAnother(open, async (grown, database) => {
      await grown.create(logShapes(2, 2));
      await grown.writer('spec').append('activity', 0, [{ key: null, value: first! }]);
      const rule = 'activity has 2 partitions, its genesis says 1';
      await expect(writeGenesis(grown, database, {}, CLOCK)).rejects.toThrow(rule);
      expect((await findTopicFaults(grown)).join('; ')).toContain(rule);
    });
  }, 30_000);

  test('another number of partitions, zone or log id asks for another workspace, and changes nothing', async () => {
    await writeGenesis(logs, opened.database, { partitions: 2, treasuries: 2 }, CLOCK);
    const refused = async (wish: GenesisWish): Promise<string> => {
      const error = await writeGenesis(logs, opened.database, wish, CLOCK).catch((failed: unknown) => failed);
      expect(error).toBeInstanceOf(BeginLogError);
      return (error as Error).message;
    };
    expect(await refused({ partitions: 3 })).toMatch(/^partitions: genesis says 2, 3 was asked for/);
    const zone = await refused({ zone: 'Europe/Berlin' });
    expect(zone).toMatch(/^zone: genesis says Asia\/Shanghai, Europe\/Berlin was asked for/);
    expect(await refused({ treasuries: 3 })).toMatch(/^treasuries: genesis says 2, 3 was asked for/);
    expect(await refused({ logId: 'other' })).toMatch(/^logId: /);
    expect(await typesIn(0)).toHaveLength(2);
  });

  test('what begins with something else is no workspace', async () => {
    await logs.create([{ log: 'activity', partitions: 1 }]);
    await logs.writer('spec').append('activity', 0, [{ key: null, value: Buffer.from('{"type":"x"}') }]);
    await expect(writeGenesis(logs, opened.database, {}, CLOCK)).rejects.toThrow(/begins with x and not/);
    expect(await boundLogId(opened.database)).toBeNull();
  });

  test.each(['decisions', 'treasury'])('%s without activity is not begun over', async (log) => {
    await logs.create([{ log, partitions: 1 }]);
    await logs.writer('spec').append(log, 0, [{ key: null, value: Buffer.from('{}') }]);
    await expect(writeGenesis(logs, opened.database, { partitions: 1 }, CLOCK)).rejects.toThrow(
      `${log} 0 holds records but activity holds none`,
    );
  });
});

async function withAnother(
  open: () => Promise<TestDatabase>,
  use: (logs: Logs, database: TestDatabase['database']) => Promise<void>,
): Promise<void> {
  const { database, close } = await open();
  const logs = createPostgresLogs({ sql: database });
  try {
    await use(logs, database);
  } finally {
    await logs.close();
    await close();
  }
}

async function firstRecords(logs: Logs): Promise<Buffer[]> {
  for await (const { records } of logs.read('activity', 0, 0)) return records.map(({ value }) => value);
  return [];
}
