import { canonicalJson, type Json } from '#domain/canonical';
import { makeAdmit } from './admit.ts';
import { exampleOf } from './catalogue.ts';
import { decode, encodeControl, UndecodableError } from './codec.ts';
import { INPUT_TYPES, MERCHANT_EVENT_TYPES } from './event-types.ts';

const admit = makeAdmit({ partitions: 1, pseudonymKey: Buffer.alloc(32) });

function failure(value: string, known?: ReadonlySet<string>): UndecodableError {
  try {
    decode(Buffer.from(value), known);
  } catch (error) {
    if (error instanceof UndecodableError) return error;
    throw error;
  }
  throw new Error('was decoded');
}

describe('decode', () => {
  test.each(MERCHANT_EVENT_TYPES)('reads %s as it was admitted', (type) => {
    const result = admit(exampleOf(type));
    if (!result.admitted) throw new Error('refused');
    const event = decode(result.value, INPUT_TYPES.activity);
    expect(event).toMatchObject({ specversion: '1.0', type, subject: 'merchant-42', id: `example-${type}` });
    expect(canonicalJson(event as unknown as Json)).toBe(result.value.toString());
    expect(decode(result.value.toString())).toEqual(event);
  });

  test('names a type that nobody knows and a version that it does not know', () => {
    const paid = exampleOf('updraft.order.paid.v1');
    expect(failure(JSON.stringify({ ...paid, type: 'updraft.order.lost.v1' }))).toMatchObject({
      reason: 'unknown-type',
      message: expect.stringContaining('updraft.order.lost.v1') as string,
    });
    expect(failure(JSON.stringify({ ...paid, type: 'updraft.order.paid.v9' }))).toMatchObject({
      reason: 'unknown-version',
      message: expect.stringContaining('known: updraft.order.paid.v1') as string,
    });
  });

  test('holds each log to its own types', () => {
    const tick = encodeControl('updraft.control.tick.v1', 'tick-0', '/t', '2026-01-01T00:00:00.000Z', {
      atMs: 0,
      catchingUp: false,
    }).toString();
    expect(decode(tick, INPUT_TYPES.activity).type).toBe('updraft.control.tick.v1');
    expect(failure(tick, INPUT_TYPES.capability).reason).toBe('unknown-type');
  });

  test.each(['', '{', 'null', '[]', '"x"', '7'])('calls %j malformed', (value) => {
    expect(failure(value).reason).toBe('malformed');
  });

  test.each(['specversion', 'id', 'source', 'type', 'time', 'data'])('misses %s', (attribute) => {
    const event: Record<string, unknown> = { ...exampleOf('updraft.order.paid.v1') };
    delete event[attribute];
    const error = failure(JSON.stringify(event));
    expect(error.reason).toBe('malformed');
    expect(error.message).toContain(`${attribute} absent`);
  });
});
