import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { describeWithPostgres } from '#store/testing/test-database';
import type { TestDatabase } from '#store/testing/test-database';
import { FencedError } from '../log.ts';
import type { Appended, Claim } from '../log.ts';
import type { LogDatabase } from './log-database.ts';
import { createPostgresLogs } from './postgres-logs.ts';
import { databaseIsAway } from './testing/losing-answers.ts';

const text = (value: string, key: string | null = null): Appended => ({ key, value: Buffer.from(value) });

async function untilTrue(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
}

async function takeOver({ database }: TestDatabase, stage: string): Promise<Claim> {
  const store = createSnapshotStore(database);
  const { takeover } = await store.head(stage, 0);
  const claim = { stage, partition: 0, owner: 'a', takeover: takeover + 1 };
  expect(await store.claim(claim)).toBe(true);
  return claim;
}

describeWithPostgres('logs as tables, several processes', (open) => {
  test('appends over the same partitions in any order never wait for each other crosswise', async () => {
    const opened = await open();
    const connections = [opened.database, await opened.openAnother(), await opened.openAnother()];
    const all = connections.map((sql) => createPostgresLogs({ sql }));
    await all[0]?.create([{ log: 'crosswise', partitions: 4 }]);
    const claim = await takeOver(opened, 'crosswise');
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
        silent ? Promise.reject(databaseIsAway('away')) : database.query<Row>(sql, values),
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
    await untilTrue(() => one.size + two.size === 3 && one.size > 0 && two.size > 0);
    silent = true;
    await untilTrue(() => two.size === 3 && one.size === 0);
    expect(mine.isMember()).toBe(false);
    silent = false;
    await untilTrue(() => mine.isMember() && one.size > 0 && two.size < 3);
    await first.close();
    await second.close();
    await opened.close();
  });
});
