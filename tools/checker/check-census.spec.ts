import { createBook } from './check-census.ts';
import type { Event } from './export-reader.ts';
import { Findings } from './finding.ts';
import type { StatisticsLine } from './read-statistics.ts';

// As of when a group is published for the first time.

const MONDAY_MS = Date.UTC(2026, 9, 5, 12);
const TUESDAY_MS = Date.UTC(2026, 9, 6);

let findings: Findings;
let book: ReturnType<typeof createBook>;
let sequence: number;

function step(type: string, data: object, ...published: StatisticsLine[]): void {
  const value = JSON.stringify({ type, data });
  book.step({ partition: 0, key: null, value, event: JSON.parse(value) as Event }, published, 'here');
}

const tick = (atMs: number): void => step('updraft.control.tick.v1', { atMs });

function says(merchant: string, value: number, ...published: StatisticsLine[]): void {
  sequence += 1;
  const about = { activation: 1, statistic: 'sales~category', group: 'food', before: null };
  step('updraft.census.value.v1', { ...about, writer: 'scoring/0', sequence, merchant, value }, ...published);
}

function counted(...published: StatisticsLine[]): void {
  sequence += 1;
  step('updraft.census.counted.v1', { writer: 'scoring/0', sequence, activation: 1 }, ...published);
}

const statistics = (merchants: number, mean: number): StatisticsLine => {
  return { activation: 1, statistic: 'sales~category', group: 'food', merchants, mean, cuts: [] };
};

const found = (): string[] => findings.shown.map(({ what }) => what);

beforeEach(() => {
  [findings, sequence] = [new Findings(), 0];
  book = createBook(findings);
  const zoneTransitions = [{ fromMs: 0, offsetMinutes: 0 }];
  step('updraft.control.genesis.v1', { nowMs: MONDAY_MS, zoneTransitions });
});

test('a group that waits since yesterday is published without the value that meets it first', () => {
  says('m1', 10);
  tick(TUESDAY_MS);
  says('m2', 30, statistics(1, 10));
  expect(found()).toEqual([]);
});

test('published with that value it is a finding', () => {
  says('m1', 10);
  tick(TUESDAY_MS);
  says('m2', 30, statistics(2, 20));
  expect(found()).toEqual(['sales~category food: 1 merchants, 2 were published']);
});

test('a group that waits for the last partition to count is published as of then', () => {
  says('m1', 10);
  tick(TUESDAY_MS);
  says('m2', 30);
  counted(statistics(2, 20));
  expect(found()).toEqual([]);
});

test('a group that began today is published with the value that leads to it', () => {
  says('m1', 10);
  says('m2', 30, statistics(2, 20));
  expect(found()).toEqual([]);
});
