import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { StoreUnavailableError } from '#store/snapshot-store';
import { describeWithPostgres, openTestDatabase } from '#store/testing/test-database';
import type { TestDatabase } from '#store/testing/test-database';
import { describeLogContract } from '../log-contract.ts';
import type { Fault, LogContractSubject } from '../log-contract.ts';
import { AmbiguousError, FencedError, UnavailableError } from '../log.ts';
import type { Appended, Claim, LogRecord, Logs } from '../log.ts';
import { appendRecords } from './append-records.ts';
import { LogCatalog } from './log-catalog.ts';
import type { LogDatabase } from './log-database.ts';
import { createPostgresLogs } from './postgres-logs.ts';

const FAULTS: readonly Fault[] = ['dropNextAppendAnswer', 'abortedSend'];
const GROUP_TIMES = { sessionMs: 3_000, heartbeatMs: 250 };

/** A database that can lose the answer to a statement: it is done, and nobody is told. */
function losingAnswers(database: LogDatabase): { database: LogDatabase; dropNext(): void } {
  let dropping = false;
  return {
    dropNext: () => {
      dropping = true;
    },
    database: {
      embedded: database.embedded,
      transaction: (work, order) => database.transaction(work, order),
      async query<Row>(text: string, values?: readonly unknown[]) {
        const result = await database.query<Row>(text, values);
        if (!dropping || !text.includes('insert into log_record')) return result;
        dropping = false;
        throw new StoreUnavailableError('the answer was lost');
      },
    },
  };
}

async function openSubject(open: () => Promise<TestDatabase>): Promise<LogContractSubject> {
  const opened = await open();
  const losing = losingAnswers(opened.database);
  const logs = createPostgresLogs({ sql: losing.database, groupTimes: GROUP_TIMES });
  const elsewhere = opened.database.embedded ? losing.database : await opened.openAnother();
  const others: Logs[] = [];
  return {
    logs,
    second() {
      const other = createPostgresLogs({ sql: elsewhere, groupTimes: GROUP_TIMES });
      others.push(other);
      return other;
    },
    claimSetup: (stage, partition, owner, takeover) =>
      setClaim(opened, { stage, partition, owner, takeover }),
    faults: {
      dropNextAppendAnswer: losing.dropNext,
      abortedSend: (log, partition, records) => appendAndRollBack(opened.database, log, partition, records),
    },
    async close() {
      for (const each of [logs, ...others]) await each.close();
      await opened.close();
    },
  };
}

async function setClaim({ database }: TestDatabase, claim: Claim): Promise<void> {
  const store = createSnapshotStore(database);
  await store.head(claim.stage, claim.partition);
  await database.query(
    `update stage_head set owner = $3, takeover = $4 where stage = $1 and partition = $2`,
    [claim.stage, claim.partition, claim.owner, claim.takeover],
  );
}

async function appendAndRollBack(
  database: LogDatabase,
  log: string,
  partition: number,
  records: readonly Appended[],
): Promise<void> {
  const { id } = await new LogCatalog(database).find(log);
  const aborted = database.transaction(async (sql) => {
    const inside: LogDatabase = {
      embedded: database.embedded,
      query: sql.query,
      transaction: (work) => work(sql),
    };
    await appendRecords(inside, [{ logId: id, partition, records }], null);
    throw new Error('aborted');
  });
  await expect(aborted).rejects.toThrow('aborted');
}

async function readAll(logs: Logs, log: string, partition: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of logs.read(log, partition, 0)) records.push(...batch.records);
  return records;
}

const text = (value: string, key: string | null = null): Appended => ({ key, value: Buffer.from(value) });

describeLogContract('the log port on PGlite', () => openSubject(openTestDatabase), FAULTS);
describeWithPostgres('the log port', (open) => {
  describeLogContract('fulfils the contract', () => openSubject(open), FAULTS);
});

