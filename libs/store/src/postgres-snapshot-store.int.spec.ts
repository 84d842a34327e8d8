import { createSnapshotStore } from './postgres-snapshot-store.ts';
import { LostOwnershipError } from './snapshot-store.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import {
  collect,
  describeSnapshotStore,
  EMPTY,
  rowsOf,
  snapshotMark,
  takeOver,
} from './testing/snapshot-store-contract.ts';
import { describeOnBoth, describeWithPostgres } from './testing/test-database.ts';
import type { TestDatabase } from './testing/test-database.ts';

describeOnBoth('snapshot store', (open) => {
  describeSnapshotStore('fulfils the contract', async () => {
    const opened = await open();
    return { store: createSnapshotStore(opened.database), close: () => opened.close() };
  });
});

describeOnBoth('snapshot store in pages and statements', (open) => {
  let opened: TestDatabase;
  let store: SnapshotStore;
  let partition = 0;

  beforeAll(async () => {
    opened = await open();
    store = createSnapshotStore(opened.database);
  });
  afterAll(async () => {
    await opened.close();
  });
  beforeEach(() => {
    partition++;
  });

  test('more rows than a page and a statement hold are saved and read whole', async () => {
    const claim = await takeOver(store, partition, 'a');
    const keys = Array.from({ length: 12_345 }, (_, i) => `m${String(i).padStart(6, '0')}`);
    const chunks = Array.from({ length: 70 }, (_, i) => ({
      hour: i,
      sequence: i,
      body: Buffer.from(`chunk ${i}`),
    }));
    await store.save(claim, snapshotMark('1/1'), { ...rowsOf(keys, (key) => `body of ${key}`), chunks });
    expect((await collect(store.index(claim))).map(({ key }) => key)).toEqual(keys);
    expect(await collect(store.chunks(claim))).toHaveLength(70);
    const asked = keys.filter((_, i) => i % 11 === 0);
    const found = await store.rows(claim, asked);
    expect(found.size).toBe(asked.length);
    expect(found.get('m000011')).toBe('body of m000011');
  });

  test('an index reading that loses the claim between two pages says so', async () => {
    const claim = await takeOver(store, partition, 'a');
    const keys = Array.from({ length: 20_500 }, (_, i) => `m${i}`);
    await store.save(
      claim,
      snapshotMark('1/1'),
      rowsOf(keys, () => '{}'),
    );
    const pages = store.index(claim)[Symbol.asyncIterator]();
    await pages.next();
    await takeOver(store, partition, 'b');
    await expect(pages.next()).rejects.toThrow(LostOwnershipError);
  });

  test('a save that fails half way leaves the earlier snapshot untouched', async () => {
    const claim = await takeOver(store, partition, 'a');
    await store.save(claim, snapshotMark('1/1'), { ...rowsOf(['m1'], () => 'first'), root: 'root 1' });
    const tooLarge = [{ hour: 2 ** 40, sequence: 0, body: Buffer.alloc(1) }];
    const frozen = { ...rowsOf(['m1', 'm2'], () => 'second'), root: 'root 2', chunks: tooLarge };
    await expect(store.save(claim, snapshotMark('1/2'), frozen)).rejects.toThrow();
    expect(await store.rows(claim, ['m1', 'm2'])).toEqual(new Map([['m1', 'first']]));
    expect((await store.head('scoring', partition)).snapshot).toEqual({
      mark: snapshotMark('1/1'),
      root: 'root 1',
    });
  });
});

describeWithPostgres('snapshot store, two processes', (open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.close();
  });

  test('a take-over waits for the save that is under way, and the next save of the old owner is refused', async () => {
    const mine = createSnapshotStore(opened.database);
    const theirs = createSnapshotStore(await opened.openAnother());
    await mine.head('scoring', 0);
    const claim = { stage: 'scoring', partition: 0, owner: 'a', takeover: 1 };
    await mine.claim(claim);
    const order: string[] = [];
    const keys = Array.from({ length: 20_000 }, (_, i) => `m${i}`);
    const saving = mine
      .save(
        claim,
        snapshotMark('1/1'),
        rowsOf(keys, () => 'x'),
      )
      .then(() => order.push('saved'));
    while (!(await isHeld(opened))) await new Promise((resolve) => setTimeout(resolve, 2));
    const taking = theirs.claim({ ...claim, owner: 'b', takeover: 2 }).then(() => order.push('taken'));
    await Promise.all([saving, taking]);
    expect(order).toEqual(['saved', 'taken']);
    await expect(mine.save(claim, snapshotMark('1/2'), EMPTY)).rejects.toThrow(LostOwnershipError);
  });
});

/** True while somebody holds the head's row: a claim would have to wait. */
async function isHeld({ database }: TestDatabase): Promise<boolean> {
  const { rowCount } = await database.query(
    `select 1 from stage_head where stage = 'scoring' and partition = 0 for update skip locked`,
  );
  return rowCount === 0;
}
