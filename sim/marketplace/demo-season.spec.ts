import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';
import type { CloudEvent } from '#domain/stage/stage';
import { playSeason, type GrantJournal, type Season, type StepInForce } from './demo-season.ts';
import { activityInMemory, type ActivityInMemory } from './history-fixture.ts';
import type { ActiveGrant } from './in-force.ts';
import { createMarketplace } from './marketplace.ts';

const START_MS = Date.parse('2026-11-10T00:00:00+08:00');
const END_MS = START_MS + 2 * DAY_MS + 37 * MINUTE_MS;
const PARTITIONS = 3;
const KEY = Buffer.alloc(32, 7);

describe('a season', () => {
  test('alternates events and ticks so that no event lies further ahead than the log allows', async () => {
    const { activity } = await run();
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      let nowMs = START_MS;
      for (const event of activity.events(partition).slice(1)) {
        if (isTick(event)) {
          expect(atOf(event)).toBeGreaterThanOrEqual(nowMs);
          nowMs = atOf(event);
        } else if (event.type.startsWith('updraft.control')) {
          expect(event.data).toEqual({ sequence: 1, mode: 'live' });
        } else {
          expect(Date.parse(event.time)).toBeLessThanOrEqual(nowMs + 10 * MINUTE_MS);
          expect(Date.parse(event.time)).toBeGreaterThan(nowMs - 7 * DAY_MS);
        }
      }
    }
  });

  test('ends at the wall clock and goes live with its last record', async () => {
    const { activity, drainedAt, summary } = await run();
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const [tick, settings] = activity.events(partition).slice(-2);
      expect(atOf(tick!)).toBe(END_MS);
      expect(settings!.type).toBe('updraft.control.settings.v1');
    }
    expect(drainedAt).toHaveLength(25);
    expect(drainedAt.at(-1)).toBe(END_MS);
    expect(summary.events).toBeGreaterThan(800);
  });

  test('sends as many equal ticks at midnight as it was told to', async () => {
    const { activity } = await run({ ticksPerBoundary: 5 });
    const midnights = activity
      .events(0)
      .filter((event) => isTick(event) && atOf(event) === START_MS + DAY_MS);
    expect(midnights).toHaveLength(5);
  });

  test('tells the treasury the time, once each time, and that it is live', async () => {
    const { activity } = await run({ ticksPerBoundary: 5 });
    const told = activity.treasury();
    const distinct = [...new Set(activity.events(0).filter(isTick).map(atOf))];
    expect(told.filter(isTick).map(atOf)).toEqual(distinct);
    expect(told.at(-1)!.type).toBe('updraft.control.settings.v1');
  });

  test('is the same bytes when it is played again', async () => {
    const first = await run();
    const second = await run();
    expect(allValues(second.activity)).toEqual(allValues(first.activity));
  });

  test('shows the grants of a step to the simulator, and their usage to the log', async () => {
    const grant: ActiveGrant = {
      grantId: 'g:0/1/0/0',
      merchantId: 'm-00003',
      programme: 'growth',
      kind: 'traffic',
      benefit: { boost: { weightBps: 15_000 } },
      size: 900,
      weightBps: 15_000,
      validUntilMs: END_MS,
    };
    const { activity } = await run({ readGrants: () => Promise.resolve([grant]) });
    const usage = [0, 1, 2]
      .flatMap((partition) => activity.events(partition))
      .filter((event) => event.type === 'updraft.boost.delivered.v1');
    expect(usage.length).toBeGreaterThan(3);
    expect(usage.every((event) => event.data['grantId'] === grant.grantId)).toBe(true);
  });

  test('that was interrupted goes on with the same bytes, repeating at most the step it was in', async () => {
    const whole = await run();
    const journal = journalInMemory();
    const activity = workspace();
    activity.breakAfter(900);
    await expect(run({ journal }, activity)).rejects.toThrow('broken by the spec');
    const before = allValues(activity).flat().length;
    activity.breakAfter(Infinity);
    const { summary } = await run({ journal }, activity);
    expect(before).toBeGreaterThan(500);
    expect(summary.stepsSkipped).toBeGreaterThan(3);
    const distinct = (from: ActivityInMemory): Set<string> => new Set(allValues(from).flat());
    expect(distinct(activity)).toEqual(distinct(whole.activity));
    const repeated = allValues(activity).flat().length - allValues(whole.activity).flat().length;
    expect(repeated).toBeLessThan(900);
  });

  test('refuses a workspace whose clock is already past its start', async () => {
    await expect(run({}, workspace(START_MS + 1))).rejects.toThrow(
      'must not be after the start of the season',
    );
  });

  test.each([0, 90 * MINUTE_MS])('refuses steps of %p ms', async (stepMs) => {
    await expect(run({ stepMs })).rejects.toThrow('must be whole hours');
  });
});

interface Run {
  readonly activity: ActivityInMemory;
  readonly drainedAt: readonly number[];
  readonly summary: Awaited<ReturnType<typeof playSeason>>;
}

async function run(options: Partial<Season> = {}, activity = workspace()): Promise<Run> {
  const sim = createMarketplace({ seed: 11, merchants: 20, startMs: START_MS, days: 3 });
  const drainedAt: number[] = [];
  const summary = await playSeason({
    logs: activity.logs,
    sim,
    pseudonymKey: KEY,
    startMs: START_MS,
    endMs: END_MS,
    stepMs: 2 * HOUR_MS,
    readGrants: () => Promise.resolve([]),
    drained: (atMs) => Promise.resolve(void drainedAt.push(atMs)),
    ...options,
  });
  return { activity, drainedAt, summary };
}

function workspace(nowMs = START_MS): ActivityInMemory {
  return activityInMemory({ partitions: PARTITIONS, zone: 'Asia/Shanghai', nowMs });
}

function journalInMemory(): GrantJournal {
  const steps: StepInForce[] = [];
  return {
    read: () => Promise.resolve([...steps]),
    append: (step) => Promise.resolve(void steps.push(step)),
  };
}

function allValues(activity: ActivityInMemory): string[][] {
  return Array.from({ length: PARTITIONS }, (_, partition) => activity.values(partition));
}

function isTick(event: CloudEvent): boolean {
  return event.type === 'updraft.control.tick.v1';
}

function atOf(tick: CloudEvent): number {
  return Number(tick.data['atMs']);
}
