import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { lockDataDirectory } from './data-lock.ts';
import { packageRoot } from './package-root.ts';
import { watchSession } from './session-watchdog.ts';
import type { Beat } from './session-watchdog.ts';

/** Cold, initdb takes 4 to 7 s on a slow machine; a recovery after a kill well under a second. */
const START_MS_MAX = 120_000;
const STOP_MS_MAX = 20_000;
/** A start clears the whole cache: of what PostgreSQL would take by itself, 128 MB, that is half of the start. */
const CACHE_MB_DEFAULT = 128;
/** For whoever opens a database, asks it a little and closes it: no more pages than that are looked at twice. */
export const CACHE_MB_BRIEF = 16;

export interface PgliteOptions {
  /** Where the data lives; in memory when absent. */
  readonly dataDir?: string;
  /** Dump of a data directory to start from (bytes or a file), used only while `dataDir` holds no database yet. */
  readonly image?: Uint8Array | string;
  /** Memory for pages that were read. Default: enough for a server. */
  readonly cacheMb?: number;
  /** Told once when the session is stuck or has died. Default: a process warning. */
  readonly onStuck?: (reason: string) => void;
  readonly stuckMs?: number;
}

export interface Pglite {
  /** Connection string for `openDatabase({ embedded: true })`. One connection at a time. */
  readonly url: string;
  readonly startMs: number;
  /** The data directory as a tar, for `image`. Only while no statement runs. */
  dump(): Promise<Buffer>;
  /** Close the pool first: what is still running is cut off. */
  stop(): Promise<void>;
}

type FromWorker =
  | { readonly kind: 'ready'; readonly address: string; readonly startMs: number }
  | ({ readonly kind: 'beat' } & Beat)
  | { readonly kind: 'dumped'; readonly image: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped' };

/** PostgreSQL in WebAssembly, in a thread of its own, behind a socket on the loopback. */
export async function startPglite(options: PgliteOptions = {}): Promise<Pglite> {
  const dataDir = options.dataDir === undefined ? null : resolve(options.dataDir);
  const release = dataDir === null ? () => {} : lockDataDirectory(dataDir);
  const imageFile = writeImage(options.image, dataDir);
  try {
    return await startWorker(dataDir, imageFile.path, release, options);
  } catch (error) {
    release();
    throw error;
  } finally {
    imageFile.remove();
  }
}

async function startWorker(
  dataDir: string | null,
  imagePath: string | null,
  release: () => void,
  options: PgliteOptions,
): Promise<Pglite> {
  const file = join(packageRoot(import.meta.url), 'libs/store/src/pglite/pglite-worker.mjs');
  const pgdata = dataDir === null ? null : join(dataDir, 'pgdata');
  if (pgdata !== null) mkdirSync(pgdata, { recursive: true });
  const { cacheMb = CACHE_MB_DEFAULT } = options;
  const worker = new Worker(file, { workerData: { dataDir: pgdata, imagePath, cacheMb }, execArgv: [] });
  const ready = await answer(worker, 'ready', START_MS_MAX).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  const watchdog = watchSession(worker, options.stuckMs, options.onStuck);
  let stopping: Promise<void> | null = null;
  return {
    url: `postgres://postgres@${ready.address}/postgres`,
    startMs: ready.startMs,
    async dump() {
      const dumped = answer(worker, 'dumped', START_MS_MAX);
      worker.postMessage({ kind: 'dump' });
      return Buffer.from((await dumped).image);
    },
    stop() {
      stopping ??= stopWorker(worker, watchdog.stop, release);
      return stopping;
    },
  };
}

async function stopWorker(worker: Worker, stopWatching: () => void, release: () => void): Promise<void> {
  stopWatching();
  const stopped = answer(worker, 'stopped', STOP_MS_MAX);
  worker.postMessage({ kind: 'stop' });
  try {
    await stopped;
  } catch {
    // It did not answer in time or was dead already; the next start recovers from its write-ahead log.
  } finally {
    await worker.terminate();
    release();
  }
}

/** The next message of that kind, or an error when the thread fails, ends or takes too long. */
function answer<Kind extends FromWorker['kind']>(
  worker: Worker,
  kind: Kind,
  timeoutMs: number,
): Promise<Extract<FromWorker, { kind: Kind }>> {
  return new Promise((accept, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      act();
    };
    const onMessage = (message: FromWorker): void => {
      if (message.kind === kind) finish(() => accept(message as Extract<FromWorker, { kind: Kind }>));
      else if (message.kind === 'failed') finish(() => reject(new Error(`PGlite failed: ${message.reason}`)));
    };
    const onError = (error: Error): void =>
      finish(() => reject(new Error('PGlite failed', { cause: error })));
    const onExit = (): void => finish(() => reject(new Error(`PGlite ended before it was ${kind}.`)));
    const timer = setTimeout(
      () => finish(() => reject(new Error(`PGlite was not ${kind} within ${timeoutMs} ms.`))),
      timeoutMs,
    );
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

/** A dump given as bytes goes through a file, so that 40 MB are not cloned into the worker's message queue. */
function writeImage(
  image: Uint8Array | string | undefined,
  dataDir: string | null,
): { readonly path: string | null; remove(): void } {
  const keep = { path: null, remove: () => {} };
  if (image === undefined) return keep;
  if (dataDir !== null && existsSync(join(dataDir, 'pgdata', 'PG_VERSION'))) return keep;
  if (typeof image === 'string') return { path: image, remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'updraft-image-'));
  const path = join(folder, 'image.tar');
  writeFileSync(path, image);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
