import { BATCH_EVENTS, CONNECTIONS } from './full-speed.ts';
import type { EnduranceStory, Spent } from './play-endurance.ts';
import {
  decisionBytes,
  growth,
  growthByPart,
  idBytes,
  logBytes,
  medianOf,
  otherBytes,
  otherMemory,
  quarter,
  writeAheadBytes,
  type Sample,
} from './samples.ts';
import { MERCHANTS } from './traffic.ts';

// What a run measured, as tables for people (Markdown). Medians of each quarter of it.

const MIB = 1_048_576;
const MS_PER_SECOND = 1_000;
const PARTS_SHOWN = 6;
const QUARTERS = [0, 1, 2, 3];

const ROWS: readonly [what: string, valueOf: (sample: Sample) => number][] = [
  ['resident memory, MiB', ({ residentBytes }) => residentBytes / MIB],
  ['of it the ids of dedupe, computed, MiB', ({ idTableBytes }) => idTableBytes / MIB],
  ['**memory without them, MiB**', (sample) => otherMemory(sample) / MIB],
  ['logs with their index on disk, MiB', (sample) => logBytes(sample) / MIB],
  ['ids in snapshots on disk, MiB', (sample) => idBytes(sample) / MIB],
  ['decisions that can be asked, with their indexes, MiB', (sample) => decisionBytes(sample) / MIB],
  ['**disk without these three, MiB**', (sample) => otherBytes(sample) / MIB],
  ['of it the write-ahead log, MiB', (sample) => writeAheadBytes(sample) / MIB],
  ['bytes of log on disk per accepted event', (sample) => logBytes(sample) / Math.max(1, sample.accepted)],
  ['records that scoring has yet to step', ({ lagRecords }) => lagRecords],
];

export function reportOf(story: EnduranceStory): string {
  return [...samplesReport(story.samples), ...deathReport(story), ''].join('\n');
}

export function samplesReport(samples: readonly Sample[]): string[] {
  const { seconds, accepted } = samples.at(-1)!;
  const quarters = QUARTERS.map((number) => quarter(samples, number));
  return [
    `${accepted} events of ${MERCHANTS} merchants accepted in ${(seconds / 60).toFixed(1)} minutes, ` +
      `${Math.round(accepted / seconds)}/s, in batches of ${BATCH_EVENTS}, ${CONNECTIONS} at a time; ` +
      `${samples.length} samples.`,
    '',
    '| Median of each quarter | 1st | 2nd | 3rd | last |',
    '|---|---|---|---|---|',
    row('accepted events/s', quarters.map(rateOf)),
    ...ROWS.map(([what, valueOf]) =>
      row(
        what,
        quarters.map((each) => medianOf(each, valueOf)),
      ),
    ),
    '',
    '| What took more disk in the last quarter than in the second | MiB |',
    '|---|---|',
    ...growthByPart(samples)
      .slice(0, PARTS_SHOWN)
      .map(([part, bytes]) => row(part, [bytes / MIB], 1)),
    '',
    `From the second quarter to the last: memory without ids ${signed(growth(samples, otherMemory))}, disk without ` +
      `logs, ids and decisions ${signed(growth(samples, otherBytes))}.`,
  ];
}

function deathReport(story: EnduranceStory): string[] {
  const { acknowledged, turnedAway, lagAtDeath, emptyStart, ready, decided } = story;
  return [
    '',
    `\`kill -9\` at full speed with ${acknowledged.size} events acknowledged (${turnedAway} batches turned away) and ` +
      `${lagAtDeath} records yet to step.`,
    '',
    '| The start | Seconds | Processor seconds |',
    '|---|---|---|',
    startRow('of the empty workspace, until its door was open', emptyStart),
    startRow('after the kill, until its door was open', ready),
    startRow('after the kill, until an event posted then was decided and readable', decided),
  ];
}

function startRow(what: string, { ms, cpuSeconds }: Spent): string {
  return row(what, [ms / MS_PER_SECOND, cpuSeconds], 1);
}

function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.accepted - first.accepted) / Math.max(1, last.seconds - first.seconds);
}

function row(what: string, values: readonly number[], digits = 0): string {
  return `| ${[what, ...values.map((value) => value.toFixed(digits))].join(' | ')} |`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '' : '+'}${(bytes / MIB).toFixed(1)} MiB`;
}
