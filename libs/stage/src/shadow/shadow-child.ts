import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Genesis } from '#domain/controls';
import { packageRoot } from '#store/pglite/package-root';
import type { WantedShadow } from '#store/shadow-desk';
import type { BundleSource } from '../bundle-source.ts';
import type { Clock } from '../clock.ts';
import type { ShadowFeed } from './shadow-feed.ts';
import type { FromShadow, ToShadow } from './shadow-message.ts';

// The host's end of one shadow: starts its process, gives it what it asks for, and hands out what it reports.

const PROCESS = 'dist/libs/stage/src/shadow/shadow-process.js';
/** The pipeline comes first on a machine that both share. */
const NICENESS = 10;
/** After log or store were away. */
const RETRY_MS = 2_000;
const STDERR_CHARS_KEPT = 2_000;

export interface ShadowChildPorts {
  readonly genesis: Genesis;
  readonly feed: ShadowFeed;
  readonly bundles: BundleSource;
  readonly clock: Clock;
  /** Of its JavaScript heap. At the limit the shadow ends, and says so. */
  readonly memoryMbMax: number;
  onReport(report: Extract<FromShadow, { readonly kind: 'report' }>): void;
  /** Once, unless it was stopped. */
  onFailed(why: string): void;
  /** Log or store are away; it is tried again. */
  onAway(error: unknown): void;
}

export interface ShadowChild {
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

export function startShadow(wanted: WantedShadow, ports: ShadowChildPorts): ShadowChild {
  const { genesis, feed, memoryMbMax, onReport, onFailed } = ports;
  const script = join(packageRoot(import.meta.url), PROCESS);
  if (!existsSync(script)) throw new Error(`${PROCESS} is missing; compile first: npm run build`);
  const child = fork(script, {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${memoryMbMax}`],
    // Nothing of our environment: it may say where the database is and how to get in.
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let isOver = false;
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_CHARS_KEPT);
  });
  const end = (why: string | null): void => {
    if (isOver) return;
    isOver = true;
    child.kill('SIGKILL');
    if (why !== null) onFailed(why);
  };
  const gone = new Promise<void>((resolve) => {
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => {
      end(endingOf(code, signal, stderr, memoryMbMax));
      void feed.close().then(resolve, resolve);
    });
  });
  const send = (message: ToShadow): void => {
    // A process that is gone is told by its end.
    if (!isOver) child.send(message, () => undefined);
  };
  child.on('message', (message: FromShadow) => {
    if (isOver) return;
    if (message.kind === 'report') onReport(message);
    else if (message.kind === 'failed') end(message.why);
    else
      void patiently(
        ports,
        () => isOver,
        () => answer(message, ports, () => !isOver),
      ).then(
        (found) => found !== null && send(found),
        (error: unknown) => end(error instanceof Error ? error.message : String(error)),
      );
  });
  if (child.pid !== undefined) setPriority(child.pid, NICENESS);
  const { hash: bundle, bundleText, sinceMs } = wanted;
  const { partitions, treasuries } = genesis;
  send({ kind: 'open', partitions, treasuries, bundle, bundleText, sinceMs });
  return {
    stop() {
      end(null);
      return gone;
    },
  };
}

type Question = Extract<FromShadow, { readonly kind: 'want-activity' | 'want-bundle' }>;

async function answer(
  question: Question,
  { feed, bundles }: ShadowChildPorts,
  isWanted: () => boolean,
): Promise<ToShadow | null> {
  if (question.kind === 'want-activity') return feed.next(question.partition, isWanted);
  const { hash } = question;
  const text = await bundles.get(hash, isWanted, () => undefined);
  return text === null ? null : { kind: 'bundle', hash, text };
}

/** Whatever is away comes back: the shadow waits for it as stages do. */
async function patiently<T>(
  { clock, onAway }: ShadowChildPorts,
  isOver: () => boolean,
  work: () => Promise<T>,
): Promise<T | null> {
  while (!isOver()) {
    try {
      return await work();
    } catch (error) {
      if (isOver()) return null;
      onAway(error);
      await clock.sleep(RETRY_MS);
    }
  }
  return null;
}

function endingOf(code: number | null, signal: string | null, stderr: string, memoryMbMax: number): string {
  const how = signal ?? `exit code ${code}`;
  return stderr.includes('heap out of memory')
    ? `its memory reached the limit of ${memoryMbMax} MB`
    : `its process ended: ${how} ${stderr.trim()}`;
}
