import type { Frozen } from '#domain/stage/stage';
import { LostOwnershipError } from '../snapshot-store.ts';
import type { Claim, SnapshotMark, SnapshotStore } from '../snapshot-store.ts';

// What every snapshot store must do, in one suite: the one on PostgreSQL and PGlite and the simulation's modelled one.
// A store is opened once for all cases; each case has a partition of its own in it.

export const EMPTY: Frozen = { root: '{}', rows: [], chunks: [], droppedHours: [] };

export interface SnapshotStoreSubject {
  readonly store: SnapshotStore;
  close(): Promise<void>;
}

type SubjectOf = () => { readonly store: SnapshotStore; readonly partition: number };

/** Opening may start a database. */
const OPEN_TIMEOUT_MS = 60_000;

export function describeSnapshotStore(name: string, open: () => Promise<SnapshotStoreSubject>): void {
  describe(name, () => {
    let opened: SnapshotStoreSubject | undefined;
    let partition = 0;
    const subject: SubjectOf = () => {
      if (opened === undefined) throw new Error('the store of the contract could not be opened');
      return { store: opened.store, partition };
    };
    beforeAll(async () => {
      opened = await open();
    }, OPEN_TIMEOUT_MS);
    afterAll(() => opened?.close());
    beforeEach(() => {
      partition++;
    });

    describeClaims(subject);
    describeContents(subject);
    describeOwnership(subject);
    describeForgetting(subject);
  });
}

