import type { LogRecord } from '#stream/log';
import { renumber, replayAltered, withText } from './altered-workspace.ts';
import { logSource } from './record-source.ts';
import { replay } from './replay.ts';
import { playedWorkspace, type WorkspaceInMemory } from './workspace-fixture.ts';

const PARTITIONS = 2;
const TREASURIES = 2;
let workspace: WorkspaceInMemory;

beforeAll(async () => {
  workspace = await playedWorkspace({
    partitions: PARTITIONS,
    treasuries: TREASURIES,
    merchants: 12,
    days: 10,
  });
}, 60_000);

interface Said {
  readonly writer?: string;
  readonly sequence?: number;
  readonly position?: string;
}

function saidBy({ value }: LogRecord): Said {
  return (JSON.parse(value.toString('utf8')) as { data: Said }).data;
}

/** Places of what a writer said in a log partition, repeats left out. */
function placesOf(records: readonly LogRecord[], writer: string): number[] {
  const seen = new Set<number>();
  return records.flatMap((record, place) => {
    const said = saidBy(record);
    if (said.writer !== writer || seen.has(said.sequence!)) return [];
    seen.add(said.sequence!);
    return [place];
  });
}

/** The treasury partition to which an allocator said most. */
function busiest(writer: string): number {
  const counts = Array.from(
    { length: TREASURIES },
    (_, treasury) => placesOf(workspace.partition('treasury', treasury), writer).length,
  );
  return counts.indexOf(Math.max(...counts));
}

test('the season is worth replaying: money is asked for, leased and given back, and some of it is said twice', () => {
  const treasury = busiest('allocator/0');
  const records = workspace.partition('treasury', treasury);
  const types = new Set(records.map(({ value }) => (JSON.parse(String(value)) as { type: string }).type));
  expect([...types].sort()).toEqual(
    expect.arrayContaining([
      'updraft.control.tick.v1',
      'updraft.treasury.request.v1',
      'updraft.treasury.return.v1',
    ]),
  );
  const ofOne = records.filter((record) => saidBy(record).writer === 'allocator/0');
  expect(ofOne.length).toBeGreaterThan(placesOf(records, 'allocator/0').length);
  const leases = workspace
    .partition('activity', 0)
    .filter((record) => saidBy(record).writer?.startsWith('treasury/'));
  expect(leases.length).toBeGreaterThan(5);
});

test('treasuries are replayed to the same bytes, and stand in the digest', async () => {
  const result = await replay(logSource(workspace.logs, 'spec'));
  expect(result.difference).toBeNull();
  expect(result.outcome).toBe('equal');
  const treasuries = result.logs.filter(({ log }) => log === 'treasury');
  expect(treasuries.map(({ partition }) => partition)).toEqual([0, 1]);
  expect(treasuries.every(({ notYetPublished, notCompared }) => notYetPublished + notCompared === 0)).toBe(
    true,
  );
  expect(result.treasuryRecords).toBe(treasuries.reduce((sum, { recorded }) => sum + recorded, 0));
});

describe('in what allocators say to a treasury', () => {
  const writer = 'allocator/0';

  test('a changed request shows at exactly that request', async () => {
    const treasury = busiest(writer);
    const place = placesOf(workspace.partition('treasury', treasury), writer)[3]!;
    const result = await replayAltered(workspace, 'treasury', treasury, (records) => {
      records[place] = withText(records[place]!, /"free":(\d)/, '"free":9$1');
    });
    const { position } = saidBy(workspace.partition('treasury', treasury)[place]!);
    expect(result.outcome).toBe('different');
    expect(result.difference).toMatchObject({ log: 'treasury', partition: treasury, position });
  });

  test('a request that is missing is a difference', async () => {
    const treasury = busiest(writer);
    const place = placesOf(workspace.partition('treasury', treasury), writer)[2]!;
    const { sequence } = saidBy(workspace.partition('treasury', treasury)[place]!);
    const result = await replayAltered(workspace, 'treasury', treasury, (records) => {
      const kept = records.filter((record) => {
        const said = saidBy(record);
        return said.writer !== writer || said.sequence !== sequence;
      });
      records.splice(0, records.length, ...kept);
      renumber(records);
    });
    expect(result.difference).toMatchObject({ log: 'treasury', partition: treasury });
  });

  test('a request that nobody made is a difference', async () => {
    const treasury = busiest(writer);
    const result = await replayAltered(workspace, 'treasury', treasury, (records) => {
      const places = placesOf(records, writer);
      const last = records[places.at(-1)!]!;
      const invented = withText(last, /"sequence":\d+/, `"sequence":${places.length + 1}`);
      records.push({ ...invented, offset: records.length });
    });
    expect(result.difference).toMatchObject({ log: 'treasury', partition: treasury, replayed: null });
  });

  test('a repeat with other bytes is a difference, one with the same is none', async () => {
    const treasury = busiest(writer);
    const repeated = (change: (record: LogRecord) => LogRecord) =>
      replayAltered(workspace, 'treasury', treasury, (records) => {
        records.push({ ...change(records[placesOf(records, writer)[1]!]!), offset: records.length });
      });
    expect((await repeated((record) => record)).outcome).toBe('equal');
    const other = await repeated((record) => withText(record, /"free":(\d)/, '"free":9$1'));
    expect(other.difference).toMatchObject({ log: 'treasury', partition: treasury });
  });

  test('what should be there, because something decided later is, is a difference when it is not', async () => {
    const last = saidBy(workspace.partition('decisions', 0).at(-1)!).position!;
    const treasury = busiest(writer);
    const records = workspace.partition('treasury', treasury);
    const early = placesOf(records, writer).findLast((place) =>
      isBefore(saidBy(records[place]!).position!, last),
    )!;
    const from = saidBy(records[early]!);
    const result = await replayAltered(workspace, 'treasury', treasury, (all) =>
      dropSaid(all, writer, from.sequence!),
    );
    expect(result.difference).toMatchObject({ log: 'treasury', position: from.position, recorded: null });
  });

  test('what is not written yet is no difference', async () => {
    const season = { partitions: 1, treasuries: 1, merchants: 8, days: 8, treasurySteps: 24 };
    const early = await playedWorkspace(season);
    const mail = early.partition('treasury', 0);
    const last = mail.findLast((record) => saidBy(record).writer === writer)!;
    const { position, sequence } = saidBy(last);
    const result = await replayAltered(
      early,
      'treasury',
      0,
      (records) => {
        dropSaid(records, writer, sequence!);
        for (const log of ['decisions', 'grants'] as const) {
          const own = early.partition(log, 0);
          own.splice(0, own.length, ...own.filter((record) => isBefore(saidBy(record).position!, position!)));
        }
      },
      ['decisions/0', 'grants/0'],
    );
    expect(result.difference).toBeNull();
    expect(result.logs.find(({ log }) => log === 'treasury')!.notYetPublished).toBe(1);
    // The treasury had not read what was said to it last.
    expect(result.logs.find(({ log }) => log === 'activity')!.notYetPublished).toBeGreaterThan(0);
  });
});

