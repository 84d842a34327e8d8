import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '#tools/cli/command-error';
import { readCpuSeconds } from './cpu-time.ts';
import { lastLines } from './log-line.ts';
import { parseMetrics, type Scrape } from './metric-samples.ts';

// Updraft as separate processes under supervision: started from dist, known by their pid, their output in files, and
// gone when the supervisor goes. Ports are the system's choice; each process says in its log where it listens.

export const ROLES = ['ingest', 'scoring', 'allocator', 'treasury', 'census', 'console'] as const;
export type Role = (typeof ROLES)[number];

export interface ClusterOptions {
  readonly brokers: string;
  readonly databaseUrl: string;
  /** The workspace, with its dot: `updraft.` */
  readonly prefix: string;
  /** Tokens and keys. */
  readonly dataDirectory: string;
  /** Where the processes' output goes: NAME.START.out. */
  readonly outputDirectory: string;
  /** A role without a port gets one of the system's choice. */
  readonly ports?: Readonly<Partial<Record<Role, number>>>;
  /** Ctrl-C on the terminal reaches the supervisor alone, which ends the others in order. */
  readonly isDetached?: boolean;
  /** More variables for every process; they win over ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly role: Role;
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  /** File with all it has said. */
  readonly output: string;
  isRunning(): boolean;
  /** Resolves when it is gone, by whatever cause. */
  readonly ended: Promise<Ended>;
  /** User and system time since it was started, s. */
  cpuSeconds(): number;
  scrape(): Promise<Scrape>;
  /** Orderly, as an orchestrator does it. Killed and reported as such when it takes too long. */
  stop(): Promise<Ended>;
  /** SIGKILL: no farewell. Resolves when it is gone. */
  kill(): Promise<Ended>;
}

export interface Cluster {
  /** Resolves when the process answers that it lives. `name` is `scoring-1`: the role before the dash. */
  start(name: string, nodeArguments?: readonly string[]): Promise<RunningProcess>;
  /** Those that run. */
  running(role?: Role): readonly RunningProcess[];
  /** Orderly, in data order, so that each has time to finish what the one before it left. */
  stopAll(): Promise<void>;
  /** At once. */
  killAll(): Promise<void>;
}

/** A batch's records should die young: with V8's own 16 MiB most of them are copied before they do. */
const NODE_FLAGS = ['--max-semi-space-size=128'];
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const POLL_MS = 50;
const SCRAPE_MS_MAX = 5_000;
/** Of a process that failed, so many lines of its output go into the message, which names the file for the rest. */
const SHOWN_LINES_MAX = 10;

export function openCluster(options: ClusterOptions): Cluster {
  mkdirSync(options.outputDirectory, { recursive: true });
  const processes = new Set<RunningProcess>();
  const starts = new Map<string, number>();
  const running = (role?: Role): RunningProcess[] =>
    [...processes].filter((each) => each.isRunning() && (role === undefined || each.role === role));

  return {
    async start(name, nodeArguments = []) {
      const started = (starts.get(name) ?? 0) + 1;
      starts.set(name, started);
      const output = join(options.outputDirectory, `${name}.${started}.out`);
      const process = await launch(options, name, output, nodeArguments);
      processes.add(process);
      return process;
    },
    running,
    async stopAll() {
      for (const role of ROLES) await Promise.all(running(role).map((each) => each.stop()));
    },
    async killAll() {
      await Promise.all(running().map((each) => each.kill()));
    },
  };
}

async function launch(
  options: ClusterOptions,
  name: string,
  output: string,
  nodeArguments: readonly string[],
): Promise<RunningProcess> {
  const role = ROLES.find((each) => name.startsWith(`${each}-`));
  if (role === undefined) throw new Error(`${name}: must begin with one of ${ROLES.join('-, ')}-`);
  const child = spawnIntoFile(
    [...NODE_FLAGS, ...nodeArguments, mainOf(role)],
    environmentOf(options, role),
    output,
    options.isDetached ?? false,
  );
  const ended = new Promise<Ended>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const kill = (): Promise<Ended> => {
    if (isRunning()) child.kill('SIGKILL');
    return ended;
  };
  try {
    const url = await untilItLives(name, output, child);
    return {
      name,
      role,
      pid: child.pid!,
      url,
      output,
      isRunning,
      ended,
      cpuSeconds: () => readCpuSeconds(child.pid!),
      async scrape() {
        const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(SCRAPE_MS_MAX) });
        return parseMetrics(await answer.text());
      },
      async stop() {
        if (isRunning()) child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
        return ended.finally(() => clearTimeout(force));
      },
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** Only what the process is meant to see: a test runner's own settings change what libraries do. */
function environmentOf(options: ClusterOptions, role: Role): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    KAFKA_BROKERS: options.brokers,
    DATABASE_URL: options.databaseUrl,
    UPDRAFT_PREFIX: options.prefix,
    UPDRAFT_DATA: options.dataDirectory,
    [`${role.toUpperCase()}_PORT`]: String(options.ports?.[role] ?? 0),
    LOG_LEVEL: 'info',
    ...options.environment,
  };
}

function spawnIntoFile(
  command: readonly string[],
  env: Record<string, string>,
  output: string,
  isDetached: boolean,
): ChildProcess {
  const file = openSync(output, 'w');
  const child = spawn(process.execPath, ['--enable-source-maps', ...command], {
    stdio: ['ignore', file, file],
    env,
    cwd: repositoryRoot(),
    detached: isDetached,
  });
  closeSync(file);
  ours.add(child);
  child.once('exit', () => ours.delete(child));
  return child;
}

const ours = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of ours) child.kill('SIGKILL');
});

/** Waits for the line that says where it listens, then for its health. */
async function untilItLives(name: string, output: string, child: ChildProcess): Promise<string> {
  const startedAt = performance.now();
  for (;;) {
    const said = readFileSync(output, 'utf8');
    const failed = (how: string): CommandError =>
      new CommandError(
        `${name} ${how}. From ${output}:\n${lastLines(name, said, SHOWN_LINES_MAX).join('\n')}`,
      );
    const { exitCode, signalCode } = child;
    if (exitCode !== null) throw failed(`ended with code ${exitCode} while starting`);
    if (signalCode !== null) throw failed(`ended by ${signalCode} while starting`);
    const url = urlIn(said);
    if (url !== null && (await lives(url))) return url;
    if (performance.now() - startedAt > START_MS_MAX)
      throw failed(`did not answer within ${START_MS_MAX} ms`);
    await sleep(POLL_MS);
  }
}

function urlIn(said: string): string | null {
  return /"url":"(http:\/\/[^"]+)"/.exec(said)?.[1] ?? null;
}

async function lives(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(SCRAPE_MS_MAX) })).ok;
  } catch {
    return false;
  }
}

function mainOf(role: Role): string {
  const path = join(repositoryRoot(), 'dist/apps', role, 'src/main.js');
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run build makes it`);
  return path;
}

/** The nearest folder above with bin/updraft.mjs: this file runs from the sources as well as from dist. */
export function repositoryRoot(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    if (existsSync(join(at, 'bin/updraft.mjs'))) return at;
    if (dirname(at) === at) throw new Error(`no bin/updraft.mjs above ${import.meta.dirname}`);
  }
}
