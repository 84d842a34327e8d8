import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosTarget } from './blows.ts';
import type { Distribution } from './distribution.ts';
import { watchLateness, type LatenessWatch } from './lateness.ts';
import { until } from './partition-watch.ts';

// What a new version does to a cluster: every process ends in order and starts again, one after the other, while events
// go on to flow. The version is the same here; what is shown is that nobody has to wait for it.

export interface RollingUpgrade {
  /** In the order in which they were started again. */
  readonly processes: readonly string[];
  /** Those that had not ended in order after half a minute and were killed. */
  readonly killed: readonly string[];
  readonly seconds: number;
  /** Of all decisions meanwhile, ms. */
  readonly lateness: Distribution;
}

const CALM_MS = 1_500;
const CALM_LOOKS = 5;
const CALM_LOOK_MS = 500;
const CALM_WAIT_MS_MAX = 120_000;
/** After the last start, so that what waited for it is seen too. */
const SETTLE_MS = 3_000;

export async function rollAll(at: ChaosTarget): Promise<RollingUpgrade> {
  await untilCalm(at);
  const watch = await watchLateness(at.backbone.logs);
  const startedAt = performance.now();
  const names = at.cluster.running().map(({ name }) => name);
  const killed: string[] = [];
  try {
    for (const name of names) {
      const process = at.cluster.running().find((each) => each.name === name)!;
      const { code } = await process.stop();
      if (code !== 0) killed.push(name);
      await at.cluster.start(name);
    }
    await sleep(SETTLE_MS);
  } catch (error) {
    await watch.stop();
    throw error;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { processes: names, killed, seconds, lateness: await watch.stop() };
}

/** Nothing of what was done before may be told as the upgrade's. */
async function untilCalm(at: ChaosTarget): Promise<void> {
  const watch: LatenessWatch = await watchLateness(at.backbone.logs);
  let calm = 0;
  await until(
    async () => {
      calm = watch.latest() < CALM_MS ? calm + 1 : 0;
      return calm >= CALM_LOOKS;
    },
    CALM_WAIT_MS_MAX,
    () => `decisions are still ${watch.latest().toFixed(0)} ms late`,
    CALM_LOOK_MS,
  );
  await watch.stop();
}
