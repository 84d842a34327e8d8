import { createPrng, type Prng } from '#sim/marketplace/prng';
import { EMBEDDED_LIMITS, type RunnerLimits } from '#stage/limit';
import type { LogRecord, Logs } from '#stream/log';
import { type PartitionDigest } from '#tools/replay/digest';
import { positionIn } from '#tools/replay/record-source';
import type { WorkspaceInMemory } from '#tools/replay/workspace-fixture';
import { describeInBothModes, type BackboneUnderTest } from './backbone-under-test.ts';
import { until } from './process-under-test.ts';
import { digestsOf, publishedIn } from './published.ts';
import { copyActivity, PARTITIONS, prepare, recordSeason } from './recorded-season.ts';
import { startStages } from './stages-under-test.ts';

// Everything behind activity is a function of it. The same activity goes through the product's own runner in batches of
// every size, with the stages stopped and lost at random moments and their snapshots thrown away, on both transports:
// what they publish is the same bytes every time.

const LAPS = 4;
const STAGES = ['scoring', 'allocator'] as const;
const RUN_MS_MAX = 60_000;

let recorded: WorkspaceInMemory;
let expected: PartitionDigest[];

beforeAll(async () => {
  recorded = await recordSeason();
  expected = await digestsOf(recorded.logs, PARTITIONS);
}, RUN_MS_MAX);

describeInBothModes('the same activity', (open) => {
  test.each([
    { batch: 1, seed: 1, rows: 2 },
    { batch: 7, seed: 2, rows: 3 },
    { batch: 10_000, seed: 3, rows: 200_000 },
  ])(
    'in batches of $batch, interrupted by seed $seed, gives the same bytes',
    async ({ batch, seed, rows }) => {
      const workspace = await open();
      try {
        await prepare(workspace, recorded);
        const limits = { ...EMBEDDED_LIMITS, batchRecordsMax: batch, rowsLoadedMax: rows };
        const met = await runInterrupted(workspace, limits, createPrng(seed));
        const { logs, close } = workspace.connect();
        expect(await digestsOf(logs, PARTITIONS)).toEqual(expected);
        await expectEachOnce(logs);
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

interface Interruptions {
  discarded: number;
  suppressed: number;
}

/** The stages run the recorded activity in laps; after each they are stopped or lost, and snapshots may be gone. */
async function runInterrupted(
  workspace: BackboneUnderTest,
  limits: RunnerLimits,
  prng: Prng,
): Promise<Interruptions> {
  const met = { discarded: 0, suppressed: 0 };
  const copied = new Array<number>(PARTITIONS).fill(0);
  for (let lap = 1; lap <= LAPS; lap++) {
    const before = [...copied];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = recorded.partition('activity', partition);
      const to = Math.floor((records.length * lap) / LAPS);
      await copyActivity(workspace, partition, records.slice(copied[partition], to));
      copied[partition] = to;
    }
    const snapshotEveryMs = prng.between(20, 400);
    const stages = await startStages(workspace.connect(), { ...limits, snapshotEveryMs });
    const at = prng.below(PARTITIONS);
    const reached = lap === LAPS ? null : publishedUpTo(at, prng.between(before[at]! + 1, copied[at]!));
    if (reached === null) await drained(workspace);
    else await published(workspace, at, reached);
    const isOrderly = prng.chance(500_000);
    await (isOrderly ? stages.stop() : stages.lose());
    met.suppressed += stages.suppressed();
    if (lap < LAPS) met.discarded += await discardSome(workspace, prng);
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
  await until(`${records} in capability ${partition}`, async () => {
    return (await logs.endOffsets('capability'))[partition]! >= records;
  });
  await close();
}

/** Waits until both stages have saved that they handled everything. */
async function drained(workspace: BackboneUnderTest): Promise<void> {
  const { store, close } = workspace.connect();
  const lastOf = (log: 'activity' | 'capability', partition: number): string => {
    const last = recorded.partition(log, partition).at(-1)!;
    return log === 'activity' ? `${partition}/${last.offset}` : positionIn(last.value)!;
  };
  await until('everything handled', async () => {
    const heads = await store.heads();
    return (
      heads.length === PARTITIONS * STAGES.length &&
      heads.every(({ stage, partition, snapshot }) => {
        return snapshot?.mark.position === lastOf(stage === 'scoring' ? 'activity' : 'capability', partition);
      })
    );
  });
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
