import { readFileSync } from 'node:fs';
import { WRITE_AHEAD_LOG, type Sizes } from './directory-sizes.ts';

// What is looked at every few seconds, and what may be said about it afterwards.

export interface Sample {
  /** Since the first event was sent. */
  readonly seconds: number;
  readonly accepted: number;
  readonly residentBytes: number;
  /** Of those, the tables of ids that dedupe must hold. */
  readonly idTableBytes: number;
  readonly sizes: Sizes;
  /** Records that scoring has not stepped yet. */
  readonly lagRecords: number;
}

/**
 * What must grow with every event, and is no leak: the logs, the ids that dedupe may not forget for days, and the copy
 * of the log of decisions that can be asked.
 */
const GROWING = ['log_record', 'stage_chunk', 'read_decision'];

export function totalBytes({ sizes }: Sample): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

export function logBytes({ sizes }: Sample): number {
  return sizes.get('log_record') ?? 0;
}

/** The ids in snapshots. */
export function idBytes({ sizes }: Sample): number {
  return sizes.get('stage_chunk') ?? 0;
}

export function decisionBytes({ sizes }: Sample): number {
  return sizes.get('read_decision') ?? 0;
}

export function writeAheadBytes({ sizes }: Sample): number {
  return sizes.get(WRITE_AHEAD_LOG) ?? 0;
}

/** Disk that no event has a claim to. */
export function otherBytes(sample: Sample): number {
  return totalBytes(sample) - GROWING.reduce((sum, name) => sum + (sample.sizes.get(name) ?? 0), 0);
}

export function otherMemory({ residentBytes, idTableBytes }: Sample): number {
  return residentBytes - idTableBytes;
}

/** Parts of the directory by what they took more in the last quarter than in the second, most first. */
export function growthByPart(samples: readonly Sample[]): [part: string, bytes: number][] {
  const parts = new Set(samples.flatMap(({ sizes }) => [...sizes.keys()]));
  return [...parts]
    .map((part): [string, number] => [part, growth(samples, ({ sizes }) => sizes.get(part) ?? 0)])
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** The median of the last quarter less that of the second: the first is the start, and one sample is an accident. */
export function growth(samples: readonly Sample[], valueOf: (sample: Sample) => number): number {
  return medianOf(quarter(samples, 3), valueOf) - medianOf(quarter(samples, 1), valueOf);
}

/** The quarters, numbered from 0, by time. */
export function quarter(samples: readonly Sample[], number: number): Sample[] {
  const span = samples.at(-1)?.seconds ?? 0;
  const [from, to] = [(span * number) / 4, (span * (number + 1)) / 4];
  return samples.filter(({ seconds }) => seconds > from && seconds <= to);
}

export function medianOf(samples: readonly Sample[], valueOf: (sample: Sample) => number): number {
  const values = samples.map(valueOf).sort((a, b) => a - b);
  const middle = values.length >> 1;
  if (values.length === 0) throw new Error('no sample: the run was too short for quarters');
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** Linux only, as the other books of the kernel that are read here. */
export function readResidentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} holds no memory any more`);
  return Number(kib) * 1_024;
}

const PLACE_BYTES = 28;
const PLACES_MIN = 1_024;

/** What dedupe's table takes for so many ids: it doubles when two places in three are taken (ADR 0006). */
export function idTableBytes(ids: number): number {
  let places = PLACES_MIN;
  while (ids * 3 > places * 2) places *= 2;
  return places * PLACE_BYTES;
}
