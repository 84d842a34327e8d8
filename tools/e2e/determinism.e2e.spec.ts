import { createPrng, type Prng } from '#sim/marketplace/prng';
import { EMBEDDED_LIMITS, type RunnerLimits } from '#stage/limit';
import type { LogRecord, Logs } from '#stream/log';
import { digestOf, overallDigest, type PartitionDigest } from '#tools/replay/digest';
import { positionIn } from '#tools/replay/record-source';
import type { WorkspaceInMemory } from '#tools/replay/workspace-fixture';
import { describeInBothModes, openEmbedded, type BackboneUnderTest } from './backbone-under-test.ts';
import { until } from './process-under-test.ts';
import { decisionsIn, digestsOf, publishedIn, requestsIn } from './published.ts';
import { copyActivity, PARTITIONS, prepare, recordSeason } from './recorded-season.ts';
import { startStages } from './stages-under-test.ts';

// Everything behind activity is a function of it. The same activity goes through the product's own runner in batches of
// every size, another from lap to lap, with the stages stopped and lost at random moments and their snapshots thrown
// away, on both transports: what they publish is the same bytes every time.

const STAGES = ['scoring', 'allocator'] as const;
/**
 * A change of semantics raises ENGINE and changes these with it. The season answers to the grants it gets, so that
 * activity changes as well; it changes alone when only the simulator or the starter bundle did.
 */
const GOLDEN_ENGINE_4 = {
  activity: 'ac7828f82a4a734dec2dbc9bb8d1da750fc4472827c077504dea9b7737f41872',
  outputs: '96713cdeabdf7d8d14a3ec59a62db7349d4260100ec8ec1ada0e5ce8ff9d7925',
};
/** Seconds on an idle machine; other suites may run beside this one. */
const RUN_MS_MAX = 240_000;

let recorded: WorkspaceInMemory;
let expected: PartitionDigest[];

beforeAll(async () => {
  recorded = await recordSeason();
  expected = await digestsOf(recorded.logs, PARTITIONS);
}, RUN_MS_MAX);

test('engine 4 keeps its golden digests', async () => {
  const decided = new Set<string>();
  const activity = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = recorded.partition('activity', partition).map(({ offset, key, value }) => {
      return { position: `${partition}/${offset}`, key, value };
    });
    activity.push({ log: 'activity', partition, digest: digestOf(records) });
    for (const { outcome } of await decisionsIn(recorded.logs, partition)) decided.add(outcome);
    expect(recorded.partition('dead-letters', partition).length).toBeGreaterThan(0);
  }
  expect([...decided].sort()).toEqual(expect.arrayContaining(['expire', 'issue', 'shrink', 'withhold']));
  expect({ activity: overallDigest(activity), outputs: overallDigest(expected) }).toEqual(GOLDEN_ENGINE_4);
});

describeInBothModes('the same activity', (open) => {
  test.each([
    // One by one costs a transaction for each record: the first run does so at the beginning, the second at the end.
    { batches: [1, 7, 100, 10_000], seed: 1, rows: 2 },
    { batches: [10_000, 100, 7, 1], seed: 2, rows: 3 },
    { batches: [10_000, 10_000, 10_000, 10_000], seed: 3, rows: 200_000 },
  ])(
    'in batches of $batches, interrupted by seed $seed, gives the same bytes',
    async ({ batches, seed, rows }) => {
      const workspace = await open();
      try {
        await prepare(workspace, recorded);
        const laps = batches.map((batch) => {
          return { ...EMBEDDED_LIMITS, batchRecordsMax: batch, rowsLoadedMax: rows };
        });
        const met = await runInterrupted(workspace, laps, createPrng(seed));
        const { logs, close } = workspace.connect();
        expect(await digestsOf(logs, PARTITIONS)).toEqual(expected);
        await expectEachOnce(logs);
        for (let partition = 0; partition < PARTITIONS; partition++)
          expect(await requestsIn(logs, partition)).toEqual(await requestsIn(recorded.logs, partition));
        await close();
        expect(met.discarded).toBeGreaterThan(0);
        expect(met.suppressed).toBeGreaterThan(0);
      } finally {
        await workspace.close();
      }
    },
    RUN_MS_MAX,
  );
});