/** Takes away what a writer said from a sequence on. */
function dropSaid(records: LogRecord[], writer: string, from: number): void {
  const kept = records.filter((record) => {
    const said = saidBy(record);
    return said.writer !== writer || said.sequence! < from;
  });
  records.splice(0, records.length, ...kept);
  renumber(records);
}

describe('in what treasuries say to activity', () => {
  const leasesIn = (records: readonly LogRecord[]): number[] =>
    records.flatMap((record, place) => (saidBy(record).writer?.startsWith('treasury/') ? [place] : []));

  test('a changed lease shows where it was taken', async () => {
    const place = leasesIn(workspace.partition('activity', 0))[0]!;
    const result = await replayAltered(workspace, 'activity', 0, (records) => {
      records[place] = withText(records[place]!, /"amount":(\d)/, '"amount":9$1');
    });
    expect(result.difference).toMatchObject({ log: 'capability', partition: 0 });
    expect(result.difference!.position.startsWith(`0/${place}/`)).toBe(true);
  });

  test('a lease that is missing stops the partition or differs', async () => {
    const place = leasesIn(workspace.partition('activity', 0))[1]!;
    const result = await replayAltered(workspace, 'activity', 0, (records) => {
      records.splice(place, 1);
      renumber(records);
    });
    expect(result.outcome).not.toBe('equal');
  });

  test('a lease that no treasury gave shows in the replay of the treasury', async () => {
    const result = await replayAltered(workspace, 'activity', 1, (records) => {
      const last = records[leasesIn(records).at(-1)!]!;
      const { writer } = saidBy(last);
      const sequence = placesOf(records, writer!).length + 1;
      records.push({ ...withText(last, /"sequence":\d+/, `"sequence":${sequence}`), offset: records.length });
    });
    expect(result.difference).toMatchObject({ log: 'activity', partition: 1, replayed: null });
    expect(result.difference!.position).toBe(`1/${workspace.partition('activity', 1).length}`);
  });

  test('a changed tick of a treasury shows in the first lease after it', async () => {
    const treasury = busiest('allocator/0');
    const result = await replayAltered(workspace, 'treasury', treasury, (records) => {
      const first = placesOf(records, 'allocator/0').find((place) => place > 200)!;
      const place = records.findLastIndex(({ value }, at) => at < first && value.includes('control.tick'));
      records[place] = withText(records[place]!, /"atMs":\d/, '"atMs":9');
    });
    expect(result.difference).toMatchObject({ log: 'activity' });
  });
});

test('a treasury record that cannot be understood stops the replay at its position', async () => {
  const result = await replayAltered(workspace, 'treasury', 1, (records) => {
    records[5] = { ...records[5]!, value: Buffer.from('{"type":"updraft.unheard-of.v1"}') };
  });
  expect(result.outcome).toBe('stopped');
  expect(result.stop).toMatchObject({ position: 'treasury 1/5' });
});

function isBefore(a: string, b: string): boolean {
  const [left, right] = [a.split('/').map(Number), b.split('/').map(Number)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at >= 0 && left[at]! < right[at]!;
}