/** What only this adapter promises. */
function describeAdapter(open: () => Promise<TestDatabase>): void {
  let opened: TestDatabase;
  let logs: Logs;
  beforeAll(async () => {
    opened = await open();
    logs = createPostgresLogs({ sql: opened.database, groupTimes: GROUP_TIMES });
  });
  afterAll(async () => {
    await logs.close();
    await opened.close();
  });

  test('offsets are contiguous from 0, over calls and statements of any size', async () => {
    await logs.create([{ log: 'contiguous', partitions: 2 }]);
    const writer = logs.writer('w');
    const sizes = [1, 6_000, 3, 12_001, 2];
    await Promise.all(
      sizes.map((size) =>
        writer.append(
          'contiguous',
          1,
          Array.from({ length: size }, () => text('x')),
        ),
      ),
    );
    const total = sizes.reduce((sum, size) => sum + size);
    const records = await readAll(logs, 'contiguous', 1);
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: total }, (_, index) => index));
    expect(await logs.endOffsets('contiguous')).toEqual([0, total]);
  });

  test('a publication larger than a statement is still all or nothing', async () => {
    await logs.create([{ log: 'large', partitions: 1 }]);
    const claim = { stage: 'large', partition: 0, owner: 'a', takeover: 3 };
    await setClaim(opened, claim);
    const outputs = Array.from({ length: 12_000 }, (_, i) => ({
      log: 'large',
      partition: 0,
      ...text(String(i)),
    }));
    const publisher = await logs.publisher('p');
    await expect(publisher.publish(outputs, { ...claim, takeover: 2 })).rejects.toThrow(FencedError);
    expect(await logs.endOffsets('large')).toEqual([0]);
    expect(await publisher.publish(outputs, claim)).toEqual(new Map([['large', 0]]));
    expect((await readAll(logs, 'large', 0)).map(({ value }) => value.toString())).toEqual(
      outputs.map(({ value }) => value.toString()),
    );
  });

  test('a publication whose answer is lost is ambiguous, and the record stands', async () => {
    const losing = losingAnswers(opened.database);
    const apart = createPostgresLogs({ sql: losing.database });
    await apart.create([{ log: 'ambiguous', partitions: 1 }]);
    const claim = { stage: 'ambiguous', partition: 0, owner: 'a', takeover: 1 };
    await setClaim(opened, claim);
    const publisher = await apart.publisher('p');
    losing.dropNext();
    const publishing = publisher.publish([{ log: 'ambiguous', partition: 0, ...text('x') }], claim);
    await expect(publishing).rejects.toThrow(AmbiguousError);
    expect(await readAll(logs, 'ambiguous', 0)).toHaveLength(1);
  });

  test('a compacted log keeps the newest record of each key and every record without one', async () => {
    await logs.create([{ log: 'compacted', partitions: 2, compacted: true }]);
    const claim = { stage: 'compacted', partition: 0, owner: 'a', takeover: 1 };
    await setClaim(opened, claim);
    const publisher = await logs.publisher('p');
    const count = 9_000;
    const outputs = Array.from({ length: count }, (_, i) => ({
      log: 'compacted',
      partition: 1,
      ...text(String(i), i === 0 ? null : `grant-${i % 10}`),
    }));
    await publisher.publish(outputs, claim);
    await publisher.close();
    const records = await readAll(logs, 'compacted', 1);
    expect(records.map(({ offset }) => offset)).toEqual([
      0,
      ...Array.from({ length: 10 }, (_, i) => count - 10 + i),
    ]);
    expect(await logs.endOffsets('compacted')).toEqual([0, count]);
    await logs.writer('w').append('compacted', 1, [text('later', 'grant-1')]);
    expect((await readAll(logs, 'compacted', 1)).at(-1)?.offset).toBe(count);
  });

  test('a log or partition that does not exist is refused by name, and other appends go on', async () => {
    await logs.create([{ log: 'known', partitions: 1 }]);
    const writer = logs.writer('w');
    const calls = [writer.append('known', 0, [text('a')]), writer.append('unknown', 0, [text('b')])];
    calls.push(writer.append('known', 7, [text('c')]), writer.append('known', 0, [text('d')]));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    await expect(calls[1]).rejects.toThrow('"unknown" does not exist');
    await expect(calls[2]).rejects.toThrow('partitions 0 to 0, not 7');
    expect(await readAll(logs, 'known', 0)).toHaveLength(2);
  });

  test('a writer refuses more than it may hold, and takes more when that is written', async () => {
    await logs.create([{ log: 'backlog', partitions: 1 }]);
    const writer = logs.writer('w');
    const call = (): Appended[] =>
      Array.from({ length: 40 }, () => ({ key: null, value: Buffer.alloc(900 * 1024) }));
    const accepted = writer.append('backlog', 0, call());
    await expect(writer.append('backlog', 0, call())).rejects.toThrow(UnavailableError);
    await accepted;
    await writer.append('backlog', 0, [text('after')]);
    expect(await logs.endOffsets('backlog')).toEqual([41]);
  });

  test('a closed subscription delivers nothing, not even a page that was being read', async () => {
    await logs.create([{ log: 'closing', partitions: 1 }]);
    await logs.writer('w').append(
      'closing',
      0,
      Array.from({ length: 5_000 }, () => text('x'.repeat(500))),
    );
    let batches = 0;
    let assigned = (): void => {};
    const ready = new Promise<void>((resolve) => {
      assigned = resolve;
    });
    const subscription = await logs.subscribe('closing', 'g', {
      assigned,
      revoked: () => {},
      batch: () => {
        batches++;
      },
    });
    await ready;
    subscription.resume(0, 0);
    await new Promise((resolve) => setImmediate(resolve));
    await subscription.close();
    const atClose = batches;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(batches).toBe(atClose);
    expect(atClose).toBe(0);
  });
}

