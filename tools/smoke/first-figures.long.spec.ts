import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kafkaAvailable } from '#tools/kafka/launch';
import { repositoryRoot } from './run-cluster.ts';

// The measurement is a program that people run by hand: here it is run small, so that it still runs when they do.

const MEASURE = 'dist/tools/smoke/measure.js';
const EVENTS = '2000';
const RUN_MS_MAX = 180_000;
const POSTGRES_ENV = 'UPDRAFT_TEST_POSTGRES';

async function measure(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, '--events', EVENTS, ...args], {
    cwd: repositoryRoot(),
    env: {
      PATH: process.env['PATH'] ?? '',
      ...(process.env[POSTGRES_ENV] === undefined ? {} : { [POSTGRES_ENV]: process.env[POSTGRES_ENV] }),
    },
  });
  return stdout;
}

/** Of `name  12.3  4567.8` the first number. */
function secondsOf(table: string, name: string): number {
  const line = table.split('\n').find((each) => each.trimStart().startsWith(name));
  return Number(/ (\d+\.\d) /.exec(line ?? '')?.[1] ?? NaN);
}

test(
  'embedded: events a second, and the CPU time of stages and database',
  async () => {
    const table = await measure('--embedded');
    expect(table).toMatch(/ 2000 events .* 4 partitions; out came [1-9]\d* scoring, [1-9]\d* allocator/);
    expect(table).toMatch(/ [1-9]\d* events\/s: /);
    expect(secondsOf(table, 'main thread')).toBeGreaterThan(0);
    expect(secondsOf(table, 'PGlite worker')).toBeGreaterThan(0);
  },
  RUN_MS_MAX,
);

const isPossible = kafkaAvailable().ok && process.env[POSTGRES_ENV] !== undefined;
if (!isPossible && process.env['CI'] === 'true')
  throw new Error('CI=true forbids skipping: Kafka and PostgreSQL');

(isPossible ? test : test.skip)(
  'on Kafka and PostgreSQL: the same by process, and a profile of each',
  async () => {
    const table = await measure('--profile', '--partitions', '2');
    expect(table).toMatch(/ 2000 events .* 2 partitions; out came [1-9]\d* capability, [1-9]\d* decisions, /);
    for (const name of ['scoring-1', 'allocator-1', 'Kafka broker']) {
      expect(secondsOf(table, name)).toBeGreaterThan(0);
    }
    expect(table).toContain('scoring-1: self time by function');
    expect(table).toMatch(/ %\s+\d+ ms {2}.*libs\/domain/);
  },
  RUN_MS_MAX,
);
