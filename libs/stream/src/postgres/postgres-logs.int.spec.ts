import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { describeOnBoth } from '#store/testing/test-database';
import type { TestDatabase } from '#store/testing/test-database';
import { AmbiguousError, FencedError, UnavailableError } from '../log.ts';
import type { Appended, Claim, LogRecord, Logs } from '../log.ts';
import { createPostgresLogs } from './postgres-logs.ts';
import { losingAnswers } from './testing/losing-answers.ts';

// What this adapter promises beyond the contract.

const text = (value: string, key: string | null = null): Appended => ({ key, value: Buffer.from(value) });

async function collectFrom(logs: Logs, log: string, partition: number, from: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of logs.read(log, partition, from)) records.push(...batch.records);
  return records;
}

const readAll = (logs: Logs, log: string, partition: number): Promise<LogRecord[]> =>
  collectFrom(logs, log, partition, 0);

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

describeOnBoth('logs as tables', (open) => {
  let opened: TestDatabase;
  let logs: Logs;
  beforeAll(async () => {
    opened = await open();
    logs = createPostgresLogs({ sql: opened.database });
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
    const claim = await takeOver(opened, 'large');
    const outputs = Array.from({ length: 12_000 }, (_, i) => ({
      log: 'large',
      partition: 0,
      ...text(String(i)),
    }));
    const publisher = await logs.publisher('p');
    await expect(publisher.publish(outputs, { ...claim, takeover: claim.takeover + 1 })).rejects.toThrow(
      FencedError,
    );
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
    const claim = await takeOver(opened, 'ambiguous');
    const publisher = await apart.publisher('p');
    losing.dropNext();
    const publishing = publisher.publish([{ log: 'ambiguous', partition: 0, ...text('x') }], claim);
    await expect(publishing).rejects.toThrow(AmbiguousError);
    expect(await readAll(logs, 'ambiguous', 0)).toHaveLength(1);
  });

  test('a compacted log keeps the newest record of each key and every record without one', async () => {
    await logs.create([{ log: 'compacted', partitions: 2, compacted: true }]);
    const claim = await takeOver(opened, 'compacted');
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

  test('an offset beyond the end is refused on reading, and a subscribed partition stands still and says so', async () => {
    const errors: unknown[] = [];
    const apart = createPostgresLogs({ sql: opened.database, onError: (error) => errors.push(error) });
    await apart.create([{ log: 'lost', partitions: 2 }]);
    await apart.writer('w').append('lost', 0, [text('0'), text('1')]);
    await expect(collectFrom(apart, 'lost', 0, 3)).rejects.toThrow('lost/0 has offsets 0 to 2, not 3');
    expect(await collectFrom(apart, 'lost', 0, 2)).toEqual([]);
    const got: string[] = [];
    const subscription = await apart.subscribe('lost', 'g', {
      assigned: (partitions) => partitions.forEach((p) => subscription.resume(p, p === 0 ? 3 : 0)),
      revoked: () => {},
      batch: (batch) => {
        got.push(...batch.records.map(({ value }) => value.toString()));
        if (got.includes('throw')) throw new Error('cannot take this');
      },
    });
    await untilTrue(() => errors.length === 1);
    expect(String(errors[0])).toContain('not 3');
    await apart.writer('w').append('lost', 1, [text('throw')]);
    await untilTrue(() => errors.length === 2);
    expect(String(errors[1])).toContain('cannot take this');
    subscription.resume(0, 1);
    await untilTrue(() => got.includes('1'));
    expect(got).toEqual(['throw', '1']);
    await apart.close();
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
});
