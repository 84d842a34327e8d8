import type { RawBatch, RawRecord } from './record-source.ts';
import { createOnce, mailOnce } from './recorded-log.ts';

function said(writer: string, sequence: number, position = '0/1/0/0', more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ data: { writer, sequence, position, ...more } }));
}

test('what a writer says again is dropped when it says the same, and kept when it does not', () => {
  const isFirst = createOnce('allocator/0');
  const values = [
    said('allocator/0', 1),
    said('allocator/1', 1),
    said('allocator/0', 2),
    said('allocator/0', 1),
    said('allocator/0', 1, '0/1/0/0', { amount: 7 }),
    said('allocator/0', 4),
    Buffer.from('no record'),
  ];
  expect(values.map(isFirst)).toEqual([true, false, true, false, true, true, true]);
});

test('mail whose cause came after the activity that is replayed is counted and not compared', async () => {
  const values = ['0/1/0/0', '0/9/0/0', '0/10/0/0', '0/2/0/0'].map((position, at) =>
    said('allocator/0', at + 1, position),
  );
  const records = values.map((value, offset): RawRecord => ({ offset, key: null, value }));
  let beyond = 0;
  const kept: RawRecord[] = [];
  const isWithin = (position: string): boolean => Number(position.split('/')[1]) < 10;
  for await (const batch of mailOnce(
    once({ records, endOffset: 4 }),
    'allocator/0',
    isWithin,
    () => beyond++,
  )) {
    kept.push(...batch.records);
  }
  // Once beyond the end, everything is: positions of one writer only grow.
  expect(kept.map(({ offset }) => offset)).toEqual([0, 1]);
  expect(beyond).toBe(2);
});

async function* once(batch: RawBatch): AsyncGenerator<RawBatch, void, undefined> {
  yield await Promise.resolve(batch);
}
