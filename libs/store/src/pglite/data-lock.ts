import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Another live process uses the data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
}

/** The owner touches its lock this often; a lock of another host counts as live while it is younger than the limit. */
const TOUCH_MS = 2_000;
const FOREIGN_LOCK_AGE_MS_MAX = 10_000;
const ATTEMPTS_MAX = 5;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start of that process in kernel ticks, null where /proc is missing: tells a reused process id from the owner. */
  readonly started: string | null;
}

/** Directories held by this process: our own pid in a lock file proves nothing after a container's restart. */
const heldHere = new Set<string>();

/**
 * Takes the lock of a data directory, or throws DataDirectoryInUseError naming process and path. Two PGlite on one
 * directory would destroy it. A lock left by a killed process is recognised and replaced. Returns the release.
 */
export function lockDataDirectory(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const dataDir = realpathSync(folder);
  const file = join(dataDir, 'updraft.lock');
  const me: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (createLock(file, me)) return hold(dataDir, file);
    const text = readLock(file);
    if (text === null) continue;
    if (isLive(text, file, dataDir)) {
      const { pid, host } = parseHolder(text) ?? { pid: '?', host: '?' };
      throw new DataDirectoryInUseError(
        `The data directory ${dataDir} is in use by process ${pid} on ${host} (lock file ${file}). ` +
          'Stop that process or choose another directory.',
      );
    }
    removeStale(file, text);
  }
  throw new DataDirectoryInUseError(
    `The lock file ${file} keeps changing hands; another start is under way.`,
  );
}

function hold(dataDir: string, file: string): () => void {
  heldHere.add(dataDir);
  const touch = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // The directory was removed under us; the database reports that better than its lock can.
    }
  }, TOUCH_MS);
  touch.unref();
  return () => {
    clearInterval(touch);
    if (heldHere.delete(dataDir)) rmSync(file, { force: true });
  };
}

function createLock(file: string, holder: Holder): boolean {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, JSON.stringify(holder));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    if (typeof holder.pid !== 'number' || typeof holder.host !== 'string') return null;
    return { pid: holder.pid, host: holder.host, started: holder.started ?? null };
  } catch {
    return null;
  }
}

function isLive(text: string, file: string, dataDir: string): boolean {
  const holder = parseHolder(text);
  if (holder === null || holder.host !== hostname()) return isYoung(file);
  if (holder.pid === process.pid) return heldHere.has(dataDir);
  if (!processExists(holder.pid)) return false;
  return holder.started === null || startOf(holder.pid) === holder.started;
}

/** A half-written lock, or one of another host that shares the directory: alive while somebody touches it. */
function isYoung(file: string): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs < FOREIGN_LOCK_AGE_MS_MAX;
  } catch {
    return false;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat, counted after the command name, which may itself contain spaces and brackets. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Moves the stale lock away; if a faster process has replaced it meanwhile, puts that one back. */
function removeStale(file: string, text: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readLock(aside) !== text) {
    try {
      linkSync(aside, file);
    } catch {
      // A third process holds it by now; the next attempt sees that.
    }
  }
  rmSync(aside, { force: true });
}
