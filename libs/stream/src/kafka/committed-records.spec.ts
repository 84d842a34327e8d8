import { committedRecords, type FetchedRecord } from './committed-records.ts';

interface BatchShape {
  readonly first: number;
  readonly producer?: string;
  readonly values?: readonly string[];
  readonly transactional?: boolean;
  readonly marker?: 'abort' | 'commit';
  /** Beyond what its records show: the rest was compacted away. */
  readonly lastOffsetDelta?: number;
}

function batch(shape: BatchShape): FetchedRecord[] {
  const values = shape.marker === undefined ? (shape.values ?? []) : [''];
  const batchContext = {
    firstOffset: String(shape.first),
    lastOffsetDelta: shape.lastOffsetDelta ?? values.length - 1,
    producerId: shape.producer ?? '-1',
    inTransaction: shape.transactional ?? shape.producer !== undefined,
    isControlBatch: shape.marker !== undefined,
  };
  const key = shape.marker === undefined ? null : Buffer.from([0, 0, 0, shape.marker === 'abort' ? 0 : 1]);
  return values.map((value, index) => ({
    offset: String(shape.first + index),
    key,
    value: Buffer.from(value),
    batchContext,
  }));
}

const texts = (read: ReturnType<typeof committedRecords>): string[] =>
  read.records.map(({ value }) => value.toString());

describe('the committed records of a fetch', () => {
  test('markers are left out, and reading goes on beyond them', () => {
    const fetched = [
      ...batch({ first: 0, producer: '1', values: ['a', 'b'] }),
      ...batch({ first: 2, producer: '1', marker: 'commit' }),
    ];
    const read = committedRecords(fetched, [], 0);
    expect(read.records.map(({ offset }) => offset)).toEqual([0, 1]);
    expect(read.nextOffset).toBe(3);
  });

  test('aborted transactions of two producers that overlap hide just their own records', () => {
    const fetched = [
      ...batch({ first: 0, producer: '1', values: ['aborted by 1'] }),
      ...batch({ first: 1, producer: '2', values: ['aborted by 2'] }),
      ...batch({ first: 2, values: ['plain'] }),
      ...batch({ first: 3, producer: '1', values: ['aborted by 1'] }),
      ...batch({ first: 4, producer: '2', marker: 'abort' }),
      ...batch({ first: 5, producer: '2', values: ['committed by 2'] }),
      ...batch({ first: 6, producer: '1', marker: 'abort' }),
      ...batch({ first: 7, producer: '1', values: ['committed by 1'] }),
    ];
    // The broker lists them by where they ended: producer 2 first.
    const aborted = [
      { producerId: '2', firstOffset: '1' },
      { producerId: '1', firstOffset: '0' },
    ];
    const read = committedRecords(fetched, aborted, 0);
    expect(texts(read)).toEqual(['plain', 'committed by 2', 'committed by 1']);
    expect(read.nextOffset).toBe(8);
  });

  test('a fetch that begins inside aborted transactions hides what is left of them', () => {
    const fetched = [
      ...batch({ first: 4, producer: '1', values: ['aborted', 'aborted'] }),
      ...batch({ first: 6, producer: '2', values: ['aborted'] }),
      ...batch({ first: 7, producer: '1', marker: 'abort' }),
    ];
    const aborted = [
      { producerId: '1', firstOffset: '0' },
      { producerId: '2', firstOffset: '2' },
    ];
    const read = committedRecords(fetched, aborted, 5);
    expect(read).toEqual({ records: [], nextOffset: 8 });
  });

  test('a record of a plain producer whose key looks like an abort marker is a record', () => {
    const [record] = batch({ first: 0, values: ['kept'] });
    const fetched = [{ ...record!, key: Buffer.from([0, 0, 0, 0]) }];
    expect(texts(committedRecords(fetched, [], 0))).toEqual(['kept']);
  });

  test('records before the offset that was asked for, which share its batch, are left out', () => {
    const read = committedRecords(batch({ first: 0, values: ['a', 'b', 'c'] }), [], 2);
    expect(texts(read)).toEqual(['c']);
    expect(read.nextOffset).toBe(3);
  });

  test('a batch whose last records were compacted away is passed as a whole', () => {
    const read = committedRecords(batch({ first: 10, values: ['a'], lastOffsetDelta: 6 }), [], 12);
    expect(read).toEqual({ records: [], nextOffset: 17 });
  });

  test('nothing fetched leaves the position where it was', () => {
    expect(committedRecords([], [], 7)).toEqual({ records: [], nextOffset: 7 });
  });
});
