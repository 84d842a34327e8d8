import type { InboxRecord } from '#stream/inbox';
import { eventIn } from './cloudevents-kafka.ts';

function record(value: string | Buffer | null, headers: Readonly<Record<string, string>> = {}): InboxRecord {
  return {
    offset: 0,
    timestampMs: 0,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: new Map(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

const BINARY = { ce_specversion: '1.0', ce_id: 'a-1', ce_type: 'updraft.order.paid.v1', ce_source: '/x' };

describe('an event in a Kafka record', () => {
  test('is the value where there are no headers, or those of the structured mode', () => {
    const event = { id: 'a-1', type: 't' };
    expect(eventIn(record(JSON.stringify(event)))).toEqual({ event });
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    expect(eventIn(record(JSON.stringify(event), headers))).toEqual({ event });
  });

  test('is put together from ce_ headers and the value in binary mode', () => {
    expect(eventIn(record('{"orderId":"7"}', { ...BINARY, other: 'is not ours' }))).toEqual({
      event: {
        specversion: '1.0',
        id: 'a-1',
        type: 'updraft.order.paid.v1',
        source: '/x',
        datacontenttype: 'application/json',
        data: { orderId: '7' },
      },
    });
  });

  test('has no way to reach a prototype', () => {
    const bound = eventIn(record('{}', { ...BINARY, ce___proto__: 'x' })) as { event: object };
    expect(Object.keys(bound.event)).toContain('__proto__');
    expect(Object.getPrototypeOf(bound.event)).toBe(Object.prototype);
  });

  test.each([
    ['a tombstone', record(null), 'must not be empty'],
    ['an empty value', record(''), 'must not be empty'],
    ['bytes that are no text', record(Buffer.from([0xff, 0xfe])), 'must be UTF-8'],
    ['broken JSON', record('{"id":'), 'must be JSON'],
    [
      'another format',
      record('{}', { 'content-type': 'application/avro' }),
      'must be application/cloudevents+json',
    ],
    [
      'binary mode that is not JSON',
      record('{}', { ...BINARY, 'content-type': 'text/xml' }),
      'application/json',
    ],
  ])('is not there in %s, and it is said why', (_what, given, rule) => {
    expect(eventIn(given)).toEqual({
      problems: [expect.objectContaining({ rule: expect.stringContaining(rule) })],
    });
  });
});
