import { LocalGroups, partitionsOf } from './group-membership.ts';

test.each([1, 2, 3, 5, 9])('%d members divide seven partitions without overlap or gap, evenly', (count) => {
  const members = Array.from({ length: count }, (_, i) => `member-${i}`);
  const shares = members.map((member) => partitionsOf(member, [...members].reverse(), 7));
  expect(shares.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const sizes = shares.map((share) => share.length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});

test('a stranger has no partitions', () => {
  expect(partitionsOf('stranger', ['a', 'b'], 4)).toEqual([]);
});

test('in one process a partition is given up before another member takes it', async () => {
  const groups = new LocalGroups();
  const told: string[] = [];
  const log = { id: 1, partitions: 2 };
  const first = await groups.join(log, 'g', (partitions) => told.push(`first ${partitions.join()}`));
  await new Promise((resolve) => setImmediate(resolve));
  await groups.join(log, 'g', (partitions) => told.push(`second ${partitions.join()}`));
  await new Promise((resolve) => setImmediate(resolve));
  await first.leave();
  expect(first.isMember()).toBe(false);
  expect(told).toEqual([
    'first ',
    'first 0,1',
    'first 0',
    'second ',
    'first 0',
    'second 1',
    'first ',
    'second 1',
    'second 0,1',
  ]);
});