describe('another activity', () => {
  test('shows from the next tick on: in its hash, and in the decisions after it', async () => {
    const partition = 0;
    const records = recorded.partition('activity', partition);
    // One that nothing was decided on: its own hash would show in what was.
    const causes = new Set(
      (await decisionsIn(recorded.logs, partition)).map(({ position }) => offsetIn(position)),
    );
    const at = records.findIndex(
      ({ value }, offset) => offset > records.length / 2 && isPaid(value) && !causes.has(offset),
    );
    const workspace = await openEmbedded();
    try {
      await prepare(workspace, recorded);
      await copyActivity(workspace, partition, records.with(at, withOtherBuyer(records[at]!)));
      await copyActivity(workspace, 1, recorded.partition('activity', 1));
      const stages = await startStages(workspace.connect(), { ...EMBEDDED_LIMITS, snapshotEveryMs: 150 });
      try {
        await drained(workspace);
      } finally {
        await stages.stop();
      }
      const { logs, close } = workspace.connect();
      const tickHashes = async (from: Logs): Promise<Map<number, string>> => ticksOf(from, partition);
      const [before, after] = [await tickHashes(recorded.logs), await tickHashes(logs)];
      const differing = [...before].filter(([offset, hash]) => after.get(offset) !== hash);
      const later = [...before].filter(([offset]) => offset > at);
      expect(later.length).toBeGreaterThan(10);
      expect(differing).toEqual(later);
      const decided = await decisionsIn(logs, partition);
      const was = await decisionsIn(recorded.logs, partition);
      // A buyer moves no metric: the same was decided, but it names the altered history.
      expect(decided.map(({ position, outcome }) => [position, outcome])).toEqual(
        was.map(({ position, outcome }) => [position, outcome]),
      );
      const firstTick = later[0]![0];
      const changed = decided.filter(({ hash }, index) => hash !== was[index]!.hash);
      const isLater = ({ position }: { position: string }): boolean => offsetIn(position) >= firstTick;
      expect(changed).toEqual(decided.filter(isLater));
      expect(changed.length).toBeGreaterThan(5);
      expect(await digestsIn(logs, 1)).toEqual(await digestsIn(recorded.logs, 1));
      await close();
    } finally {
      await workspace.close();
    }
  }, 60_000);
});

function isPaid(value: Buffer): boolean {
  return value.toString('utf8').includes('"type":"updraft.order.paid.v1"');
}

/** One byte of the buyer's pseudonym is another. */
function withOtherBuyer(record: LogRecord): LogRecord {
  const text = record.value.toString('utf8');
  const at = text.indexOf('"buyer":"') + '"buyer":"'.length;
  const other = text[at] === 'a' ? 'b' : 'a';
  return { ...record, value: Buffer.from(text.slice(0, at) + other + text.slice(at + 1)) };
}

/** Activity hash of every forwarded tick, by the tick's offset. */
async function ticksOf(logs: Logs, partition: number): Promise<Map<number, string>> {
  const hashes = new Map<number, string>();
  for (const { position, value } of await publishedIn(logs, 'capability', partition)) {
    const { data } = JSON.parse(value) as { data: { activityHash?: string } };
    if (data.activityHash !== undefined) hashes.set(offsetIn(position), data.activityHash);
  }
  return hashes;
}

function offsetIn(position: string): number {
  return Number(position.split('/')[1]);
}

async function digestsIn(logs: Logs, partition: number): Promise<PartitionDigest[]> {
  return (await digestsOf(logs, PARTITIONS)).filter((each) => each.partition === partition);
}

