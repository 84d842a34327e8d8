import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StandaloneConfig } from '#apps/standalone/src/standalone.config';
import { openWorkspace, type Workspace } from '#apps/standalone/src/open-workspace';
import { DiskFullError } from '#apps/standalone/src/disk-watch';
import { startStandalone, type Standalone } from '#apps/standalone/src/standalone';
import { playSeason } from '#sim/marketplace/demo-season';
import { createMarketplace } from '#sim/marketplace/marketplace';
import type { Reporter } from '#stage/report';
import { createLog, type Log } from '#telemetry/log';
import { CommandError } from '#tools/cli/command-error';
import { activeGrants, trainingOffers } from './active-grants.ts';
import { CONDUCT, demoPlan, fileJournal, type DemoPlan } from './demo.ts';
import { refuseTakenPort } from './taken-port.ts';
import { welcome } from './welcome.ts';
import { createSummary, type Summary } from './summary.ts';

// `updraft start`: everything in one process. A stretch of simulated Double 11 flows through first, then the door
// opens and time goes on by the clock.

export interface StartOptions {
  readonly config: StandaloneConfig;
  readonly demo: { readonly seed: number; readonly merchants: number; readonly days: number } | null;
  /** Throws away the data directory's database first. Tokens and keys stay. */
  readonly isFresh: boolean;
  readonly output: NodeJS.WriteStream;
}

/** How often the terminal's line is rewritten, ms. */
const LINE_MS = 1_000;
const DRAIN_POLL_MS = 5;

export interface Running {
  readonly url: string;
  /** Resolves when everything is finished, saved and closed. */
  stop(): Promise<void>;
}

/** What `--fresh` throws away. */
const DATABASE_FOLDER = 'pgdata';
const DEMO_FILES = [DATABASE_FOLDER, 'demo.json', 'demo-grants.ndjson'];

export async function start(options: StartOptions): Promise<Running> {
  const { config, output } = options;
  if (options.isFresh) {
    if (config.databaseUrl !== null)
      throw new Error('--fresh throws away an embedded database only, not DATABASE_URL');
    for (const name of DEMO_FILES)
      await rm(join(config.dataDirectory, name), { recursive: true, force: true });
  }
  await refuseTakenPort(config.host, config.port, '--port');
  await mkdir(config.dataDirectory, { recursive: true });
  const isNew = !existsSync(join(config.dataDirectory, DATABASE_FOLDER));
  const log = createLog('updraft', { level: config.logLevel });
  const plan = options.demo === null ? null : await openPlan(config, options.demo, isNew);
  const where = config.databaseUrl === null ? config.dataDirectory : 'PostgreSQL';
  output.write(`${isNew ? 'Making' : 'Opening'} the workspace in ${where} ...\n`);
  const workspace = await openWorkspace(config, log, plan);
  try {
    return await run(options, workspace, plan, log);
  } catch (error) {
    await workspace.backbone.close();
    throw error instanceof DiskFullError ? new CommandError(error.message) : error;
  }
}

/** A workspace that was begun without a demo stays without one. */
async function openPlan(
  config: StandaloneConfig,
  wanted: NonNullable<StartOptions['demo']>,
  isNew: boolean,
): Promise<DemoPlan | null> {
  const hasPlan = existsSync(join(config.dataDirectory, 'demo.json'));
  return isNew || hasPlan || config.databaseUrl !== null ? demoPlan(config.dataDirectory, wanted) : null;
}

async function run(
  { config, output }: StartOptions,
  workspace: Workspace,
  plan: DemoPlan | null,
  log: Log,
): Promise<Running> {
  const { backbone, genesis } = workspace;
  const summary = createSummary(backbone.logs, genesis);
  const progress = drainProgress();
  const standalone = await startStandalone({
    ...workspace,
    config,
    log,
    onReport(stage, partition, report) {
      summary.onReport(stage, partition, report);
      progress.onReport(stage, partition, report);
    },
  });
  try {
    const { bundle } = await standalone.activate(config.policy, (confirmed, all) => {
      if (confirmed < all) output.write(`  policy live in ${confirmed}/${all} partitions\n`);
    });
    output.write(`Policy ${bundle.id} is live in all ${genesis.partitions} partitions.\n`);
    if (plan !== null && !(await isLive(workspace)))
      await playDemo(workspace, plan, config, summary, progress, output);
    await standalone.startTime();
    const url = await standalone.listen(config.port, config.host);
    await summary.refresh();
    output.write(
      `\n${summary.table()}\n\n${welcome({ doorUrl: url, consoleUrl: url, dataDirectory: config.dataDirectory })}\n`,
    );
    return { url, stop: keepTelling(summary, standalone, workspace, output) };
  } catch (error) {
    await standalone.close();
    throw error;
  }
}

