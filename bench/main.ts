import 'reflect-metadata';
import { cpus } from 'node:os';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { kafkaAvailable } from '#tools/kafka/launch';
import { POSTGRES_DEFAULT } from '#tools/chaos/fresh-services';
import { clusterSeasonLines, measureClusterSeason, type ClusterSeasonFigures } from './cluster-season.ts';
import { measureCluster, type ClusterMeasure } from './cluster.ts';
import { burstLines, measureBurst } from './burst.ts';
import { coreLines, eventsPerSecond, type CoreFigures } from './core-stages.ts';
import { measureCore } from './pure-core.ts';
import { measureSeasons, type SeasonMeasure } from './season.ts';
import { embeddedLines, measureEmbedded } from './embedded.ts';
import { figureLines, type Figures } from './figures.ts';
import type { Latency } from './latency.ts';
import { measureReplay, replayLines } from './replay-live.ts';
import type { SelfTime } from './profile-summary.ts';
import { SHAPES } from '#sim/marketplace/shapes';
import { FIXED_WORKLOAD } from './workload.ts';

// `npm run bench -- WHAT [options]`: measures one thing, prints it as a table, and as JSON where a file is named.

const USAGE = `bench core|season|burst|cluster|cluster-season|replay|embedded [options]
  core           the stages' steps on one core, nothing around them
  season         the same under the season of a marketplace, by its pack and by another policy on its merchants
  burst          every merchant applies at once (default 100000), the same on one core: order, memory, processor time
  cluster        processes on a broker and a database of their own: throughput, processor time, then latency
  cluster-season processes on a broker and a database of their own under the season of a marketplace, by its pack and
                 by another policy on its merchants; simulator and processes take turns
  replay         as cluster without latency, then what was written is replayed by as many workers as there are cores
  embedded       one process over PGlite, batches posted to its door: throughput, memory, then latency
  --events N     of the fixed workload (default 1000000; core: 400000; embedded: 200000)
  --merchants N  default ${FIXED_WORKLOAD.merchants}
  --partitions N default 4
  --scoring N    scoring processes (default 2)
  --allocators N allocator processes (default 2)
  --batch N      events of one request to the embedded door (default 500)
  --latency S    seconds of the open loop at half of the throughput (default 20; 0: none)
  --policy FILE  default bench/bundle.yaml; season: what the pack is compared with, default the starter's
  --pack NAME    of the season (default kuaishou, which has the most programmes)
  --days N       the last ones of the season (default 10)
  --profile      also the largest self times of the processes
  --json FILE    write the figures there, with machine and commit
The PostgreSQL server is UPDRAFT_TEST_POSTGRES, or ${POSTGRES_DEFAULT}.
`;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string' },
    merchants: { type: 'string' },
    partitions: { type: 'string', default: '4' },
    scoring: { type: 'string', default: '2' },
    allocators: { type: 'string', default: '2' },
    batch: { type: 'string', default: '500' },
    latency: { type: 'string', default: '20' },
    policy: { type: 'string' },
    pack: { type: 'string', default: 'kuaishou' },
    days: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const count = (text: string | undefined, standard: number): number => Number(text ?? standard);
const policy = values.policy ?? 'bench/bundle.yaml';
const merchants = count(values.merchants, FIXED_WORKLOAD.merchants);

// Broker and processes are ended by whoever exits; a signal alone would leave them at work.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => process.exit(EXIT_INTERRUPTED));

if (values.help) process.stdout.write(USAGE);
else if (positionals[0] === 'core') await core();
else if (positionals[0] === 'season') await season();
else if (positionals[0] === 'burst') await burst();
else if (positionals[0] === 'cluster') await cluster();
else if (positionals[0] === 'cluster-season') await clusterSeason();
else if (positionals[0] === 'replay') await replay();
else if (positionals[0] === 'embedded') await embedded();
else {
  process.stderr.write(USAGE);
  process.exitCode = EXIT_USAGE;
}

async function core(): Promise<void> {
  const events = count(values.events, 400_000);
  const figures = await measureCore({ events, merchants, policy });
  print(coreLines('Core', figures));
  await keep({ core: figures });
}

interface SeasonOptions {
  readonly of: SeasonMeasure;
  readonly other: string;
}

function seasonOptions(): SeasonOptions {
  const shape = SHAPES.find((name) => name === values.pack);
  if (shape === undefined) throw new Error(`--pack: ${values.pack} must be one of ${SHAPES.join(', ')}`);
  const other = values.policy ?? 'policies/starter/bundle.yaml';
  return { of: { shape, merchants, days: Number(values.days) }, other };
}

