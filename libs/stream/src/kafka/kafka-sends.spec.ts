import { OversizeError, SEND_BYTES_MAX, type Appended } from '../log.ts';
import { SEND_RECORDS_MAX, sizeOf } from './kafka-client.ts';
import { assertFits, cutIntoSends, sendOnce } from './kafka-sends.ts';

const record = (bytes: number, key: string | null = null): Appended => ({ key, value: Buffer.alloc(bytes) });
const bytesOf = (send: readonly Appended[]): number => send.reduce((sum, one) => sum + sizeOf(one), 0);

describe('cutting records into sends', () => {
  test('no send is larger than allowed, none is empty, and the order stays', () => {
    const records = Array.from({ length: 40 }, (_, index) => record(100_000 + index));
    const sends = cutIntoSends(records);
    expect(sends.flat()).toEqual(records);
    expect(sends.every((send) => send.length > 0 && bytesOf(send) <= SEND_BYTES_MAX)).toBe(true);
    expect(sends.length).toBe(5);
  });

  test('a record as large as a send travels alone', () => {
    const sends = cutIntoSends([record(10), record(SEND_BYTES_MAX), record(10)]);
    expect(sends.map((send) => send.length)).toEqual([1, 1, 1]);
  });

  test('very many small records are cut by their number', () => {
    const sends = cutIntoSends(Array.from({ length: SEND_RECORDS_MAX + 1 }, () => record(1)));
    expect(sends.map((send) => send.length)).toEqual([SEND_RECORDS_MAX, 1]);
  });
});

describe('what is refused', () => {
  test('a value of the largest size fits, one more byte does not, and the error says which rule', () => {
    expect(() => assertFits(record(SEND_BYTES_MAX), 'activity')).not.toThrow();
    expect(() => assertFits(record(SEND_BYTES_MAX + 1), 'activity')).toThrow(OversizeError);
    expect(() => assertFits(record(SEND_BYTES_MAX + 1), 'activity')).toThrow(/activity.*921601.*921600/);
  });

  test('a key that makes the record too large for the broker is refused too', () => {
    expect(() => assertFits(record(SEND_BYTES_MAX, 'k'.repeat(100_000)), 'activity')).toThrow(OversizeError);
  });
});

describe('one send', () => {
  const addressed = { topic: 't', partition: 3, key: null, value: Buffer.from('x') };

  test('tells the first offset per topic', async () => {
    const answers = [
      { topicName: 't', partition: 3, errorCode: 0, baseOffset: '41' },
      { topicName: 't', partition: 4, errorCode: 0, baseOffset: '17' },
    ];
    const through = { sendBatch: () => Promise.resolve(answers) };
    const offsets = await sendOnce(through, [addressed, { ...addressed, partition: 4 }], 1_000);
    expect(offsets).toEqual(new Map([['t', 17]]));
  });

  test('fails when kafkajs left a partition out without a word', async () => {
    const through = { sendBatch: () => Promise.resolve([]) };
    await expect(sendOnce(through, [addressed], 1_000)).rejects.toThrow('t/3');
  });
});
