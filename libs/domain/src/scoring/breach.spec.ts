import type { ViolationRecorded } from '../events.ts';
import { BREACHES_MAX, clearBreach, forgetBreaches, recordBreach, type BreachRecord } from './breach.ts';

const DAY = 20_000;

function recorded(...found: ViolationRecorded[]): BreachRecord {
  const record: BreachRecord = { violations: [], breaches: [], isSearchBlocked: false };
  for (const each of found) recordBreach(record, each, DAY);
  return record;
}

const classes = ({ breaches }: BreachRecord): string => breaches.map((breach) => breach.class).join(' ');

test('a finding is kept with its case, points and severity, and what is not said is nothing', () => {
  const record = recorded(
    { violation: 'fake-trade', violationId: 'c1', points: 12, severity: 'serious', isSearchBlocked: true },
    { violation: 'late' },
  );
  expect(record.breaches).toEqual([
    { class: 'fake-trade', id: 'c1', day: DAY, points: 12, severity: 'serious', isSearchBlocked: true },
    { class: 'late', id: null, day: DAY, points: 0, severity: null, isSearchBlocked: false },
  ]);
  expect(record.violations).toEqual(['fake-trade', 'late']);
  expect(record.isSearchBlocked).toBe(true);
});

test('the same case again replaces what was known of it; without a number each finding is one of its own', () => {
  const record = recorded(
    { violation: 'late', violationId: 'c1', points: 2 },
    { violation: 'late', violationId: 'c1', points: 4 },
    { violation: 'late' },
    { violation: 'late' },
  );
  expect(record.breaches.map(({ points }) => points)).toEqual([4, 0, 0]);
  expect(record.violations).toEqual(['late']);
});

test('a class stands on while another of its cases does, and the list is the same one until it changes', () => {
  const record = recorded(
    { violation: 'late', violationId: 'c1', isSearchBlocked: true },
    { violation: 'late', violationId: 'c2' },
  );
  const { violations } = record;
  clearBreach(record, { violation: 'late', violationId: 'c1' });
  expect(record.violations).toBe(violations);
  expect(record.isSearchBlocked).toBe(false);
  clearBreach(record, { violation: 'late', violationId: 'c2' });
  expect(record).toEqual({ violations: [], breaches: [], isSearchBlocked: false });
});

test('a class that is cleared without a case takes all of its cases with it, and no other', () => {
  const record = recorded(
    { violation: 'late', violationId: 'c1' },
    { violation: 'late' },
    { violation: 'fake' },
  );
  clearBreach(record, { violation: 'late' });
  expect(classes(record)).toBe('fake');
  expect(record.violations).toEqual(['fake']);
});

test('entries are bounded and leave with time; what stands does not', () => {
  const record = recorded();
  for (let i = 0; i <= BREACHES_MAX; i++) recordBreach(record, { violation: 'late', points: i }, DAY + i);
  expect(record.breaches).toHaveLength(BREACHES_MAX);
  expect(record.breaches[0]!.points).toBe(1);
  forgetBreaches(record, DAY + BREACHES_MAX - 1);
  expect(record.breaches.map(({ points }) => points)).toEqual([BREACHES_MAX]);
  forgetBreaches(record, DAY + BREACHES_MAX);
  expect(record.violations).toEqual(['late']);
  clearBreach(record, { violation: 'late', violationId: 'long-gone' });
  expect(record.violations).toEqual([]);
});