export function snapshotMark(position: string): SnapshotMark {
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

export function rowsOf(keys: readonly string[], body: (key: string) => string): Frozen {
  const rows = keys.map((key, i) => ({
    key,
    due: i % 2 === 0 ? 1_795_392_000_000 + i : null,
    held: i % 3 === 0,
    waiting: i % 5 === 0 ? 1_795_392_000_000 - i : null,
    body: body(key),
  }));
  return { ...EMPTY, rows };
}

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

export async function takeOver(store: SnapshotStore, partition: number, owner: string): Promise<Claim> {
  const { takeover } = await store.head('scoring', partition);
  const claim = { stage: 'scoring', partition, owner, takeover: takeover + 1 };
  expect(await store.claim(claim)).toBe(true);
  return claim;
}

function describeClaims(subject: SubjectOf): void {
  describe('taking over', () => {
    test('a new partition has a head without owner or snapshot', async () => {
      const { store, partition } = subject();
      expect(await store.head('scoring', partition)).toEqual({ takeover: 0, owner: null, snapshot: null });
    });

    test('of several claims with one take-over number exactly one succeeds', async () => {
      const { store, partition } = subject();
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
      const { store, partition } = subject();
      await takeOver(store, partition, 'a');
      expect(await store.claim({ stage: 'scoring', partition, owner: 'b', takeover: 3 })).toBe(false);
      expect(await store.claim({ stage: 'scoring', partition, owner: 'b', takeover: 1 })).toBe(false);
    });
  });
}

function describeContents(subject: SubjectOf): void {
  describe('what a snapshot holds', () => {
    test('what was saved is read back: mark, root, rows, index and chunks', async () => {
      const { store, partition } = subject();
      const claim = await takeOver(store, partition, 'a');
      const body = (key: string): string => JSON.stringify({ key, note: 'quote " backslash \\ 商家 {,} \n' });
      const chunks = [
        { hour: 498_700, sequence: 1, body: Buffer.from([0, 255, 92, 39]) },
        { hour: 498_699, sequence: 0, body: Buffer.from('first') },
      ];
      await store.save(claim, snapshotMark('1/7'), {
        ...rowsOf(['m2', 'm1'], body),
        root: '{"chain":"x"}',
        chunks,
      });
      const head = await store.head('scoring', partition);
      expect(head.snapshot).toEqual({ mark: snapshotMark('1/7'), root: '{"chain":"x"}' });
      expect(await store.rows(claim, ['m1', 'm2', 'unknown'])).toEqual(
        new Map([
          ['m1', body('m1')],
          ['m2', body('m2')],
        ]),
      );
      expect(await collect(store.index(claim))).toEqual([
        { key: 'm1', due: null, held: false, waiting: null },
        { key: 'm2', due: 1_795_392_000_000, held: true, waiting: 1_795_392_000_000 },
      ]);
      expect(
        (await collect(store.chunks(claim))).map((c) => [c.hour, c.sequence, Buffer.from(c.body)]),
      ).toEqual([
        [498_699, 0, Buffer.from('first')],
        [498_700, 1, Buffer.from([0, 255, 92, 39])],
      ]);
    });

    test('a later save changes its rows only, replaces the mark and drops hours', async () => {
      const { store, partition } = subject();
      const claim = await takeOver(store, partition, 'a');
      const chunks = [1, 2].map((hour) => ({ hour, sequence: 0, body: Buffer.from([hour]) }));
      await store.save(claim, snapshotMark('1/1'), { ...rowsOf(['a', 'b'], () => '1'), chunks });
      await store.save(claim, snapshotMark('1/2'), { ...rowsOf(['b', 'c'], () => '2'), droppedHours: [1] });
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
      const { store, partition } = subject();
      const claim = await takeOver(store, partition, 'a');
      const keys = ['b', 'A', 'a', 'B', '_', '-', '.', ':', '10', '9', 'a-b', 'aB', 'ab'];
      await store.save(
        claim,
        snapshotMark('1/1'),
        rowsOf(keys, () => '{}'),
      );
      const inOrder = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      expect((await collect(store.index(claim))).map(({ key }) => key)).toEqual(inOrder);
    });
  });
}

function describeOwnership(subject: SubjectOf): void {
  describe('owners and partitions', () => {
    test('a partition sees nothing of another partition or stage', async () => {
      const { store, partition } = subject();
      const claim = await takeOver(store, partition, 'a');
      await store.save(
        claim,
        snapshotMark('1/1'),
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

    test.each<[string, (store: SnapshotStore, claim: Claim) => Promise<unknown>]>([
      ['rows', (store, claim) => store.rows(claim, ['m1'])],
      ['rows of no keys', (store, claim) => store.rows(claim, [])],
      ['index', (store, claim) => collect(store.index(claim))],
      ['chunks', (store, claim) => collect(store.chunks(claim))],
      [
        'save',
        (store, claim) =>
          store.save(
            claim,
            snapshotMark('9/9'),
            rowsOf(['m1', 'm2'], () => 'stale'),
          ),
      ],
      ['discard', (store, claim) => store.discard(claim)],
    ])('%s of an earlier owner is refused and changes nothing', async (_method, call) => {
      const { store, partition } = subject();
      const earlier = await takeOver(store, partition, 'a');
      await store.save(
        earlier,
        snapshotMark('1/1'),
        rowsOf(['m1'], () => 'kept'),
      );
      const later = await takeOver(store, partition, 'b');
      await expect(call(store, earlier)).rejects.toThrow(LostOwnershipError);
      await expect(call(store, { ...later, owner: 'a' })).rejects.toThrow(LostOwnershipError);
      expect(await store.rows(later, ['m1', 'm2'])).toEqual(new Map([['m1', 'kept']]));
      expect((await store.head('scoring', partition)).snapshot?.mark.position).toBe('1/1');
    });
  });
}

function describeForgetting(subject: SubjectOf): void {
  describe('forgetting and listing', () => {
    test('a discarded partition starts anew under the same claim', async () => {
      const { store, partition } = subject();
      const claim = await takeOver(store, partition, 'a');
      const chunks = [{ hour: 1, sequence: 0, body: Buffer.from([1]) }];
      await store.save(claim, snapshotMark('1/1'), { ...rowsOf(['m1'], () => 'x'), chunks });
      await store.discard(claim);
      expect(await store.head('scoring', partition)).toEqual({ takeover: 1, owner: 'a', snapshot: null });
      expect(await collect(store.index(claim))).toEqual([]);
      expect(await collect(store.chunks(claim))).toEqual([]);
    });

    test('heads lists every partition with its owner and the time of its snapshot', async () => {
      const { store, partition } = subject();
      const claim = await takeOver(store, partition, 'a');
      await store.save(claim, snapshotMark('1/1'), EMPTY);
      const head = (await store.heads()).find(
        (each) => each.stage === 'scoring' && each.partition === partition,
      );
      expect(head).toMatchObject({ takeover: 1, owner: 'a', snapshot: { mark: snapshotMark('1/1') } });
      expect(Math.abs((head?.savedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    });
  });
}
