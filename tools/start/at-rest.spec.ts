import type { SnapshotStore } from '#store/snapshot-store';
import type { Logs } from '#stream/log';
import { isAtRest } from './at-rest.ts';

type Ends = Record<string, readonly number[]>;

const ENDS: Ends = { activity: [7], capability: [9], treasury: [4] };

/** Three stages of one partition each. `whileRead` happens between reading the snapshots and the ends of the logs. */
function isAtRestAt(
  stands: Record<string, number | null>,
  ends: Ends = ENDS,
  whileRead: () => void = () => undefined,
): Promise<boolean> {
  const heads = Object.entries(stands).map(([stage, inputOffset]) => ({
    stage,
    partition: 0,
    snapshot: inputOffset === null ? null : { mark: { inputOffset } },
  }));
  const store = { heads: () => Promise.resolve(heads).finally(whileRead) };
  const logs = { endOffsets: (log: string) => Promise.resolve(ends[log]!) };
  return isAtRest(logs as Logs, store as unknown as SnapshotStore, 3);
}

test('everything is at rest when each stage has saved at the end of its input', async () => {
  expect(await isAtRestAt({ scoring: 7, allocator: 9, treasury: 4 })).toBe(true);
});

test.each([
  ['a stage is behind', { scoring: 7, allocator: 8, treasury: 4 }],
  ['the treasury has not answered', { scoring: 7, allocator: 9, treasury: 3 }],
  ['a stage has not saved yet', { scoring: 7, allocator: 9, treasury: null }],
  ['a stage has not begun', { scoring: 7, allocator: 9 }],
])('not while %s', async (_name, stands) => {
  expect(await isAtRestAt(stands)).toBe(false);
});

test('a lease that is written while one looks is seen', async () => {
  const ends: Record<string, number[]> = { activity: [7], capability: [9], treasury: [4] };
  const write = (): void => void (ends['activity'] = [8]);
  expect(await isAtRestAt({ scoring: 7, allocator: 9, treasury: 4 }, ends, write)).toBe(false);
});
