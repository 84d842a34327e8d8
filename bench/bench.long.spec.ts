import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWithServices, POSTGRES_ENV } from '#tools/cluster/describe-with-services';
import { repositoryRoot } from '#tools/cluster/run-cluster';

// The benchmarks are programs that people run by hand: here they run small, so that they still run when they do.

const BENCH = 'dist/bench/main.js';
const RUN_MS_MAX = 180_000;

async function bench(...args: readonly string[]): Promise<{ table: string; json: Record<string, unknown> }> {
  const directory = await mkdtemp(join(tmpdir(), 'updraft-bench-'));
  const file = join(directory, 'figures.json');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, ...args, '--json', file], {
      cwd: repositoryRoot(),
      env: {
        PATH: process.env['PATH'] ?? '',
        ...(process.env[POSTGRES_ENV] === undefined ? {} : { [POSTGRES_ENV]: process.env[POSTGRES_ENV] }),
      },
    });
    return { table: stdout, json: JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown> };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test(
  'core: the steps of the stages, with the shares that the fixed workload promises',
  async () => {
    const { table, json } = await bench('core', '--events', '60000', '--merchants', '1000');
    expect(table).toMatch(/ 60000 events of \d+ merchants/);
    const { events, tierChanges, decisions } = json['core'] as Record<string, number>;
    expect(tierChanges! / events!).toBeGreaterThan(0.02);
    expect(tierChanges! / events!).toBeLessThan(0.06);
    expect(decisions!).toBeGreaterThan(tierChanges!);
    expect(json).toMatchObject({ commit: expect.any(String), machine: { cores: expect.any(Number) } });
  },
  RUN_MS_MAX,
);

test(
  'season: the merchants of a marketplace by its pack, and by the policy that it is compared with',
  async () => {
    const { table, json } = await bench('season', '--pack', 'taobao', '--merchants', '40', '--days', '4');
    expect(table).toMatch(/The season of taobao by its pack: .*\n {2}\d+ events of \d+ merchants/);
    const { pack, other, ratio } = json['season'] as Record<'pack' | 'other', Record<string, number>> & {
      ratio: number;
    };
    for (const { events, merchants, decisions } of [pack, other]) {
      expect([events! > 1_000, merchants! > 30, decisions! > 40]).toEqual([true, true, true]);
    }
    expect(ratio).toBeGreaterThan(0);
  },
  RUN_MS_MAX,
);

test(
  'burst: who finds no money waits, half are served in the order in which they came, the rest hear that there is none',
  async () => {
    const { table, json } = await bench('burst', '--merchants', '4000');
    expect(table).toContain('2000 served in the order in which they came, 2000 withheld for want of money');
    // A quarter has the share that the partition was leased ahead of need.
    expect(json['burst']).toMatchObject({ waiting: 3_000, issued: 2_000, withheld: 2_000, isInOrder: true });
  },
  RUN_MS_MAX,
);

test(
  'embedded: batches posted to one process, what they cost, and how long decisions take',
  async () => {
    const small = ['--events', '5000', '--merchants', '200', '--batch', '100', '--latency', '2'];
    const { table, json } = await bench('embedded', ...small);
    expect(table).toMatch(/ 5000 events of \d+ merchants in batches of 100, .* [1-9]\d* decisions/);
    const { embedded } = json as { embedded: Record<string, number> & { latency: object } };
    const { acceptedSeconds, decidedSeconds, cpuSeconds, peakBytes, latency } = embedded;
    expect(decidedSeconds!).toBeGreaterThan(acceptedSeconds!);
    expect(cpuSeconds!).toBeGreaterThan(0);
    expect(peakBytes!).toBeGreaterThan(1e8);
    expect(latency).toMatchObject({ decisions: expect.any(Number), p99Ms: expect.any(Number) });
  },
  RUN_MS_MAX,
);

describeWithServices('on a broker and a database of its own', () => {
  test(
    'cluster: throughput against the ceiling, processor time by process, latency, and a profile',
    async () => {
      const small = ['--events', '20000', '--merchants', '500', '--partitions', '2', '--latency', '2'];
      const { table, json } = await bench(
        'cluster',
        ...small,
        '--scoring',
        '1',
        '--allocators',
        '1',
        '--profile',
      );
      expect(table).toMatch(
        / 20000 events .* 2 partitions; out came [1-9]\d* capability, [1-9]\d* decisions, /,
      );
      expect(table).toMatch(/ [1-9]\d* events\/s: /);
      expect(table).toMatch(/ 0\.\d\d of a raw drain of the same topic/);
      expect(table).toContain('scoring-1: self time by function');
      const { cluster, latency } = json as { cluster: { cpuSeconds: [string, number][] }; latency: object };
      for (const name of ['scoring-1', 'allocator-1', 'console-1', 'Kafka broker']) {
        expect(new Map(cluster.cpuSeconds).get(name)).toBeGreaterThan(0);
      }
      expect(latency).toMatchObject({ p50Ms: expect.any(Number), p99Ms: expect.any(Number) });
    },
    RUN_MS_MAX,
  );

  test(
    'cluster-season: simulator and processes take turns, by the pack and by the other policy',
    async () => {
      const small = [
        '--merchants',
        '30',
        '--days',
        '2',
        '--partitions',
        '2',
        '--scoring',
        '1',
        '--allocators',
        '1',
      ];
      const { table, json } = await bench('cluster-season', '--pack', 'taobao', ...small);
      expect(table).toMatch(/The season of taobao by its pack\n {2}\d+ events in 12 turns; /);
      const { pack, other, ratio } = json['clusterSeason'] as Record<
        'pack' | 'other',
        Record<string, number>
      > & {
        ratio: number;
      };
      for (const { events, turns, seconds } of [pack, other]) {
        expect([events! > 300, turns, seconds! > 0]).toEqual([true, 12, true]);
      }
      expect(ratio).toBeGreaterThan(0);
    },
    RUN_MS_MAX,
  );

  test(
    'replay: what processes wrote, replayed to equal, as a multiple of the live throughput',
    async () => {
      const small = ['--events', '20000', '--merchants', '500', '--partitions', '2'];
      const { table, json } = await bench('replay', ...small, '--scoring', '1', '--allocators', '1');
      expect(table).toMatch(/Replay of all that by \d+ workers: equal, digest [0-9a-f]{64}/);
      expect(table).toMatch(/ \d+\.\d\d times the live throughput/);
      const { live, replay } = json as {
        live: { loaded: Record<string, number> };
        replay: { records: number };
      };
      expect(replay.records).toBeGreaterThan(live.loaded['events']! + live.loaded['ticks']!);
    },
    RUN_MS_MAX,
  );
});
