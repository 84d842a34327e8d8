import type { Frozen } from '#domain/stage/stage';
import { createSnapshotStore } from './postgres-snapshot-store.ts';
import { LostOwnershipError } from './snapshot-store.ts';
import type { Claim, SnapshotMark, SnapshotStore } from './snapshot-store.ts';
import { describeOnBoth, describeWithPostgres } from './testing/test-database.ts';
import type { TestDatabase } from './testing/test-database.ts';

const EMPTY: Frozen = { root: '{}', rows: [], chunks: [], droppedHours: [] };

function mark(position: string): SnapshotMark {
  const published = { position, hash: 'ab'.repeat(32), offsetHint: 4 };
  return {
    position,
    inputOffset: 12,
    published,
    format: 1,
    engine: 1,
    facts: { now: 1_795_392_000_000, bundle: null },
  };
}

function rowsOf(keys: readonly string[], body: (key: string) => string): Frozen {
  const rows = keys.map((key, i) => ({
    key,
    due: i % 2 === 0 ? 1_795_392_000_000 + i : null,
    held: i % 3 === 0,
    body: body(key),
  }));
  return { ...EMPTY, rows };
}

async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

describeOnBoth('snapshot store', (open) => {
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

  async function takeOver(owner: string): Promise<Claim> {
    const { takeover } = await store.head('scoring', partition);
    const claim = { stage: 'scoring', partition, owner, takeover: takeover + 1 };
    expect(await store.claim(claim)).toBe(true);
    return claim;
  }

  test('a new partition has a head without owner or snapshot', async () => {
    expect(await store.head('scoring', partition)).toEqual({ takeover: 0, owner: null, snapshot: null });
  });

  test('of several claims with one take-over number exactly one succeeds', async () => {
    const { takeover } = await store.head('scoring', partition);
    const owners = ['a', 'b', 'c', 'd'];
    const won = await Promise.all(
      owners.map((owner) => store.claim({ stage: 'scoring', partition, owner, takeover: takeover + 1 })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const head = await store.head('scoring', partition);
    expect(head).toMatchObject({ takeover: 1, owner: owners[won.indexOf(true)] });
  });

  test('a claim that skips a number or repeats one is refused', async () => {
    await takeOver('a');
    expect(await store.claim({ stage: 'scoring', partition, owner: 'b', takeover: 3 })).toBe(false);
    expect(await store.claim({ stage: 'scoring', partition, owner: 'b', takeover: 1 })).toBe(false);
  });

  test('what was saved is read back: mark, root, rows, index and chunks', async () => {
    const claim = await takeOver('a');
    const body = (key: string): string => JSON.stringify({ key, note: 'quote " backslash \\ 商家 {,} \n' });
    const chunks = [
      { hour: 498_700, sequence: 1, body: Buffer.from([0, 255, 92, 39]) },
      { hour: 498_699, sequence: 0, body: Buffer.from('first') },
    ];
    await store.save(claim, mark('1/7'), { ...rowsOf(['m2', 'm1'], body), root: '{"chain":"x"}', chunks });
    const head = await store.head('scoring', partition);
    expect(head.snapshot).toEqual({ mark: mark('1/7'), root: '{"chain":"x"}' });
    expect(await store.rows(claim, ['m1', 'm2', 'unknown'])).toEqual(
      new Map([
        ['m1', body('m1')],
        ['m2', body('m2')],
      ]),
    );
    expect(await collect(store.index(claim))).toEqual([
      { key: 'm1', due: null, held: false },
      { key: 'm2', due: 1_795_392_000_000, held: true },
    ]);
    expect(
      (await collect(store.chunks(claim))).map((c) => [c.hour, c.sequence, Buffer.from(c.body)]),
    ).toEqual([
      [498_699, 0, Buffer.from('first')],
      [498_700, 1, Buffer.from([0, 255, 92, 39])],
    ]);
  });

  test('a later save changes its rows only, replaces the mark and drops hours', async () => {
    const claim = await takeOver('a');
    const chunks = [1, 2].map((hour) => ({ hour, sequence: 0, body: Buffer.from([hour]) }));
    await store.save(claim, mark('1/1'), { ...rowsOf(['a', 'b'], () => '1'), chunks });
    await store.save(claim, mark('1/2'), { ...rowsOf(['b', 'c'], () => '2'), droppedHours: [1] });
    expect(await store.rows(claim, ['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
        ['c', '2'],
      ]),
    );
    expect((await collect(store.chunks(claim))).map((chunk) => chunk.hour)).toEqual([2]);
    expect((await store.head('scoring', partition)).snapshot?.mark.position).toBe('1/2');
  });

  test('the index comes in byte order, whatever the locale would say', async () => {
    const claim = await takeOver('a');
    const keys = ['b', 'A', 'a', 'B', '_', '-', '.', ':', '10', '9', 'a-b', 'aB', 'ab'];
    await store.save(
      claim,
      mark('1/1'),
      rowsOf(keys, () => '{}'),
    );
    const inOrder = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    expect((await collect(store.index(claim))).map(({ key }) => key)).toEqual(inOrder);
  });

  test('more rows than a page and a statement hold are saved and read whole', async () => {
    const claim = await takeOver('a');
    const keys = Array.from({ length: 12_345 }, (_, i) => `m${String(i).padStart(6, '0')}`);
    const chunks = Array.from({ length: 70 }, (_, i) => ({
      hour: i,
      sequence: i,
      body: Buffer.from(`chunk ${i}`),
    }));
    await store.save(claim, mark('1/1'), { ...rowsOf(keys, (key) => `body of ${key}`), chunks });
    expect((await collect(store.index(claim))).map(({ key }) => key)).toEqual(keys);
    expect(await collect(store.chunks(claim))).toHaveLength(70);
    const asked = keys.filter((_, i) => i % 11 === 0);
    const found = await store.rows(claim, asked);
    expect(found.size).toBe(asked.length);
    expect(found.get('m000011')).toBe('body of m000011');
  });

  test('a partition sees nothing of another partition or stage', async () => {
    const claim = await takeOver('a');
    await store.save(
      claim,
      mark('1/1'),
      rowsOf(['m1'], () => 'mine'),
    );
    const other = { stage: 'allocator', partition, owner: 'a', takeover: 1 };
    await store.head('allocator', partition);
    await store.claim(other);
    expect(await store.rows(other, ['m1'])).toEqual(new Map());
    expect(await collect(store.index(other))).toEqual([]);
    await store.discard(other);
    expect(await store.rows(claim, ['m1'])).toEqual(new Map([['m1', 'mine']]));
  });

  test.each<[string, (claim: Claim) => Promise<unknown>]>([
    ['rows', (claim) => store.rows(claim, ['m1'])],
    ['rows of no keys', (claim) => store.rows(claim, [])],
    ['index', (claim) => collect(store.index(claim))],
    ['chunks', (claim) => collect(store.chunks(claim))],
    [
      'save',
      (claim) =>
        store.save(
          claim,
          mark('9/9'),
          rowsOf(['m1', 'm2'], () => 'stale'),
        ),
    ],
    ['discard', (claim) => store.discard(claim)],
  ])('%s of an earlier owner is refused and changes nothing', async (_method, call) => {
    const earlier = await takeOver('a');
    await store.save(
      earlier,
      mark('1/1'),
      rowsOf(['m1'], () => 'kept'),
    );
    const later = await takeOver('b');
    await expect(call(earlier)).rejects.toThrow(LostOwnershipError);
    await expect(call({ ...later, owner: 'a' })).rejects.toThrow(LostOwnershipError);
    expect(await store.rows(later, ['m1', 'm2'])).toEqual(new Map([['m1', 'kept']]));
    expect((await store.head('scoring', partition)).snapshot?.mark.position).toBe('1/1');
  });

  test('an index reading that loses the claim between two pages says so', async () => {
    const claim = await takeOver('a');
    const keys = Array.from({ length: 20_500 }, (_, i) => `m${i}`);
    await store.save(
      claim,
      mark('1/1'),
      rowsOf(keys, () => '{}'),
    );
    const pages = store.index(claim)[Symbol.asyncIterator]();
    await pages.next();
    await takeOver('b');
    await expect(pages.next()).rejects.toThrow(LostOwnershipError);
  });

  test('a save that fails half way leaves the earlier snapshot untouched', async () => {
    const claim = await takeOver('a');
    await store.save(claim, mark('1/1'), { ...rowsOf(['m1'], () => 'first'), root: 'root 1' });
    const tooLarge = [{ hour: 2 ** 40, sequence: 0, body: Buffer.alloc(1) }];
    const frozen = { ...rowsOf(['m1', 'm2'], () => 'second'), root: 'root 2', chunks: tooLarge };
    await expect(store.save(claim, mark('1/2'), frozen)).rejects.toThrow();
    expect(await store.rows(claim, ['m1', 'm2'])).toEqual(new Map([['m1', 'first']]));
    expect((await store.head('scoring', partition)).snapshot).toEqual({ mark: mark('1/1'), root: 'root 1' });
  });

  test('a discarded partition starts anew under the same claim', async () => {
    const claim = await takeOver('a');
    const chunks = [{ hour: 1, sequence: 0, body: Buffer.from([1]) }];
    await store.save(claim, mark('1/1'), { ...rowsOf(['m1'], () => 'x'), chunks });
    await store.discard(claim);
    expect(await store.head('scoring', partition)).toEqual({ takeover: 1, owner: 'a', snapshot: null });
    expect(await collect(store.index(claim))).toEqual([]);
    expect(await collect(store.chunks(claim))).toEqual([]);
  });

  test('heads lists every partition with its owner and the time of its snapshot', async () => {
    const claim = await takeOver('a');
    await store.save(claim, mark('1/1'), EMPTY);
    const head = (await store.heads()).find(
      (each) => each.stage === 'scoring' && each.partition === partition,
    );
    expect(head).toMatchObject({ takeover: 1, owner: 'a', snapshot: { mark: mark('1/1') } });
    expect(Math.abs((head?.savedAt ?? 0) - Date.now())).toBeLessThan(60_000);
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
        mark('1/1'),
        rowsOf(keys, () => 'x'),
      )
      .then(() => order.push('saved'));
    while (!(await isHeld(opened))) await new Promise((resolve) => setTimeout(resolve, 2));
    const taking = theirs.claim({ ...claim, owner: 'b', takeover: 2 }).then(() => order.push('taken'));
    await Promise.all([saving, taking]);
    expect(order).toEqual(['saved', 'taken']);
    await expect(mine.save(claim, mark('1/2'), EMPTY)).rejects.toThrow(LostOwnershipError);
  });
});

/** True while somebody holds the head's row: a claim would have to wait. */
async function isHeld({ database }: TestDatabase): Promise<boolean> {
  const { rowCount } = await database.query(
    `select 1 from stage_head where stage = 'scoring' and partition = 0 for update skip locked`,
  );
  return rowCount === 0;
}
