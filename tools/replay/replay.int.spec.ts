import type { LogName } from '#contracts/logs';
import type { LogRecord } from '#stream/log';
import { replayAltered, withText } from './altered-workspace.ts';
import { sha256 } from './digest.ts';
import { logSource } from './record-source.ts';
import { replay, type ReplayResult } from './replay.ts';
import { playedWorkspace, type WorkspaceInMemory } from './workspace-fixture.ts';

const PARTITIONS = 3;
let workspace: WorkspaceInMemory;

beforeAll(async () => {
  workspace = await playedWorkspace({ partitions: PARTITIONS, merchants: 12, days: 10 });
}, 60_000);

function run(batchRecords?: number): Promise<ReplayResult> {
  return replay(logSource(workspace.logs, 'spec'), batchRecords === undefined ? {} : { batchRecords });
}

function runAltered(
  log: LogName,
  partition: number,
  change: (records: LogRecord[]) => void,
): Promise<ReplayResult> {
  return replayAltered(workspace, log, partition, change, [`grants/${partition}`]);
}

test('the season is worth replaying: it issues, withholds and ends grants and leaves dead letters', () => {
  const outcomes = new Map<string, number>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (const { value } of workspace.partition('decisions', partition)) {
      const { outcome } = (JSON.parse(value.toString('utf8')) as { data: { outcome: string } }).data;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  expect([...outcomes.keys()].sort()).toEqual(expect.arrayContaining(['expire', 'issue', 'withhold']));
  expect(workspace.partition('dead-letters', 0).length).toBeGreaterThan(0);
  expect(workspace.partition('activity', 0).length).toBeGreaterThan(1_000);
});

test('a season is replayed to the same bytes', async () => {
  const result = await run();
  expect(result.difference).toBeNull();
  expect(result.outcome).toBe('equal');
  expect(result.digest).toBe(result.producedDigest);
});

test.each([1, 7, 10_000])('batches of %p give the same digests', async (batchRecords) => {
  const [usual, other] = [await run(), await run(batchRecords)];
  expect(other.outcome).toBe('equal');
  expect(other.logs).toEqual(usual.logs);
  expect(other.digest).toBe(usual.digest);
});

test('one altered byte of activity shows as the first difference, with both sides', async () => {
  const at = workspace.partition('activity', 1).findIndex(({ value }) => value.includes('order.paid'));
  const result = await runAltered('activity', 1, (records) => {
    records[at] = withText(records[at]!, /"amountMinor":(\d)/, '"amountMinor":9$1');
  });
  expect(result.outcome).toBe('different');
  expect(result.difference).toMatchObject({ log: 'capability', partition: 1 });
  const { position, recorded, replayed } = result.difference!;
  expect(Number(position.split('/')[1])).toBeGreaterThanOrEqual(at);
  expect(recorded!.value).not.toBe(replayed!.value);
  expect(recorded!.key).toBe(replayed!.key);
});

test('one altered byte of a decision shows at exactly that decision', async () => {
  const result = await runAltered('decisions', 2, (records) => {
    records[5] = withText(records[5]!, /"tier":(null|"\w+")/, '"tier":"leading"');
  });
  const wanted = JSON.parse(workspace.partition('decisions', 2)[5]!.value.toString('utf8')) as {
    id: string;
  };
  expect(result.outcome).toBe('different');
  expect(result.difference).toMatchObject({ log: 'decisions', partition: 2, position: wanted.id });
});

test.each<[LogName, number]>([
  ['capability', 40],
  ['decisions', 3],
  ['dead-letters', 0],
])('a record missing from %s is a difference', async (log, at) => {
  const result = await runAltered(log, 0, (records) => records.splice(at, 1));
  expect(result.outcome).toBe('different');
  expect(result.difference!.log).toBe(log);
});

test.each<LogName>(['capability', 'decisions', 'dead-letters', 'grants'])(
  'a record of %s that replay does not produce is a difference',
  async (log) => {
    const result = await runAltered(log, 0, (records) => {
      const last = records.at(-1)!;
      const value = last.value.toString('utf8').replace(/"sequence":(\d+)/, '"sequence":9$1');
      records.push({ key: 'invented', value: Buffer.from(value), offset: last.offset + 1 });
    });
    expect(result.outcome).toBe('different');
    expect(result.difference).toMatchObject({ log });
  },
);

test('outputs beyond the recorded end are not yet published, and no difference', async () => {
  const result = await runAltered('decisions', 1, (records) => {
    const cut = records.splice(-4);
    const from = (JSON.parse(cut[0]!.value.toString('utf8')) as { id: string }).id;
    dropGrantsFrom(from);
  });
  expect(result.difference).toBeNull();
  const decisions = result.logs.find(({ log, partition }) => log === 'decisions' && partition === 1);
  expect(decisions).toMatchObject({ notYetPublished: 4 });
  expect(decisions!.digest).not.toBe(decisions!.producedDigest);
});

/** The grants of unpublished decisions are not published either: both go in one step. */
function dropGrantsFrom(position: string): void {
  const grants = workspace.partition('grants', 1);
  const place = grants.findIndex(({ value }) => {
    return !isBefore((JSON.parse(value.toString('utf8')) as { id: string }).id, position);
  });
  if (place >= 0) grants.length = place;
}

function isBefore(a: string, b: string): boolean {
  const [left, right] = [a.split('/').map(Number), b.split('/').map(Number)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at >= 0 && left[at]! < right[at]!;
}

test('a grant whose decision is published must be there', async () => {
  const result = await runAltered('grants', 0, (records) => records.splice(-1));
  expect(result.outcome).toBe('different');
  expect(result.difference).toMatchObject({ log: 'grants', recorded: null });
});

test('a compacted grants log is as good as a whole one', async () => {
  const result = await runAltered('grants', 0, (records) => {
    const newest = new Map(records.map((record) => [record.key, record]));
    const kept = records.filter((record) => newest.get(record.key) === record);
    expect(kept.length).toBeLessThan(records.length);
    records.splice(0, records.length, ...kept);
  });
  expect(result.outcome).toBe('equal');
});

test('dead letters that stand twice are counted once', async () => {
  const before = await run();
  const result = await runAltered('dead-letters', 0, (records) =>
    records.splice(1, 0, ...records.slice(0, 2)),
  );
  expect(result.outcome).toBe('equal');
  expect(result.digest).toBe(before.digest);
});

test('a record that cannot be understood stops the replay at its position', async () => {
  const result = await runAltered('activity', 0, (records) => {
    records[20] = { ...records[20]!, value: Buffer.from('{"type":"updraft.unheard-of.v1"}') };
  });
  expect(result.outcome).toBe('stopped');
  expect(result.stop).toMatchObject({ position: '0/20' });
  expect(result.stop!.why).toContain('unheard-of');
});

test('a quarantined record becomes a dead letter, unless its content is another', async () => {
  const activity = workspace.partition('activity', 0);
  const entry = (recordHash: string): LogRecord => {
    const data = { stage: 'scoring', position: '0/20', recordHash, reason: 'spec' };
    const value = Buffer.from(JSON.stringify({ type: 'updraft.quarantine.entry.v1', data }));
    return { offset: 0, key: null, value };
  };
  const honest = await runAltered('quarantine', 0, (records) => {
    records.push(entry(sha256(activity[20]!.value)));
  });
  expect(honest.outcome).toBe('different');
  expect(honest.difference!.replayed!.value).toContain('quarantined');
  const wrong = await runAltered('quarantine', 0, (records) => records.push(entry('00')));
  expect(wrong.outcome).toBe('stopped');
  expect(wrong.stop!.why).toContain('quarantine is about a record with hash 00');
});

test('a bundle that the policies log lacks stops the replay', async () => {
  const result = await runAltered('policies', 0, (records) => records.pop());
  expect(result.stop!.why).toContain('is not in the policies log');
});
