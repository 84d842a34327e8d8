import type { LogBatch } from '#stream/log';
import { createPartitionQueue } from './partition-queue.ts';

/** A batch of the records at `offsets`; the log goes on at `nextOffset`, beyond markers where it is larger. */
function batch(offsets: readonly number[], nextOffset: number, endOffset = 100): LogBatch {
  const records = offsets.map((offset) => ({ offset, key: null, value: Buffer.from(String(offset)) }));
  return { log: 'activity', partition: 0, records, nextOffset, endOffset };
}

const offsetsOf = (taken: { records: readonly { offset: number }[] } | null): number[] | null =>
  taken === null ? null : taken.records.map(({ offset }) => offset);

test('records come out in order, however they were batched, and it knows where the log goes on', () => {
  const queue = createPartitionQueue(100);
  queue.push(batch([0, 1, 2], 3));
  queue.push(batch([3, 4], 7, 120));
  const first = queue.take(2)!;
  expect(offsetsOf(first)).toEqual([0, 1]);
  // In the middle of a batch the log goes on at its next record.
  expect(first.nextOffset).toBe(2);
  expect(first.endOffset).toBe(100);
  const second = queue.take(10)!;
  expect(offsetsOf(second)).toEqual([2, 3, 4]);
  // At its end, beyond the markers that follow it.
  expect(second).toMatchObject({ nextOffset: 7, endOffset: 120 });
  expect(queue.take(10)).toBeNull();
});

test('a stretch of nothing but markers moves the place where the log goes on', () => {
  const queue = createPartitionQueue(100);
  queue.push(batch([], 5));
  expect(queue.take(10)).toEqual({ records: [], nextOffset: 5, endOffset: 100 });
  queue.push(batch([5], 6));
  queue.push(batch([], 9));
  const taken = queue.take(1)!;
  expect(offsetsOf(taken)).toEqual([5]);
  expect(taken.nextOffset).toBe(9);
});

test('it is full at its bound, and says once, below half of it, where to read on', () => {
  const queue = createPartitionQueue(4);
  expect(queue.push(batch([0, 1], 2))).toBe(false);
  expect(queue.readOnAt()).toBeNull();
  expect(queue.push(batch([2, 3], 6))).toBe(true);
  queue.take(2);
  expect(queue.readOnAt()).toBeNull();
  queue.take(1);
  expect(queue.readOnAt()).toBe(6);
  expect(queue.readOnAt()).toBeNull();
});

test('what still arrives while it is full is kept, and reading goes on behind it', () => {
  const queue = createPartitionQueue(2);
  queue.push(batch([0, 1], 2));
  expect(queue.push(batch([2], 3))).toBe(true);
  expect(offsetsOf(queue.take(10))).toEqual([0, 1, 2]);
  expect(queue.readOnAt()).toBe(3);
});

test('cleared, it is empty and no longer full', () => {
  const queue = createPartitionQueue(2);
  queue.push(batch([0, 1], 2));
  queue.take(1);
  queue.clear();
  expect(queue.take(10)).toBeNull();
  expect(queue.readOnAt()).toBeNull();
  queue.push(batch([7], 8));
  expect(offsetsOf(queue.take(10))).toEqual([7]);
});
