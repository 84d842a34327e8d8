import type { Command } from 'commander';
import { findingsText } from '#policy-source/place';
import { tryVectors, type Tried } from '../policy/try-vectors.ts';
import { CommandError } from './command-error.ts';

interface TestOptions {
  readonly json?: boolean;
  readonly coverage?: boolean;
}

export function addTestCommand(policy: Command): void {
  policy
    .command('test')
    .description('play the vectors that stand beside a policy')
    .argument('<path>', 'a bundle file, a folder with a bundle.yaml, or the folder of a pack')
    .option('--coverage', 'fail as well where a condition was never true or never false')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Vectors are the *.vectors.yaml beside the bundle and its packs. Conditions that no vector shows on both sides are named.
Exit code 0: all hold; 1: some do not, or the files cannot be read.`,
    )
    .action(async (path: string, options: TestOptions) => {
      const tried = await tryVectors(path);
      if ('findings' in tried) throw new CommandError(findingsText(tried.findings));
      process.stdout.write(options.json === true ? `${asJson(tried)}\n` : asText(tried));
      const isWell = missesIn(tried) === 0 && (options.coverage !== true || tried.uncovered.length === 0);
      if (!isWell) process.exitCode = 1;
    });
}

function missesIn({ files }: Tried): number {
  return files.flatMap(({ outcomes }) => outcomes).filter(({ misses }) => misses.length > 0).length;
}

function asText(tried: Tried): string {
  const lines = tried.files.flatMap(({ path, outcomes }) => [
    path,
    ...outcomes.flatMap(({ vector, misses }) => [
      `  ${misses.length === 0 ? 'holds' : 'FAILS'}  ${vector}`,
      ...misses.map((miss) => `         ${miss}`),
    ]),
  ]);
  for (const { condition, never } of tried.uncovered) {
    lines.push(`never ${never.join(', never ')}: ${condition}`);
  }
  const all = tried.files.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  const failed = missesIn(tried);
  const open = tried.uncovered.length;
  lines.push(
    `${tried.bundle}: ${all - failed} vectors hold, ${failed} fail; ${open} conditions not shown on both sides`,
  );
  return `${lines.join('\n')}\n`;
}

function asJson({ bundle, files, uncovered }: Tried): string {
  const told = files.map(({ path, outcomes }) => ({
    path,
    vectors: outcomes.map(({ vector, misses }) => ({ name: vector, misses })),
  }));
  return JSON.stringify({ bundle, files: told, uncovered }, null, 2);
}
