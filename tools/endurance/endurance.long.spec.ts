import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { updraft } from '#tools/chaos/run-command';
import { playEndurance, WORKSPACE, type EnduranceStory } from './play-endurance.ts';
import { readRecorded } from './recorded.ts';
import { reportOf, samplesReport } from './report.ts';
import { growth, otherBytes, otherMemory, type Sample } from './samples.ts';

// The embedded default at full speed for as long as asked, then killed. First everything is done to it (beforeAll),
// then it is held against what must always be so. Each test fails on its own.

/** A file that the report is written to, in Markdown; each minute anew, so that a run can be looked at. */
const REPORT = process.env['UPDRAFT_ENDURANCE_REPORT'];
const minutes = Number(process.env['UPDRAFT_ENDURANCE_MINUTES'] ?? 2);
const MINUTE_MS = 60_000;
/** Beyond the run itself: starts, and reading back and replaying what was written takes as long as writing it. */
const REST_MS_MAX = (10 + 2 * minutes) * MINUTE_MS;
const MIB = 1_048_576;

/**
 * From the second quarter to the last, whatever the run's length. The heap and PostgreSQL's buffers breathe by tens of
 * MiB; a leak of seven bytes an event is more than this after an hour of 20 million events.
 */
const MEMORY_GROWTH_MAX = 64 * MIB;
/** In minutes the write-ahead log has not yet reached the size that a checkpoint every 64 MiB gives it. */
const DISK_GROWTH_MAX = 128 * MIB;
/** Under 5 s is wanted on a quiet machine; here others may have most of it, and the report says what it was. */
const DECIDED_MS_MAX = 60_000;

let directory: string;
let story: EnduranceStory;

beforeAll(
  async () => {
    directory = mkdtempSync(join(tmpdir(), 'updraft-endurance-'));
    story = await playEndurance(directory, minutes, reportEachMinute());
    process.stderr.write(`${reportOf(story)}\n`);
    if (REPORT !== undefined) writeFileSync(REPORT, reportOf(story));
  },
  minutes * MINUTE_MS + REST_MS_MAX,
);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function reportEachMinute(): (sample: Sample) => void {
  const samples: Sample[] = [];
  let reportedAt = 0;
  return (sample) => {
    samples.push(sample);
    if (REPORT === undefined || sample.seconds - reportedAt < 60) return;
    reportedAt = sample.seconds;
    writeFileSync(REPORT, `${samplesReport(samples).join('\n')}\n`);
  };
}

test('memory beyond the ids that dedupe must hold stays flat', () => {
  expect(growth(story.samples, otherMemory)).toBeLessThan(MEMORY_GROWTH_MAX);
});

test('disk beyond logs, ids and decisions stays flat', () => {
  expect(growth(story.samples, otherBytes)).toBeLessThan(DISK_GROWTH_MAX);
});

test('killed at full speed, it decides again in seconds', () => {
  expect(story.decided.ms).toBeLessThan(DECIDED_MS_MAX);
});

test(
  'every acknowledged event stands in activity',
  async () => {
    const { numbers, bytes } = await readRecorded(directory);
    expect(story.acknowledged.without(numbers, 10)).toEqual([]);
    expect(story.acknowledged.size).toBeGreaterThan(0);
    tell(`The logs hold ${numbers.size} events and ${(bytes / MIB).toFixed(0)} MiB of keys and values.`);
  },
  REST_MS_MAX,
);

test(
  'replay says equal',
  async () => {
    const { code, said } = await updraft(['replay', '--data', directory, '--workspace', WORKSPACE], {});
    tell(`Replay: ${said.trimEnd().split('\n').at(-1)}.`);
    expect({ code, last: said.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: 'equal' });
  },
  REST_MS_MAX,
);

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
  if (REPORT !== undefined) appendFileSync(REPORT, `${line}\n`);
}
