import { parseArgs } from 'node:util';
import { runSchedule } from './schedule.ts';
import type { Trace } from './world.ts';

// `node dist/sim/fault/main.js --schedules 1000 --seed 1`: seeded schedules of faults over the product's own runner.
// Every failure prints the seed that reproduces it, and --trace everything that happened; a fault or branch that was
// never met fails the run, unless --allow-unmet is given.

/** What a run of enough schedules must have met. */
export const MUST_MEET = [
  'crash',
  'freeze',
  'thaw',
  'evicted-while-frozen',
  'rebalance',
  'orderly-restart',
  'redelivery',
  'ambiguous-commit-written',
  'ambiguous-commit-aborted',
  'appended-twice',
  'fenced-open-transaction',
  'fenced-by-claim',
  'fenced-by-epoch',
  'claim-refused',
  'effect-of-dead',
  'effect-of-frozen',
  'snapshot',
  'save-answer-lost',
  'claim-answer-lost',
  'store-away',
  'broker-away',
  'waiting-for-bundle',
  'waiting-for-store',
  'late-head',
  'late-fence',
  'late-claim',
  'late-publish',
  'late-commit',
  'late-save',
  'late-rows',
  'late-append',
  'delayed-fence',
  'delayed-claim',
  'delayed-read',
  'delayed-publish',
  'delayed-commit',
  'delayed-save',
  'delayed-append',
  'snapshot-lost',
  'log-tail-lost',
  'snapshot-ignored',
  'taken-over-genesis',
  'taken-over-snapshot',
  'lazy-load',
  'suppressed',
  'content-after-activation',
  'split-activation-7-of-16',
  'lost-FencedError',
  'lost-LostOwnershipError',
  'lost-AmbiguousError',
  'loud-hole',
  'loud-lost-input',
  'loud-changed-output',
  'double-tick',
  'older-tick',
  'held-while-catching-up',
  'output-decisions-issue',
  'output-decisions-withhold',
  'output-decisions-shrink',
  'output-decisions-revoke',
  'output-decisions-expire',
  'output-treasury',
  'output-census',
  'output-activity',
  'request-said-again',
  'lease-said-again',
  'value-said-again',
  'statistic-said-again',
  'output-dead-letters-too-late',
  'output-dead-letters-from-the-future',
  'output-dead-letters-conflict',
] as const;

export interface SimulationResult {
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly counts: ReadonlyMap<string, number>;
  readonly steps: number;
  readonly decisions: number;
}

export async function simulate(
  firstSeed: number,
  schedules: number,
  failuresMax = 1,
  trace: Trace | null = null,
): Promise<SimulationResult> {
  const counts = new Map<string, number>(MUST_MEET.map((what) => [what, 0]));
  const failures: { seed: number; violations: readonly string[] }[] = [];
  let steps = 0;
  let decisions = 0;
  for (let seed = firstSeed; seed < firstSeed + schedules && failures.length < failuresMax; seed++) {
    const result = await runSchedule(seed, counts, trace);
    steps += result.steps;
    decisions += result.decisions;
    if (result.violations.length > 0) failures.push({ seed, violations: result.violations });
  }
  return { failures, counts, steps, decisions };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      failures: { type: 'string', default: '1' },
      'allow-unmet': { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
    },
  });
  const [seed, schedules, failures] = (['seed', 'schedules', 'failures'] as const).map((name) => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1)
      throw new Error(`--${name}: ${values[name]} is not a whole number from 1 on`);
    return value;
  }) as [number, number, number];
  const startedAt = performance.now();
  const trace = values.trace ? (line: string): void => console.log(line) : null;
  const result = await simulate(seed, schedules, failures, trace);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  for (const [what, count] of [...result.counts].sort()) console.log(`${String(count).padStart(9)}  ${what}`);
  console.log(`${schedules} schedules, ${result.steps} steps, ${result.decisions} decisions in ${seconds} s`);
  for (const { seed: failed, violations } of result.failures) {
    console.log(
      `seed ${failed}: reproduce with node dist/sim/fault/main.js --schedules 1 --seed ${failed} --trace`,
    );
    for (const violation of violations) console.log(`  ${violation.slice(0, 2_000)}`);
  }
  const unmet = [...result.counts].filter(([, count]) => count === 0).map(([what]) => what);
  if (unmet.length > 0 && result.failures.length === 0) console.log(`never met: ${unmet.join(', ')}`);
  const isBad = result.failures.length > 0 || (unmet.length > 0 && !values['allow-unmet']);
  process.exitCode = isBad ? 1 : 0;
}

if (process.argv[1]?.endsWith('sim/fault/main.js') === true) await main();
