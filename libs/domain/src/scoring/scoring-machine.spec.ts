/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Lease, Stop } from '../controls.ts';
import type { ForwardedControl } from '../outputs.ts';
import type { CloudEvent, OutputRecord } from '../stage/stage.ts';
import { capabilitiesIn, deadLettersIn, GENESIS, given, T0, type World } from '../testing/given.ts';
import { compiled, smallSource } from '../testing/small-bundle.ts';
import { scoring } from './scoring-machine.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Without an answer of the treasury, so that nothing stands in activity but what a test writes. */
function alone(): World {
  const world = given(sha256);
  world.treasury.isAway = true;
  return world;
}
const SMALL = compiled(smallSource()).text;

function small(): World {
  const world = alone();
  world.activate(SMALL);
  return world;
}

function last(world: World, merchant: string): ReturnType<typeof capabilitiesIn>[number] {
  return capabilitiesIn(world.outputs)
    .filter((each) => each.merchant === merchant)
    .at(-1)!;
}

function controls(outputs: readonly OutputRecord[]): ForwardedControl[] {
  const events = outputs.map(({ text }) => JSON.parse(text) as CloudEvent);
  return events
    .filter(({ type }) => type === 'updraft.capability.control.v1')
    .map(({ data }) => data as unknown as ForwardedControl);
}

const letters = (outputs: readonly OutputRecord[]): string[] =>
  deadLettersIn(outputs).map(({ reason }) => reason);

describe('what counts', () => {
  test('an event counts once; the same again is dropped without a word', () => {
    const world = small();
    world.event('updraft.training.completed.v1', 'm1', { course: 'a' }, { id: 'x' });
    const again = world.event('updraft.training.completed.v1', 'm1', { course: 'a' }, { id: 'x' });
    expect(again).toEqual([]);
    expect(world.scoring.machine().gauges()).toMatchObject({ events: 1, duplicates: 1, conflicts: 0 });
  });

  test('the same id with other content is in conflict and changes nothing', () => {
    const world = small();
    world.event('updraft.training.completed.v1', 'm1', { course: 'a' }, { id: 'x' });
    const conflict = world.event(
      'updraft.training.completed.v1',
      'm1',
      { course: 'first-sale' },
      { id: 'x' },
    );
    expect(letters(conflict)).toEqual(['conflict']);
    expect(conflict).toHaveLength(1);
    expect(last(world, 'm1').trainings).toEqual(['a']);
  });

  test('the same id of another source is another event', () => {
    const world = small();
    world.event('updraft.training.completed.v1', 'm1', { course: 'a' }, { id: 'x' });
    world.event(
      'updraft.training.completed.v1',
      'm1',
      { course: 'first-sale' },
      { id: 'x', source: '/other' },
    );
    expect(last(world, 'm1').trainings).toEqual(['a', 'first-sale']);
  });

  test.each([
    ['just in time', -7 * DAY_MS, []],
    ['a millisecond too late', -7 * DAY_MS - 1, ['too-late']],
    ['as far ahead as may be', 5 * MINUTE_MS, []],
    ['a millisecond too far ahead', 5 * MINUTE_MS + 1, ['from-the-future']],
  ])('an event that occurred %s', (_name, offsetMs, reasons) => {
    const world = small();
    expect(
      letters(world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { atMs: T0 + offsetMs })),
    ).toEqual(reasons);
  });

  test('what was too late was not seen: sent again in time under its id, it counts', () => {
    const world = small();
    world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { id: 'x', atMs: T0 - 8 * DAY_MS });
    world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { id: 'x' });
    expect(world.scoring.machine().gauges()).toMatchObject({ events: 1, late: 1, conflicts: 0 });
  });

  test('a lowered lateness limit holds at once; a raised one never lets a forgotten event count again', () => {
    const world = small();
    const occurred = T0 - 2 * DAY_MS;
    world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { id: 'x', atMs: occurred });
    world.control('updraft.control.settings.v1', { sequence: 1, latenessMs: DAY_MS });
    world.tick(T0 + HOUR_MS);
    world.control('updraft.control.settings.v1', { sequence: 2, latenessMs: 7 * DAY_MS });
    for (const restart of [false, true]) {
      if (restart) world.scoring.reopen();
      const again = world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { id: 'x', atMs: occurred });
      expect(letters(again)).toEqual(['too-late']);
    }
    world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { id: 'y', atMs: T0 - DAY_MS + HOUR_MS });
    expect(world.scoring.machine().gauges()['events']).toBe(1);
  });

  test('an older or repeated settings record is no setting', () => {
    const world = small();
    world.control('updraft.control.settings.v1', { sequence: 2, futureMs: HOUR_MS });
    expect(world.control('updraft.control.settings.v1', { sequence: 2, futureMs: 0 })).toEqual([]);
    expect(
      letters(world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { atMs: T0 + HOUR_MS })),
    ).toEqual([]);
  });

  test('a quarantined record is not stepped: it becomes a dead letter and is told to those behind', () => {
    const world = small();
    const out = world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { quarantined: 'it throws' });
    expect(deadLettersIn(out)).toMatchObject([
      { reason: 'quarantined', detail: 'it throws', merchant: 'm1' },
    ]);
    expect(controls(out)).toMatchObject([{ type: 'updraft.control.quarantined.v1' }]);
    expect(world.scoring.machine().gauges()).toMatchObject({ events: 0, merchants: 0 });
    expect(world.scoring.machine().position()).toEqual([0, 2]);
  });

  test('a quarantined activation waits for no bundle', () => {
    const world = small();
    const activated = { sequence: 9, bundle: 'never-published', approvedBy: ['ann', 'bo'] };
    world.control('updraft.control.policy-activated.v1', activated, 'its content is lost');
    expect(world.scoring.machine().liveBundle()).toBe(sha256(SMALL));
  });

  test('dead letters are numbered without a gap and carry the record as it stands in the log', () => {
    const world = small();
    for (const atMs of [T0 - 8 * DAY_MS, T0 + DAY_MS]) {
      world.event('updraft.tool.adopted.v1', 'm1', { tool: 't' }, { atMs });
    }
    const found = deadLettersIn(world.outputs);
    expect(found.map(({ writer, sequence, position }) => [writer, sequence, position])).toEqual([
      ['scoring/0', 1, '0/2'],
      ['scoring/0', 2, '0/3'],
    ]);
    expect(found[1]!.record).toBe(world.sent.at(-1)!.text);
  });
});

