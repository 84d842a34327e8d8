import { encodeTick } from '#contracts/genesis';
import { UndecodableError } from '#contracts/codec';
import type { LogRecord } from '#stream/log';
import { decodeInput } from './decode-input.ts';

const NOTHING = new Map<string, string>();

function record(offset: number, value: Buffer | string, key: string | null = null): LogRecord {
  return { offset, key, value: Buffer.from(value) };
}

const TICK = encodeTick('spec', { atMs: 0, catchingUp: false });

function capability(type: string, position: string): string {
  const data = { position };
  return JSON.stringify({ specversion: '1.0', id: position, source: '/s', type, time: 't', data });
}

test('a record of activity has its place from partition and offset, and keeps its exact text', () => {
  const input = decodeInput('activity', 3, record(17, TICK, null), NOTHING);
  expect(input).toMatchObject({ position: [3, 17], key: null, text: TICK.toString('utf8') });
  expect(input.event.type).toBe('updraft.control.tick.v1');
  expect(input.quarantined).toBeUndefined();
});

test('a record of capability has the place that it carries, whatever its offset', () => {
  const text = capability('updraft.capability.control.v1', '3/17/0');
  const input = decodeInput('capability', 3, record(99, text, 'm-1'), NOTHING);
  expect(input).toMatchObject({ position: [3, 17, 0], key: 'm-1', text });
});

test.each([
  ['a type of another log', 'activity' as const, capability('updraft.capability.control.v1', '0/0/0')],
  ['a type of another log', 'capability' as const, TICK.toString('utf8')],
  ['a type nobody knows', 'activity' as const, TICK.toString('utf8').replace('tick.v1', 'tock.v1')],
  ['a version nobody knows', 'activity' as const, TICK.toString('utf8').replace('tick.v1', 'tick.v2')],
  ['no JSON', 'activity' as const, 'x{'],
])('%s cannot be read from %s', (_name, log, text) => {
  expect(() => decodeInput(log, 0, record(0, text), NOTHING)).toThrow(UndecodableError);
});

describe('a record that quarantine names', () => {
  const quarantine = new Map([['0/5', 'by lin and wang: broken sender']]);

  test('is handed on with the reason, also when it cannot be read at all', () => {
    const quarantined = 'by lin and wang: broken sender';
    const readable = decodeInput('activity', 0, record(5, TICK), quarantine);
    expect(readable).toMatchObject({ quarantined, event: { type: 'updraft.control.tick.v1' } });
    const broken = decodeInput('activity', 0, record(5, 'x{', 'm-1'), quarantine);
    expect(broken).toMatchObject({ quarantined, text: 'x{', event: { type: 'undecodable', subject: 'm-1' } });
    const keyless = decodeInput('activity', 0, record(5, 'x{'), quarantine);
    expect(keyless.event).not.toHaveProperty('subject');
  });

  test('is that one only', () => {
    expect(decodeInput('activity', 0, record(4, TICK), quarantine).quarantined).toBeUndefined();
    expect(decodeInput('activity', 1, record(5, TICK), quarantine).quarantined).toBeUndefined();
    expect(() => decodeInput('activity', 0, record(6, 'x{'), quarantine)).toThrow(UndecodableError);
  });
});
