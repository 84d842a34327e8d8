import { readdirSync, readFileSync } from 'node:fs';

// CPU time by process, from the kernel's own books. Linux only.

/** USER_HZ: the kernel tells times to programs in this unit on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly command: string;
  readonly own: number;
  /** Of children that have ended and were waited for. */
  readonly ended: number;
}

/** User and system time of a process and all its threads, s. */
export function readCpuSeconds(pid: number): number {
  return readStat(`/proc/${pid}/stat`).own;
}

/** By thread; the main thread is the one whose id is the pid. */
export function readThreadCpuSeconds(pid: number): ReadonlyMap<number, number> {
  const threads = new Map<number, number>();
  for (const name of readdirSync(`/proc/${pid}/task`)) {
    threads.set(Number(name), readStat(`/proc/${pid}/task/${name}/stat`).own);
  }
  return threads;
}

/**
 * Of all processes of this command, ended ones included as far as their parent is one of them: a PostgreSQL server is
 * many processes that come and go. Null where none is on this machine.
 */
export function readCommandCpuSeconds(command: string): number | null {
  let sum: number | null = null;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readStat(`/proc/${name}/stat`);
      if (stat.command === command) sum = (sum ?? 0) + stat.own + stat.ended;
    } catch {
      // It ended between listing and reading; its parent has its time.
    }
  }
  return sum;
}

/** The command stands in brackets and may hold anything; the numbers follow the last one. */
function readStat(path: string): ProcessStat {
  const text = readFileSync(path, 'utf8');
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  // Fields are numbered from 1 in proc(5); the first one after the brackets is number 3.
  const fields = text.slice(close + 2).split(' ');
  const seconds = (first: number): number =>
    (Number(fields[first - 3]) + Number(fields[first - 2])) / TICKS_PER_SECOND;
  return { command: text.slice(open + 1, close), own: seconds(14), ended: seconds(16) };
}
