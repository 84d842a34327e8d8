import type { Frozen, PartitionMachine } from '#domain/stage/stage';
import {
  LostOwnershipError,
  StoreUnavailableError,
  type SnapshotMark,
  type SnapshotStore,
} from '#store/snapshot-store';
import { CLUSTER_LIMITS } from './limit.ts';
import type { StageReport } from './report.ts';
import { createSnapshotter } from './snapshotter.ts';
import { ManualClock, turnOver } from './testing/manual-clock.ts';

const CLAIM = { stage: 'scoring', partition: 0, owner: 'me', takeover: 1 };

function markAt(offset: number): SnapshotMark {
  const position = `0/${offset}`;
  return { position, inputOffset: offset + 1, published: null, format: 1, engine: 1, facts: {} };
}

interface Save {
  readonly mark: SnapshotMark;
  readonly frozen: Frozen;
  succeed(): Promise<void>;
  fail(error: Error): Promise<void>;
}

function openSnapshotter() {
  const clock = new ManualClock();
  const saves: Save[] = [];
  const reports: StageReport[] = [];
  const settled: unknown[] = [];
  const machine = { dirtyRows: 0, dirtyBytes: 0, freezes: 0, thaws: 0 };
  const store: Partial<SnapshotStore> = {
    save: (_claim, mark, frozen) =>
      new Promise((resolve, reject) => {
        const then = (act: () => void) => (): Promise<void> => (act(), turnOver());
        saves.push({ mark, frozen, succeed: then(resolve), fail: (error) => then(() => reject(error))() });
      }),
  };
  const part: Partial<PartitionMachine> = {
    dirtyRows: () => machine.dirtyRows,
    dirtyBytes: () => machine.dirtyBytes,
    freeze: () => ({ root: `root ${++machine.freezes}`, rows: [], chunks: [], droppedHours: [] }),
    thawed: () => void machine.thaws++,
  };
  const snapshots = createSnapshotter(
    store as SnapshotStore,
    clock,
    CLUSTER_LIMITS,
    CLAIM,
    part as PartitionMachine,
    (report) => reports.push(report),
    (failure) => settled.push(failure),
  );
  return { clock, saves, reports, settled, machine, snapshots };
}

test('nothing is written where nothing was stepped, and not before its time', async () => {
  const { clock, saves, snapshots } = openSnapshotter();
  await clock.pass(60_000);
  snapshots.consider(markAt(0));
  expect(saves).toHaveLength(0);
  expect(snapshots.dueInMs()).toBeNull();
  const other = openSnapshotter();
  other.snapshots.stepped(10);
  await other.clock.pass(1_500);
  other.snapshots.consider(markAt(9));
  expect(other.saves).toHaveLength(0);
  expect(other.snapshots.dueInMs()).toBe(500);
  await other.clock.pass(500);
  other.snapshots.consider(markAt(9));
  expect(other.saves).toHaveLength(1);
});

test.each([
  ['200,000 records', { records: 200_000 }],
  ['100,000 changed rows', { records: 1, dirtyRows: 100_000 }],
  ['256 MB changed', { records: 1, dirtyBytes: 256 * 1024 * 1024 }],
])('%s start one early', (_name, { records, ...dirty }) => {
  const { saves, snapshots, machine } = openSnapshotter();
  snapshots.stepped(records - 1);
  snapshots.consider(markAt(0));
  expect(saves).toHaveLength(0);
  snapshots.stepped(1);
  Object.assign(machine, dirty);
  snapshots.consider(markAt(1));
  expect(saves.map(({ mark }) => mark)).toEqual([markAt(1)]);
});

test('one is in flight at a time; the next one covers what was stepped meanwhile', async () => {
  const { clock, saves, snapshots, machine, reports } = openSnapshotter();
  snapshots.stepped(1);
  await clock.pass(2_000);
  snapshots.consider(markAt(0));
  snapshots.stepped(1);
  await clock.pass(5_000);
  snapshots.consider(markAt(1));
  expect(saves).toHaveLength(1);
  expect(machine).toMatchObject({ freezes: 1, thaws: 0 });
  await saves[0]!.succeed();
  expect(machine.thaws).toBe(1);
  expect(reports).toContainEqual({ kind: 'snapshot', rows: 0, ms: 5_000 });
  snapshots.consider(markAt(1));
  expect(saves.map(({ mark }) => mark.position)).toEqual(['0/0', '0/1']);
});

test('the last one is written whatever the time', async () => {
  const { saves, snapshots } = openSnapshotter();
  snapshots.stepped(1);
  snapshots.consider(markAt(0), true);
  expect(saves).toHaveLength(1);
  const done = snapshots.settled();
  await saves[0]!.succeed();
  await done;
  snapshots.consider(markAt(0), true);
  expect(saves).toHaveLength(1);
});

test('while the store is away the frozen bytes are kept and written again, with back-off', async () => {
  const { clock, saves, snapshots, machine, reports, settled } = openSnapshotter();
  snapshots.stepped(1);
  snapshots.consider(markAt(0), true);
  for (const waitMs of [100, 200, 400]) {
    await saves.at(-1)!.fail(new StoreUnavailableError('away'));
    const before = saves.length;
    await clock.pass(waitMs - 1);
    expect(saves).toHaveLength(before);
    await clock.pass(1);
    expect(saves).toHaveLength(before + 1);
  }
  expect(new Set(saves.map(({ frozen }) => frozen)).size).toBe(1);
  expect(machine).toMatchObject({ freezes: 1, thaws: 0 });
  expect(reports).toEqual(Array(3).fill({ kind: 'waiting', why: 'snapshot: away' }));
  await saves.at(-1)!.succeed();
  expect(settled).toEqual([null]);
});

test('reading must stop while one is in flight for longer than 30 s', async () => {
  const { clock, saves, snapshots } = openSnapshotter();
  snapshots.stepped(1);
  snapshots.consider(markAt(0), true);
  await clock.pass(30_000);
  expect(snapshots.isOverdue()).toBe(false);
  await clock.pass(1);
  expect(snapshots.isOverdue()).toBe(true);
  await saves[0]!.succeed();
  expect(snapshots.isOverdue()).toBe(false);
});

test('a partition that went to somebody else is told, and writes no more', async () => {
  const { clock, saves, snapshots, settled, machine, reports } = openSnapshotter();
  snapshots.stepped(1);
  snapshots.consider(markAt(0), true);
  const lost = new LostOwnershipError('theirs');
  await saves[0]!.fail(lost);
  expect(settled).toEqual([lost]);
  expect(reports).toEqual([{ kind: 'snapshot-refused', why: 'theirs' }]);
  await expect(snapshots.settled()).rejects.toBe(lost);
  await clock.pass(10_000);
  snapshots.consider(markAt(0), true);
  expect(saves).toHaveLength(1);
  expect(machine.thaws).toBe(0);
});

test('abandoned, it tries no more', async () => {
  const { clock, saves, snapshots } = openSnapshotter();
  snapshots.stepped(1);
  snapshots.consider(markAt(0), true);
  snapshots.abandon();
  await saves[0]!.fail(new StoreUnavailableError('away'));
  await clock.pass(60_000);
  expect(saves).toHaveLength(1);
});
