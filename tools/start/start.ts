import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StandaloneConfig } from '#apps/standalone/src/standalone.config';
import { openWorkspace, type Workspace } from '#apps/standalone/src/open-workspace';
import { DiskFullError } from '#apps/standalone/src/disk-watch';
import { startStandalone, type Standalone } from '#apps/standalone/src/standalone';
import { HOUR_MS } from '#domain/time';
import { createLog, type Log } from '#telemetry/log';
import { CommandError } from '#tools/cli/command-error';
import { demoPlan, fileJournal, type DemoPlan, type DemoWanted } from './demo.ts';
import { createPlanPlayer, type PlayOptions } from './play-plan.ts';
import type { Summary } from './summary.ts';
import { refuseTakenPort } from './taken-port.ts';
import { tell } from './terminal.ts';
import { firstShopOf, welcome } from './welcome.ts';

// `updraft start`: everything in one process. A stretch of simulated Double 11 flows through first, then the door
// opens and time goes on by the clock.

export interface StartOptions {
  readonly config: StandaloneConfig;
  readonly demo: DemoWanted | null;
  /** Throws away the data directory's database first. Tokens and keys stay. */
  readonly isFresh: boolean;
  readonly output: NodeJS.WriteStream;
}

/** How often the terminal's line is rewritten, ms. */
const LINE_MS = 1_000;

export interface Running {
  /** What it came to and what to try, to be said once whoever reads it may end the process in order. */
  readonly greeting: string;
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
  wanted: DemoWanted,
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
  const { genesis } = workspace;
  const player = createPlanPlayer(workspace, output);
  const { summary, onReport } = player;
  const standalone = await startStandalone({ ...workspace, config, log, onReport });
  try {
    const { id, isOurs } = await standalone.activate(config.policy, (confirmed, all) => {
      if (confirmed < all) output.write(`  policy live in ${confirmed}/${all} partitions\n`);
    });
    output.write(
      isOurs
        ? `Policy ${id} is live in all ${genesis.partitions} partitions.\n`
        : 'The policy that people put live stays live.\n',
    );
    if (plan !== null && !(await isLive(workspace)))
      await player.play(plan, { ...afterwards(plan), journal: fileJournal(config.dataDirectory) });
    await standalone.startTime();
    const url = await standalone.listen(config.port, config.host);
    await summary.refresh();
    const addresses = { doorUrl: url, consoleUrl: url, dataDirectory: config.dataDirectory };
    const greeting = `\n${summary.table()}\n\n${welcome(addresses, firstShopOf(plan?.pack))}\n`;
    return { greeting, stop: keepTelling(summary, standalone, workspace, output) };
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

/** The season of a pack ends where its dates do, and then time passes up to where the clock is. */
function afterwards({ pack }: DemoPlan): Pick<PlayOptions, 'quietUntilMs'> {
  return pack === undefined ? {} : { quietUntilMs: Math.floor(Date.now() / HOUR_MS) * HOUR_MS };
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
