import { Ajv } from 'ajv';
import { decode } from './codec.ts';
import {
  encodeGenesis,
  encodePolicyActivated,
  encodeSettings,
  encodeStop,
  encodeTick,
  makeGenesis,
  TREASURIES_DEFAULT,
  zoneTransitions,
} from './genesis.ts';
import { CONTROL_RECORDS } from './records/control-records.ts';

const OPTIONS = { logId: 'log1', partitions: 16, zone: 'Asia/Shanghai', nowMs: 1_794_355_200_000, engine: 1 };
const STOP = { sequence: 4, scope: 'all', isStopped: true, by: ['lin'], reason: 'the shop window is wrong' };

describe('zoneTransitions', () => {
  test('Asia/Shanghai has one offset', () => {
    expect(zoneTransitions('Asia/Shanghai')).toEqual([{ fromMs: 0, offsetMinutes: 480 }]);
  });

  test('UTC has one offset', () => {
    expect(zoneTransitions('UTC')).toEqual([{ fromMs: 0, offsetMinutes: 0 }]);
  });

  test('America/Sao_Paulo switches at the instants of its summer times, the last in February 2019', () => {
    const transitions = zoneTransitions('America/Sao_Paulo');
    const at = (instant: string): object | undefined =>
      transitions.find(({ fromMs }) => fromMs === Date.parse(instant));
    expect(at('2017-10-15T03:00:00Z')).toEqual({
      fromMs: Date.parse('2017-10-15T03:00:00Z'),
      offsetMinutes: -120,
    });
    expect(at('2018-02-18T02:00:00Z')).toEqual({
      fromMs: Date.parse('2018-02-18T02:00:00Z'),
      offsetMinutes: -180,
    });
    expect(transitions.at(-1)).toEqual({ fromMs: Date.parse('2019-02-17T02:00:00Z'), offsetMinutes: -180 });
    for (let i = 1; i < transitions.length; i++) {
      expect(transitions[i]!.fromMs).toBeGreaterThan(transitions[i - 1]!.fromMs);
      expect(transitions[i]!.offsetMinutes).not.toBe(transitions[i - 1]!.offsetMinutes);
    }
  });

  test('a zone with half hours keeps them', () => {
    expect(zoneTransitions('Asia/Kolkata')).toEqual([{ fromMs: 0, offsetMinutes: 330 }]);
  });

  test('an unknown zone is refused by name', () => {
    expect(() => zoneTransitions('Mars/Olympus')).toThrow('Mars/Olympus');
  });
});

describe('genesis', () => {
  test('states the defaults and satisfies its schema', () => {
    const genesis = makeGenesis(OPTIONS);
    expect(genesis).toMatchObject({ latenessMs: 604_800_000, futureMs: 600_000, hashFunction: 'murmur2' });
    expect(genesis.treasuries).toBe(TREASURIES_DEFAULT);
    expect(makeGenesis({ ...OPTIONS, treasuries: 3 }).treasuries).toBe(3);
    expect(new Ajv().compile(CONTROL_RECORDS['updraft.control.genesis.v1'].schema)(genesis)).toBe(true);
  });

  test('made twice gives the same bytes', () => {
    expect(encodeGenesis(makeGenesis(OPTIONS)).equals(encodeGenesis(makeGenesis({ ...OPTIONS })))).toBe(true);
    expect(
      encodeGenesis(makeGenesis(OPTIONS)).equals(encodeGenesis(makeGenesis({ ...OPTIONS, engine: 2 }))),
    ).toBe(false);
  });

  test.each([0, 1.5, -3])('refuses %p partitions', (partitions) => {
    expect(() => makeGenesis({ ...OPTIONS, partitions })).toThrow('positive integer');
  });

  test.each([0, 1.5, -3])('refuses %p treasuries', (treasuries) => {
    expect(() => makeGenesis({ ...OPTIONS, treasuries })).toThrow('treasuries');
  });
});

describe('control records', () => {
  test('carry ids made from what they say, their writer and log time, and no subject', () => {
    const bundle = 'ab'.repeat(32);
    const records = [
      encodeGenesis(makeGenesis(OPTIONS)),
      encodeTick('log1', { atMs: 1_794_355_201_000, catchingUp: false }),
      encodeSettings('log1', { sequence: 3, mode: 'live' }, 1_794_355_202_000),
      encodePolicyActivated('log1', { sequence: 2, bundle, approvedBy: ['lin', 'wang'] }, 1_794_355_203_000),
      encodeStop('log1', STOP, 1_794_355_204_000),
    ].map((value) => decode(value));
    expect(records.map(({ id, source, time, subject }) => [id, source, time, subject])).toEqual([
      ['genesis', '/updraft/log1/genesis', '2026-11-11T00:00:00.000Z', undefined],
      ['tick-1794355201000', '/updraft/log1/ticker', '2026-11-11T00:00:01.000Z', undefined],
      ['settings-3', '/updraft/log1/settings', '2026-11-11T00:00:02.000Z', undefined],
      ['activation-2', '/updraft/log1/registry', '2026-11-11T00:00:03.000Z', undefined],
      ['stop-4', '/updraft/log1/stop', '2026-11-11T00:00:04.000Z', undefined],
    ]);
  });
});
