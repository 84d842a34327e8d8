import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#store/pglite/package-root';

// How a replay worker is kept from everything but its pipes. Three belts, each of which holds where another does not:
// a network namespace of its own (Linux, where the kernel lets a user make one), Node's permission model (no file is
// written, none outside the compiled code is read, no process is started), and Node's own modules closed
// (no-network.ts). The last one is there everywhere; a worker that gets out at its start is refused.

const ROOT = packageRoot(import.meta.url);
const WORKER = 'dist/tools/replay/worker.js';
const PRELOAD = 'dist/tools/replay/no-network.js';
const PROBE_TIMEOUT_MS = 5_000;

export interface Isolation {
  /** Workers run under `unshare -rn`: the kernel gives them no network at all. */
  readonly hasNamespace: boolean;
}

/** What this machine offers. Only a namespace that was really made counts. */
export function findIsolation(): Isolation {
  const probe = spawnSync('unshare', ['-rn', 'true'], { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS });
  return { hasNamespace: probe.status === 0 };
}

export function startWorkerProcess(isolation: Isolation): ChildProcessWithoutNullStreams {
  const script = join(ROOT, WORKER);
  if (!existsSync(script)) throw new Error(`${WORKER} is missing; compile first: npm run build`);
  return startIsolated(script, isolation);
}

/** Runs a script with all belts. `readable` are folders that it may read besides the compiled code. */
export function startIsolated(
  script: string,
  isolation: Isolation,
  readable: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const node = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    // A batch's records die young: with V8's own 16 MiB most of them are copied before they do.
    '--max-semi-space-size=128',
    permission,
    ...[join(ROOT, 'dist'), ...readable].map((folder) => `--allow-fs-read=${folder}/*`),
    `--allow-fs-read=${join(ROOT, 'package.json')}`,
    `--import=${join(ROOT, PRELOAD)}`,
    script,
  ];
  const [command, ...args] = isolation.hasNamespace ? ['unshare', '-rn', ...node] : node;
  // Nothing of our environment: it may say where the database is and how to get in.
  return spawn(command!, args, { env: { PATH: process.env['PATH'] }, stdio: 'pipe' });
}