async function isLive({ backbone, genesis }: Workspace): Promise<boolean> {
  const heads = (await backbone.store.heads()).filter((head) => head.stage === 'scoring');
  return (
    heads.length === genesis.partitions && heads.every((head) => head.snapshot?.mark.facts['isLive'] === 1)
  );
}

async function playDemo(
  { backbone, genesis, pseudonymKey }: Workspace,
  plan: DemoPlan,
  { dataDirectory }: StandaloneConfig,
  summary: Summary,
  progress: DrainProgress,
  output: NodeJS.WriteStream,
): Promise<void> {
  const { logs } = backbone;
  const { partitions, treasuries } = genesis;
  output.write(
    `Playing ${plan.days} days of a season, ${plan.merchants} merchants, Double 11 five days before now:\n`,
  );
  const startedAt = performance.now();
  const season = await playSeason({
    logs,
    sim: createMarketplace({ ...plan, ...CONDUCT }),
    pseudonymKey,
    startMs: plan.startMs,
    endMs: plan.endMs,
    stepMs: STEP_MS,
    journal: fileJournal(dataDirectory),
    readGrants: activeGrants(logs, partitions),
    readOffers: trainingOffers(logs, partitions),
    drained: (atMs) => progress.reached(atMs, { allocator: partitions, treasury: treasuries }),
    onProgress({ atMs, events }) {
      const share = Math.floor(((atMs - plan.startMs) * 100) / (plan.endMs - plan.startMs));
      const day = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
      tell(output, `  ${String(share).padStart(3)} %  ${day}  ${events} events sent  ${summary.line()}`);
      if (atMs % (24 * 3_600_000) < STEP_MS) void summary.refresh();
    },
  });
  await summary.refresh();
  const seconds = (performance.now() - startedAt) / 1_000;
  tell(
    output,
    `  ${season.events} events and ${season.ticks} ticks in ${seconds.toFixed(1)} s: ${summary.line()}\n`,
  );
}

const STEP_MS = 4 * 3_600_000;

interface DrainProgress {
  readonly onReport: Reporter;
  /** Resolves when so many partitions of each have come there. */
  reached(atMs: number, partitions: Readonly<Record<'allocator' | 'treasury', number>>): Promise<void>;
}

/** Knows from their reports how far decisions and leases have come in log time. */
function drainProgress(): DrainProgress {
  const reachedMs = { allocator: new Map<number, number>(), treasury: new Map<number, number>() };
  return {
    onReport(stage, partition, report) {
      if (report.kind !== 'batch') return;
      if (stage === 'allocator' || stage === 'treasury') reachedMs[stage].set(partition, report.nowMs);
    },
    async reached(atMs, partitions) {
      const isThere = (stage: 'allocator' | 'treasury'): boolean =>
        reachedMs[stage].size === partitions[stage] &&
        [...reachedMs[stage].values()].every((ms) => ms >= atMs);
      while (!isThere('allocator') || !isThere('treasury')) await sleep(DRAIN_POLL_MS);
    },
  };
}

/** Rewrites one line on a terminal; elsewhere a line a minute is enough. */
function keepTelling(
  summary: Summary,
  standalone: Standalone,
  { backbone }: Workspace,
  output: NodeJS.WriteStream,
): () => Promise<void> {
  const everyMs = output.isTTY ? LINE_MS : 60_000;
  const timer = setInterval(() => {
    summary.refresh().then(
      () => tell(output, summary.line()),
      () => undefined,
    );
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    tell(output, 'Finishing what is under way ...\n');
    await standalone.close();
    await backbone.close();
    output.write('Saved. The next start goes on from here.\n');
  };
}

function tell(output: NodeJS.WriteStream, line: string): void {
  if (output.isTTY)
    output.write(
      `\r\u001b[2K${line.slice(0, Math.max(20, output.columns - 1))}${line.endsWith('\n') ? '\n' : ''}`,
    );
  else output.write(line.endsWith('\n') ? line : `${line}\n`);
}