interface Interruptions {
  discarded: number;
  suppressed: number;
}

/** The stages run the recorded activity in laps; after each they are stopped or lost, and snapshots may be gone. */
async function runInterrupted(
  workspace: BackboneUnderTest,
  laps: readonly RunnerLimits[],
  prng: Prng,
): Promise<Interruptions> {
  const met = { discarded: 0, suppressed: 0 };
  const copied = new Array<number>(PARTITIONS).fill(0);
  for (const [index, limits] of laps.entries()) {
    const lap = index + 1;
    const before = [...copied];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = recorded.partition('activity', partition);
      const to = Math.floor((records.length * lap) / laps.length);
      await copyActivity(workspace, partition, records.slice(copied[partition], to));
      copied[partition] = to;
    }
    const snapshotEveryMs = prng.between(20, 400);
    const stages = await startStages(workspace.connect(), { ...limits, snapshotEveryMs });
    const at = prng.below(PARTITIONS);
    const reached =
      lap === laps.length ? null : publishedUpTo(at, prng.between(before[at]! + 1, copied[at]!));
    const isOrderly = prng.chance(500_000);
    try {
      if (reached === null) await drained(workspace);
      else await published(workspace, at, reached);
    } finally {
      await (isOrderly ? stages.stop() : stages.lose());
    }
    met.suppressed += stages.suppressed();
    if (lap < laps.length) met.discarded += await discardSome(workspace, prng);
  }
  return met;
}

/** How many capability records the first `offset` records of activity lead to. */
function publishedUpTo(partition: number, offset: number): number {
  const isAfter = ({ value }: LogRecord): boolean => Number(positionIn(value)!.split('/')[1]) >= offset;
  const count = recorded.partition('capability', partition).findIndex(isAfter);
  return count < 0 ? recorded.partition('capability', partition).length : count;
}

async function published(workspace: BackboneUnderTest, partition: number, records: number): Promise<void> {
  const { logs, close } = workspace.connect();
  // Markers of transactions count as well, so that this comes a little early; any moment will do.
  await until(
    `${records} in capability ${partition}`,
    async () => (await logs.endOffsets('capability'))[partition]! >= records,
    RUN_MS_MAX,
  );
  await close();
}

/** Waits until both stages have saved that they handled everything. */
async function drained(workspace: BackboneUnderTest): Promise<void> {
  const { store, close } = workspace.connect();
  const lastOf = (log: 'activity' | 'capability', partition: number): string => {
    const last = recorded.partition(log, partition).at(-1)!;
    return log === 'activity' ? `${partition}/${last.offset}` : positionIn(last.value)!;
  };
  const look = async (): Promise<boolean> => {
    const heads = await store.heads();
    return (
      heads.length === PARTITIONS * STAGES.length &&
      heads.every(({ stage, partition, snapshot }) => {
        return snapshot?.mark.position === lastOf(stage === 'scoring' ? 'activity' : 'capability', partition);
      })
    );
  };
  await until('everything handled', look, RUN_MS_MAX);
  await close();
}

/** About half of the snapshots are gone. */
async function discardSome(workspace: BackboneUnderTest, prng: Prng): Promise<number> {
  const { store, close } = workspace.connect();
  let discarded = 0;
  for (const stage of STAGES) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (!prng.chance(500_000)) continue;
      const { takeover } = await store.head(stage, partition);
      const claim = { stage, partition, owner: 'spec', takeover: takeover + 1 };
      expect(await store.claim(claim)).toBe(true);
      await store.discard(claim);
      discarded += 1;
    }
  }
  await close();
  return discarded;
}

/** Digests take the newest grant per key; here every record of it counts, too. */
async function expectEachOnce(logs: Logs): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const all = (await publishedIn(logs, 'grants', partition)).map(({ position }) => position);
    expect(new Set(all).size).toBe(all.length);
  }
}
