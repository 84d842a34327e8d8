import { statfs } from 'node:fs/promises';
import type { Health } from '#telemetry/health';

// The embedded database does not survive a full disk: it cannot make its next file of log, and its one session never
// answers again. So the door closes while there is room left for what is inside to be finished.

/** Kept free. The database's log grows by files of 16 MiB, and what was accepted still leads to records. */
export const DISK_FREE_BYTES_MIN = 192 * 1024 * 1024;
const LOOK_MS = 1_000;
const HEALTH_CHECK = 'disk';
const MIB = 1024 * 1024;

export interface DiskWatch {
  /** Why nothing more may be accepted now; null: there is room. */
  full(): string | null;
  stop(): void;
}

export class DiskFullError extends Error {
  override readonly name = 'DiskFullError';
}

export interface DiskWatchOptions {
  readonly directory: string;
  readonly freeBytesMin?: number;
  readonly lookMs?: number;
  readonly freeBytes?: (directory: string) => Promise<number>;
}

/** Rejects with DiskFullError where there is too little room to start with. */
export async function watchDisk(options: DiskWatchOptions, health: Health): Promise<DiskWatch> {
  const { directory, freeBytesMin = DISK_FREE_BYTES_MIN, freeBytes = readFreeBytes } = options;
  let why: string | null = null;
  const look = async (): Promise<void> => {
    const free = await freeBytes(directory);
    why =
      free >= freeBytesMin
        ? null
        : `the disk of ${directory} has ${mib(free)} MiB free, at least ${mib(freeBytesMin)} MiB must be`;
    health.set(HEALTH_CHECK, why === null, why ?? '');
  };
  await look();
  if (why !== null) throw new DiskFullError(why);
  // A file system that cannot be asked for a moment changes nothing of what is known.
  const timer = setInterval(() => void look().catch(() => undefined), options.lookMs ?? LOOK_MS);
  timer.unref();
  return { full: () => why, stop: () => clearInterval(timer) };
}

/** What a process without special rights may still use. */
async function readFreeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function mib(bytes: number): number {
  return Math.floor(bytes / MIB);
}
