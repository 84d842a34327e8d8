import { parseArgs } from 'node:util';
import { runSchedule } from './schedule.ts';
import type { Trace } from './world.ts';

// `node dist/sim/fault/main.js --schedules 1000 --seed 1`: seeded schedules of faults over the product's own runner.
// Every failure prints the seed that reproduces it; a fault or branch that was never met fails the run.

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
  'snapshot-answer-lost',
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
  const startedAt = performance.now();
  const result = await simulate(
    Number(values.seed),
    Number(values.schedules),
    Number(values.failures),
    values.trace ? (line) => console.log(line) : null,
  );
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  for (const [what, count] of [...result.counts].sort()) console.log(`${String(count).padStart(9)}  ${what}`);
  console.log(
    `${values.schedules} schedules, ${result.steps} steps, ${result.decisions} decisions in ${seconds} s`,
  );
  for (const { seed, violations } of result.failures) {
    console.log(`seed ${seed}: reproduce with --seed ${seed} --schedules 1`);
    for (const violation of violations) console.log(`  ${violation.slice(0, 2_000)}`);
  }
  const unmet = [...result.counts].filter(([, count]) => count === 0).map(([what]) => what);
  if (unmet.length > 0 && result.failures.length === 0) console.log(`never met: ${unmet.join(', ')}`);
  const isBad = result.failures.length > 0 || (unmet.length > 0 && !values['allow-unmet']);
  process.exitCode = isBad ? 1 : 0;
}

if (process.argv[1]?.endsWith('sim/fault/main.js') === true) await main();