describe('genesis and ticks', () => {
  test('a log that does not begin with genesis is refused', () => {
    const world = small();
    world.tick(T0);
    const machine = scoring.open(0, null, sha256);
    expect(() => machine.step(world.sent.at(-1)!)).toThrow(
      'begin with genesis but with updraft.control.tick.v1',
    );
  });

  test('an equal second genesis is a no-op, a different one stops the partition', () => {
    const world = small();
    expect(world.control('updraft.control.genesis.v1', GENESIS)).toEqual([]);
    expect(() => world.control('updraft.control.genesis.v1', { ...GENESIS, futureMs: 1 })).toThrow(
      'second, different',
    );
  });

  test('a genesis of another engine is refused', () => {
    expect(() => given(sha256, { engine: 99 })).toThrow('engine 99');
  });

  test('an older tick moves nothing and is not told on; an equal one is', () => {
    const world = small();
    world.tick(T0 + HOUR_MS);
    expect(controls(world.tick(T0))).toEqual([]);
    expect(world.scoring.machine().gauges()['nowMs']).toBe(T0 + HOUR_MS);
    expect(controls(world.tick(T0 + HOUR_MS))).toHaveLength(1);
  });

  test('every forwarded tick carries a hash over all records before it', () => {
    const hashes = ['a', 'b'].map((course) => {
      const world = small();
      world.event('updraft.training.completed.v1', 'm1', { course });
      return controls(world.tick(T0 + HOUR_MS))[0]!.activityHash;
    });
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  test('an unknown control record stops the partition instead of being guessed', () => {
    const world = small();
    const type = 'updraft.control.unheard-of.v1' as 'updraft.control.tick.v1';
    expect(() => world.control(type, { atMs: T0, catchingUp: false })).toThrow('unknown control record');
  });
});

describe('leases and stops', () => {
  const lease = (sequence: number, writer = 'treasury/0'): Lease => ({
    writer,
    sequence,
    account: 'growth',
    holder: null,
    amount: 100,
    answers: null,
    isScarce: false,
  });
  const stop = (sequence: number, isStopped: boolean): Stop => ({
    sequence,
    scope: 'programme:growth',
    isStopped,
    by: ['ann', 'bo'],
    reason: 'a rehearsal',
  });

  test('a lease is told on in place, once, and each treasury partition counts for itself', () => {
    const world = small();
    const told = [lease(1), lease(2), lease(2), lease(1), lease(1, 'treasury/1'), lease(3)].map((each) =>
      controls(world.control('updraft.control.lease.v1', each)).map(({ type, position, control }) => {
        const { writer, sequence } = control as unknown as Lease;
        return `${type} ${position} ${writer} ${sequence}`;
      }),
    );
    expect(told).toEqual([
      ['updraft.control.lease.v1 0/2/0 treasury/0 1'],
      ['updraft.control.lease.v1 0/3/0 treasury/0 2'],
      [],
      [],
      ['updraft.control.lease.v1 0/6/0 treasury/1 1'],
      ['updraft.control.lease.v1 0/7/0 treasury/0 3'],
    ]);
  });

  test('a lease whose forerunner is missing stops the partition, also after a restart', () => {
    const world = small();
    world.control('updraft.control.lease.v1', lease(1));
    world.scoring.reopen();
    expect(world.control('updraft.control.lease.v1', lease(1))).toEqual([]);
    expect(() => world.control('updraft.control.lease.v1', lease(3))).toThrow(
      'lease 3 of treasury/0 came after 1',
    );
  });

  test('a stop is told on, and what is not newer than the last one is not', () => {
    const world = small();
    const told = [stop(2, true), stop(2, true), stop(1, false), stop(5, false)].map((each) =>
      controls(world.control('updraft.control.stop.v1', each)).map(({ control }) => control),
    );
    expect(told).toEqual([[stop(2, true)], [], [], [stop(5, false)]]);
  });

  test('what is not told on stands in the hash over the activity all the same', () => {
    const hashes = [1, 0].map((sequence) => {
      const world = small();
      world.control('updraft.control.lease.v1', lease(1));
      expect(world.control('updraft.control.lease.v1', lease(sequence))).toEqual([]);
      return controls(world.tick(T0))[0]!.activityHash;
    });
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});
