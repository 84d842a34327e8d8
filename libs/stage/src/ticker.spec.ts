import { decode } from '#contracts/codec';
import { UnavailableError } from '#stream/log';
import { listedLogs } from './testing/listed-logs.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { createTicker, type Ticker, type TickerPorts } from './ticker.ts';

const START_MS = Date.UTC(2026, 10, 11);
const MINUTE_MS = 60_000;

/** The lease of the database, held by one at a time, with what its last holder left. */
interface SharedLease {
  holder: string;
  state: string;
  /** Everybody is told that it is theirs. */
  isSplit: boolean;
}

interface World {
  readonly clock: ManualClock;
  readonly listed: ReturnType<typeof listedLogs>;
  readonly states: [boolean, string][];
  readonly lease: SharedLease;
  skewMs: number;
  reached: { nowMs: number; isLive: boolean } | null;
  /** Replaces what appending does. */
  append: (() => Promise<void>) | null;
  isInboundOld: boolean;
  open(name?: string): Ticker;
  /** Ticks of a partition as [seconds since the start, catchingUp]. */
  ticks(partition: number, log?: string): [number, boolean][];
}

function openWorld(): World {
  const clock = new ManualClock();
  const listed = listedLogs();
  for (const partition of [0, 1]) listed.append('activity', partition, 'genesis');
  listed.append('treasury', 0, 'genesis');
  const wallClock = (): number => START_MS + clock.now();
  const world: World = {
    clock,
    listed,
    states: [],
    lease: { holder: '', state: '{}', isSplit: false },
    skewMs: 0,
    reached: { nowMs: START_MS, isLive: true },
    append: null,
    isInboundOld: false,
    open(name = 'me') {
      const writer = listed.logs.writer('ticker');
      const ports: TickerPorts = {
        logs: listed.logs,
        writer: {
          ...writer,
          append: (...some) => (world.append === null ? writer.append(...some) : world.append()),
        },
        logId: 'spec',
        partitions: 2,
        treasuries: 1,
        clock,
        wallClock,
        lease: leaseFor(world, name, wallClock),
        reached: () => Promise.resolve(world.reached),
        isInboundOld: () => Promise.resolve(world.isInboundOld),
        onState: (ok, detail) => world.states.push([ok, detail]),
      };
      const ticker = createTicker(ports);
      void ticker.run();
      return ticker;
    },
    ticks(partition, log = 'activity') {
      const values = listed.records(log, partition).filter(({ value }) => value.includes('tick'));
      return values.map(({ value }) => {
        const { atMs, catchingUp } = decode(value).data as { atMs: number; catchingUp: boolean };
        return [(atMs - START_MS) / 1_000, catchingUp];
      });
    },
  };
  return world;
}

function leaseFor(world: World, name: string, wallClock: () => number): TickerPorts['lease'] {
  const { lease } = world;
  return {
    keep() {
      if (lease.holder === '') lease.holder = name;
      const isHeld = lease.isSplit || lease.holder === name;
      const databaseNowMs = wallClock() - world.skewMs;
      return Promise.resolve({ isHeld, state: isHeld ? lease.state : '{}', databaseNowMs });
    },
    save(state) {
      lease.state = state;
      return Promise.resolve();
    },
    drop() {
      if (lease.holder === name) lease.holder = '';
      return Promise.resolve();
    },
  };
}

const secondsOf = (ticks: readonly [number, boolean][]): number[] => ticks.map(([second]) => second);

test('each second where there is traffic, every 15 s where there is none', async () => {
  const world = openWorld();
  world.open();
  await world.clock.pass(500);
  for (let second = 0; second < 20; second++) {
    world.listed.append('activity', 0, { event: second });
    await world.clock.pass(1_000);
  }
  expect(secondsOf(world.ticks(0))).toEqual(Array.from({ length: 21 }, (_, second) => second));
  expect(secondsOf(world.ticks(1))).toEqual([0, 15]);
  await world.clock.pass(30_000);
  // Its own ticks are no traffic.
  expect(secondsOf(world.ticks(0)).slice(21)).toEqual([35, 50]);
  expect(secondsOf(world.ticks(1))).toEqual([0, 15, 30, 45]);
});