describe('logs as tables (PGlite)', () => describeAdapter(openTestDatabase));
describeWithPostgres('logs as tables', (open) => {
  describeAdapter(open);

  test('appends over the same partitions in any order never wait for each other crosswise', async () => {
    const opened = await open();
    const connections = [opened.database, await opened.openAnother(), await opened.openAnother()];
    const all = connections.map((sql) => createPostgresLogs({ sql }));
    await all[0]?.create([{ log: 'crosswise', partitions: 4 }]);
    const claim = { stage: 'crosswise', partition: 0, owner: 'a', takeover: 1 };
    await setClaim(opened, claim);
    const rounds = 60;
    await Promise.all(
      all.map(async (logs, name) => {
        const publisher = await logs.publisher(`p${name}`);
        for (let round = 0; round < rounds; round++) {
          const order = [0, 1, 2, 3].map((i) => (i * (name + 1) + round) % 4);
          const outputs = order.flatMap((p) =>
            [0, 1].map(() => ({ log: 'crosswise', partition: p, ...text('x') })),
          );
          await publisher.publish(outputs, claim);
        }
      }),
    );
    const ends = (await all[0]?.endOffsets('crosswise')) ?? [];
    expect(ends.reduce((sum, end) => sum + end)).toBe(3 * rounds * 8);
    await opened.close();
  });

  test('a take-over waits for the publication under way, and the next one is fenced', async () => {
    const opened = await open();
    const store = createSnapshotStore(await opened.openAnother());
    const logs = createPostgresLogs({ sql: opened.database });
    await logs.create([{ log: 'fenced', partitions: 1 }]);
    await store.head('fenced', 0);
    const claim = { stage: 'fenced', partition: 0, owner: 'a', takeover: 1 };
    await store.claim(claim);
    const publisher = await logs.publisher('p');
    let published = 0;
    const publishing = (async (): Promise<void> => {
      for (;;) {
        await publisher.publish([{ log: 'fenced', partition: 0, ...text('x') }], claim);
        published++;
      }
    })();
    while (published < 20) await new Promise((resolve) => setTimeout(resolve, 1));
    await store.claim({ ...claim, owner: 'b', takeover: 2 });
    const atClaim = await logs.endOffsets('fenced');
    await expect(publishing).rejects.toThrow(FencedError);
    // Whatever the first owner got in was in before the claim was: the new owner, reading now, misses nothing.
    expect(await logs.endOffsets('fenced')).toEqual(atClaim);
    await opened.close();
  });

  test('a member that falls silent loses its partitions to the others, and knows it', async () => {
    const opened = await open();
    let silent = false;
    const database = opened.database;
    const failing: LogDatabase = {
      embedded: false,
      transaction: (work, order) => database.transaction(work, order),
      query: <Row>(sql: string, values?: readonly unknown[]) =>
        silent ? Promise.reject(new StoreUnavailableError('away')) : database.query<Row>(sql, values),
    };
    const times = { sessionMs: 800, heartbeatMs: 100 };
    const first = createPostgresLogs({ sql: failing, groupTimes: times });
    const second = createPostgresLogs({ sql: await opened.openAnother(), groupTimes: times });
    await first.create([{ log: 'silent', partitions: 3 }]);
    const one = new Set<number>();
    const two = new Set<number>();
    const noting = (own: Set<number>) => ({
      assigned: (partitions: readonly number[]) => partitions.forEach((p) => own.add(p)),
      revoked: (partitions: readonly number[]) => partitions.forEach((p) => own.delete(p)),
      batch: () => {},
    });
    const mine = await first.subscribe('silent', 'g', noting(one));
    await second.subscribe('silent', 'g', noting(two));
    const until = async (holds: () => boolean): Promise<void> => {
      for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(holds()).toBe(true);
    };
    await until(() => one.size + two.size === 3 && one.size > 0 && two.size > 0);
    silent = true;
    await until(() => two.size === 3 && one.size === 0);
    expect(mine.isMember()).toBe(false);
    silent = false;
    await until(() => mine.isMember() && one.size > 0 && two.size < 3);
    await first.close();
    await second.close();
    await opened.close();
  });
});
