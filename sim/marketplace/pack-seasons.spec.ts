import { DAY_MS } from '#domain/time';
import { accountStatement } from './season-accounts.ts';
import { packPolicy } from './pack-policy.ts';
import type { CompiledPolicy } from './pipeline-fixture.ts';
import { playSeasonInMemory, type SeasonInMemory } from './season-fixture.ts';
import { replayedDigest } from './season-replay.ts';
import { shapeOf, SHAPES, type ShapeName } from './shapes.ts';

// A short season of each pack: the last weeks of its season on few merchants of its shape, decided on in memory and
// replayed. The whole seasons, as the command plays them, are in tools/e2e/pack-seasons.long.spec.ts, and on Kafka and
// PostgreSQL in pack-seasons-on-servers.long.spec.ts beside it.

const MERCHANTS = 14;
/** Of six weeks the last two; where windows are long, the last six of many. */
const daysOf = (season: number): number => (season > 60 ? 42 : 14);
const TEST_MS_MAX = 120_000;

async function seasonOf(name: ShapeName, policy: CompiledPolicy): Promise<SeasonInMemory> {
  const { zone, options } = shapeOf(name);
  const days = daysOf(options.days);
  const startMs = options.startMs + (options.days - days) * DAY_MS;
  const marketplace = { ...options, seed: 7, merchants: MERCHANTS, startMs, days };
  return playSeasonInMemory({ marketplace, policy, zone });
}

test.each(SHAPES)(
  'the last weeks of %s: some are given and some refused something, the books balance, and replay says the same',
  async (name) => {
    const policy = await packPolicy(name);
    const { pipeline } = await seasonOf(name, policy);
    const outcomes = new Set(pipeline.decisions.map(({ outcome }) => outcome));
    const given = pipeline.decisions.filter(({ outcome }) => outcome === 'issue');
    expect(pipeline.deadLetters).toEqual([]);
    expect(outcomes).toContain('withhold');
    expect(new Set(given.map(({ merchantId }) => merchantId)).size).toBeGreaterThan(MERCHANTS / 4);
    expect(new Set(given.map(({ programme }) => programme)).size).toBeGreaterThan(1);
    const measured = pipeline.capabilities.filter(({ ladders }) =>
      Object.values(ladders).some(({ projected }) => projected !== null),
    );
    expect(measured.length).toBeGreaterThan(0);
    for (const each of accountStatement(pipeline)) {
      const { total, owed, unleased, below, inFlight, free, held, settling, spent } = each;
      const found = unleased + below + inFlight + free + held + settling + spent;
      expect([each.instance, found]).toEqual([each.instance, total + owed]);
      expect(Math.min(unleased, below, inFlight, free, held, settling, spent)).toBeGreaterThanOrEqual(0);
    }
    for (const [partition, { activity, digest }] of pipeline.recorded.entries())
      expect([partition, replayedDigest(partition, activity, policy)]).toEqual([partition, digest()]);
  },
  TEST_MS_MAX,
);
