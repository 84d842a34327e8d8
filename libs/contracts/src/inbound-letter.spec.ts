import { Ajv } from 'ajv';
import { encodeInboundLetter, LETTER_BYTES_MAX, type RefusedRecord } from './inbound-letter.ts';
import { isInstant } from './instant.ts';
import { OUTPUT_RECORDS } from './records/output-records.ts';

/** The largest send that every transport takes (libs/stream/src/log.ts). */
const SEND_BYTES_MAX = 900 * 1024;
const RECORD: RefusedRecord = {
  topic: 'marketplace.events',
  partition: 2,
  offset: 4_711,
  timestampMs: Date.parse('2026-11-11T10:00:00.123Z'),
  value: Buffer.from('{"id":"order-7-paid"'),
  reason: 'malformed',
  problems: [{ field: '', value: 'the value', rule: 'must be JSON' }],
};
const { schema } = OUTPUT_RECORDS['updraft.dead-letter.inbound.v1'];
const validate = new Ajv({ strict: true, formats: { 'date-time': isInstant } }).compile(schema);

interface Letter {
  readonly time: string;
  readonly data: {
    readonly problems: RefusedRecord['problems'];
    readonly bytes: { base64: string; length: number; sha256: string | null };
  };
}

function letterOf(record: RefusedRecord): Letter {
  return JSON.parse(encodeInboundLetter(record).toString('utf8')) as Letter;
}

test('a letter says where the record stands, what is wrong with it, and holds its bytes', () => {
  const letter = letterOf(RECORD);
  expect(letter).toMatchObject({
    id: 'inbound/2/4712',
    time: '2026-11-11T10:00:00.123Z',
    data: { writer: 'inbound/2', sequence: 4_712, position: '2/4711', reason: 'malformed' },
  });
  expect(validate(letter.data)).toBe(true);
  expect(Buffer.from(letter.data.bytes.base64, 'base64')).toEqual(RECORD.value);
});

test('the same record refused again is the same letter, byte for byte', () => {
  expect(encodeInboundLetter({ ...RECORD })).toEqual(encodeInboundLetter(RECORD));
});

test('a tombstone has no bytes and no hash', () => {
  expect(letterOf({ ...RECORD, value: null }).data.bytes).toEqual({ base64: '', length: 0, sha256: null });
});

test('of a value that is too long to be sent on, the beginning is kept with length and hash of the whole', () => {
  const value = Buffer.alloc(5_000_000, 7);
  const encoded = encodeInboundLetter({ ...RECORD, value });
  const { bytes } = letterOf({ ...RECORD, value }).data;
  expect(encoded.length).toBeLessThan(SEND_BYTES_MAX);
  expect(bytes.length).toBe(5_000_000);
  expect(Buffer.from(bytes.base64, 'base64')).toHaveLength(LETTER_BYTES_MAX);
  expect(bytes.sha256).not.toBe(letterOf({ ...RECORD, value: value.subarray(1) }).data.bytes.sha256);
});

test('what has no form in UTF-8 is told by its replacement, and no letter fails because of it', () => {
  const problem = { field: '/\ud800', value: '"x"', rule: 'must be JSON ("\udeca")' };
  const { problems } = letterOf({ ...RECORD, problems: [problem] }).data;
  expect(problems).toEqual([{ field: '/\ufffd', value: '"x"', rule: 'must be JSON ("\ufffd")' }]);
});

test.each([-1, Number.NaN, 1e15, 9e15])(
  'a record of the impossible time %p is told as of 1970',
  (timestampMs) => {
    expect(letterOf({ ...RECORD, timestampMs }).time).toBe('1970-01-01T00:00:00.000Z');
  },
);