test('the treasury has a clock of its own pace: requests are its traffic', async () => {
  const world = openWorld();
  world.open();
  await world.clock.pass(500);
  for (let second = 0; second < 20; second++) {
    if (second < 10) world.listed.append('activity', 0, { event: second });
    else world.listed.append('treasury', 0, { request: second });
    await world.clock.pass(1_000);
  }
  expect(secondsOf(world.ticks(0, 'treasury'))).toEqual([0, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  expect(secondsOf(world.ticks(0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('not before all partitions are live: history brings its own ticks', async () => {
  const world = openWorld();
  world.reached = null;
  world.open();
  await world.clock.pass(5_000);
  world.reached = { nowMs: START_MS, isLive: false };
  await world.clock.pass(5_000);
  expect(world.ticks(0)).toEqual([]);
  expect(world.states.at(-1)).toEqual([true, 'history: ticks come with the records']);
  world.reached = { nowMs: START_MS, isLive: true };
  await world.clock.pass(1_000);
  expect(world.ticks(0)).toHaveLength(1);
});

test('it tells when a tick stands in every partition, which after a pause must be before anything new', async () => {
  const world = openWorld();
  world.reached = { nowMs: START_MS - 60 * MINUTE_MS, isLive: false };
  const ticker = world.open();
  let hasTicked = false;
  void ticker.ticked.then(() => (hasTicked = true));
  await world.clock.pass(5_000);
  expect(hasTicked).toBe(false);
  world.reached = { nowMs: START_MS - 60 * MINUTE_MS, isLive: true };
  world.append = () => Promise.reject(new UnavailableError('away'));
  await world.clock.pass(2_000);
  expect(hasTicked).toBe(false);
  world.append = null;
  await world.clock.pass(1_000);
  expect([world.ticks(0).length, world.ticks(1).length, hasTicked]).toEqual([1, 1, true]);
});

test('after a gap of more than 60 s it says for 10 minutes that it is catching up', async () => {
  const world = openWorld();
  world.reached = { nowMs: START_MS - 60_001, isLive: true };
  world.open();
  await world.clock.pass(11 * MINUTE_MS);
  const ticks = world.ticks(0);
  expect(ticks[0]).toEqual([0, true]);
  expect(ticks.filter(([second]) => second < 600).every(([, catchingUp]) => catchingUp)).toBe(true);
  const after = ticks.filter(([second]) => second >= 600);
  expect(after.length).toBeGreaterThan(2);
  expect(after.some(([, catchingUp]) => catchingUp)).toBe(false);
  expect(world.states.map(([, detail]) => detail)).toContain('catching up');
  expect(world.states.at(-1)).toEqual([true, '']);
});

test('while old records wait at the door it says that it is catching up, and no longer', async () => {
  const world = openWorld();
  world.isInboundOld = true;
  world.open();
  await world.clock.pass(20_000);
  world.isInboundOld = false;
  await world.clock.pass(20_000);
  const ticks = world.ticks(0);
  expect(ticks.filter(([second]) => second < 20).every(([, catchingUp]) => catchingUp)).toBe(true);
  expect(ticks.at(-1)![1]).toBe(false);
  expect(world.states.map(([, detail]) => detail)).toContain('catching up: old records wait');
});

test('a gap of 60 s is none', async () => {
  const world = openWorld();
  world.reached = { nowMs: START_MS - 60_000, isLive: true };
  world.open();
  await world.clock.pass(1_000);
  expect(world.ticks(0)[0]).toEqual([0, false]);
});

test('while the log is away nothing is ticked; once it is back the gap counts', async () => {
  const world = openWorld();
  world.open();
  await world.clock.pass(2_000);
  world.append = () => Promise.reject(new UnavailableError('away'));
  await world.clock.pass(90_000);
  expect(world.states.at(-1)).toEqual([false, 'away']);
  const before = world.ticks(0).length;
  world.append = null;
  await world.clock.pass(15_000);
  expect(world.ticks(0)[before]![1]).toBe(true);
});

test('a bug of its own makes it unready and ends neither its loop nor the process', async () => {
  const world = openWorld();
  world.open();
  world.append = () => {
    throw new TypeError('no such thing');
  };
  await world.clock.pass(2_000);
  expect(world.states.at(-1)).toEqual([false, expect.stringContaining('TypeError: no such thing')]);
  world.append = null;
  await world.clock.pass(2_000);
  expect(world.states.at(-1)).toEqual([true, '']);
});

test('it does not tick while its clock differs from that of the database by more than 5 s', async () => {
  const world = openWorld();
  for (const skewMs of [5_001, -5_001]) {
    world.skewMs = skewMs;
    const ticker = world.open();
    await world.clock.pass(3_000);
    const [ok, detail] = world.states.at(-1)!;
    expect([ok, detail]).toEqual([false, `clock differs from the database's by ${skewMs} ms: not ticking`]);
    const stopping = ticker.stop();
    await world.clock.pass(1_000);
    await stopping;
  }
  expect(world.ticks(0)).toEqual([]);
  world.skewMs = 5_000;
  world.open();
  await world.clock.pass(1_000);
  expect(world.ticks(0)).toHaveLength(1);
});

test('it waits where log time is ahead of its clock', async () => {
  const world = openWorld();
  world.reached = { nowMs: START_MS + 10_000, isLive: true };
  world.open();
  await world.clock.pass(9_000);
  expect(world.ticks(0)).toEqual([]);
  await world.clock.pass(2_000);
  expect(secondsOf(world.ticks(0))).toEqual([10]);
});

test('of two one ticks; when it leaves the other goes on, with the catch-up that was on', async () => {
  const world = openWorld();
  world.reached = { nowMs: START_MS - 5 * MINUTE_MS, isLive: true };
  const first = world.open('first');
  world.open('second');
  await world.clock.pass(16_000);
  expect(secondsOf(world.ticks(0))).toEqual([0, 15]);
  expect(world.states.map(([, detail]) => detail)).toContain('another process ticks');
  const stopping = first.stop();
  await world.clock.pass(1_000);
  await stopping;
  world.reached = { nowMs: START_MS + 15_000, isLive: true };
  await world.clock.pass(MINUTE_MS);
  const later = world.ticks(0).slice(2);
  expect(later.length).toBeGreaterThanOrEqual(3);
  expect(later.every(([, catchingUp]) => catchingUp)).toBe(true);
});

test('two that both believe to be the one write equal ticks, which move nothing', async () => {
  const world = openWorld();
  world.lease.isSplit = true;
  world.open('first');
  world.open('second');
  await world.clock.pass(40_000);
  const ticks = world.ticks(0);
  expect(secondsOf(ticks)).toEqual([...secondsOf(ticks)].sort((a, b) => a - b));
  const times = new Set(secondsOf(ticks));
  expect(times.size).toBeLessThan(ticks.length);
  // Equal instants are equal bytes: for the stages one record twice, and not two that contradict each other.
  const values = new Set(world.listed.records('activity', 0).map(({ value }) => value.toString('utf8')));
  expect(values.size).toBe(times.size + 1);
});