async function season(): Promise<void> {
  const { of, other: policy } = seasonOptions();
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const [pack, other] = (await measureSeasons([of, { ...of, policy }], onProgress)) as [
    CoreFigures,
    CoreFigures,
  ];
  print(coreLines(`The season of ${of.shape} by its pack`, pack));
  print(coreLines('The same merchants by the other policy', other));
  const ratio = eventsPerSecond(pack) / eventsPerSecond(other);
  print([ratioLine(ratio)]);
  await keep({ season: { pack, other, ratio } });
}

async function clusterSeason(): Promise<void> {
  const { of, other: policy } = seasonOptions();
  const { partitions, scoring, allocators, postgresUrl } = clusterOptions();
  const onDay = (day: number, { events, seconds }: { events: number; seconds: number }): void => {
    process.stderr.write(`  day ${day}: ${events} events, ${Math.round(events / seconds)}/s\n`);
  };
  const each = { ...of, partitions, scoring, allocators, postgresUrl, onDay };
  const pack = await measureClusterSeason(each);
  print(clusterSeasonLines(`The season of ${of.shape} by its pack`, pack));
  const other = await measureClusterSeason({ ...each, policy });
  print(clusterSeasonLines('The same merchants by the other policy', other));
  const ratio = pack.events / pack.seconds / (other.events / other.seconds);
  print([ratioLine(ratio)]);
  const plain = (figures: ClusterSeasonFigures): object => ({
    ...figures,
    outputs: [...figures.outputs],
    cpuSeconds: [...figures.cpuSeconds],
  });
  await keep({ clusterSeason: { pack: plain(pack), other: plain(other), ratio } });
}

function ratioLine(ratio: number): string {
  return `The pack comes to ${(100 * ratio).toFixed(1)} % of the other's events/s`;
}

async function burst(): Promise<void> {
  const figures = measureBurst(count(values.merchants, 100_000));
  print(burstLines(figures));
  await keep({ burst: figures });
}

function clusterOptions(): ClusterMeasure {
  const kafka = kafkaAvailable();
  if (!kafka.ok) throw new Error(`no Kafka here: ${kafka.why}`);
  return {
    events: count(values.events, 1_000_000),
    merchants,
    partitions: count(values.partitions, 4),
    scoring: count(values.scoring, 2),
    allocators: count(values.allocators, 2),
    policy,
    postgresUrl: process.env['UPDRAFT_TEST_POSTGRES'] ?? POSTGRES_DEFAULT,
    latencySeconds: count(values.latency, 20),
    isProfiled: values.profile,
  };
}

async function cluster(): Promise<void> {
  const { figures, latency, profiles } = await measureCluster(clusterOptions());
  print(figureLines(figures));
  print(latencyLines(latency));
  for (const [name, { areas, functions }] of profiles) {
    print(['', `  ${name}: self time by folder and package, of what was not idle`, ...areas.map(timeLine)]);
    print(['', `  ${name}: self time by function`, ...functions.map(timeLine)]);
  }
  await keep({ cluster: plainOf(figures), latency });
}

async function replay(): Promise<void> {
  const { live, replayed } = await measureReplay(clusterOptions(), cpus().length);
  print(figureLines(live));
  print(['', ...replayLines(live, replayed)]);
  await keep({ live: plainOf(live), replay: replayed });
}

function plainOf(figures: Figures): object {
  return { ...figures, outputs: [...figures.outputs], cpuSeconds: [...figures.cpuSeconds] };
}

async function embedded(): Promise<void> {
  const figures = await measureEmbedded({
    events: count(values.events, 200_000),
    merchants,
    policy,
    batchEvents: count(values.batch, 500),
    latencySeconds: count(values.latency, 20),
  });
  print(embeddedLines(figures));
  print(latencyLines(figures.latency));
  await keep({ embedded: figures });
}

function latencyLines(latency: Latency | null): string[] {
  if (latency === null) return [];
  const { eventsPerSecond, decisions, p50Ms, p99Ms, scheduleLagMs } = latency;
  return [
    '',
    `  at ${eventsPerSecond} events/s, accepted to decision readable: p50 ${p50Ms.toFixed(0)} ms, p99 ` +
      `${p99Ms.toFixed(0)} ms over ${decisions} decisions; ` +
      `the schedule was late by ${scheduleLagMs.toFixed(0)} ms at most`,
  ];
}

async function keep(figures: object): Promise<void> {
  if (values.json === undefined) return;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
  await writeFile(values.json, `${JSON.stringify({ commit, machine, ...figures }, null, 2)}\n`);
}

function timeLine({ where, ms, share }: SelfTime): string {
  return `  ${(share * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(7)} ms  ${where}`;
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
