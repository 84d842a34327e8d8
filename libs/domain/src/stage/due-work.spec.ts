import fc from 'fast-check';
import {
  advanceSweeps,
  DUE_ITEMS_PER_EVENT,
  DUE_ITEMS_PER_TICK,
  keysOf,
  shareOf,
  type Sweep,
} from './due-work.ts';
import { createMerchantRows, type MerchantRows } from './merchant-rows.ts';

const NOW = 100;
const IDLE: Record<string, Sweep> = {
  activation: { number: 0, cursor: null },
  budget: { number: 0, cursor: null },
};

function rowsWith(ids: readonly string[]): MerchantRows<object> {
  const rows = createMerchantRows<object>({ create: () => ({}), encode: () => '', decode: () => ({}) });
  for (const id of ids) rows.get(id);
  return rows;
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `m${String(i).padStart(4, '0')}`);
const request = { nowMs: NOW, catchingUp: false, subject: null, itemsMax: DUE_ITEMS_PER_EVENT };

test('an event runs four due items and a tick five hundred, half timers and half sweeps', () => {
  const ids = names(700);
  const rows = rowsWith(ids);
  for (const id of ids) rows.setDue(id, NOW);
  const sweeps = { ...IDLE, activation: { number: 1, cursor: '' } };
  for (const itemsMax of [DUE_ITEMS_PER_EVENT, DUE_ITEMS_PER_TICK]) {
    const share = shareOf(rows, sweeps, { ...request, itemsMax });
    expect(share.timers).toEqual(ids.slice(0, itemsMax / 2));
    const keys = ids.slice(0, itemsMax / 2);
    expect(share.sweeps).toEqual([{ kind: 'activation', keys, cursor: keys.at(-1), isLast: false }]);
  }
  expect([DUE_ITEMS_PER_EVENT, DUE_ITEMS_PER_TICK]).toEqual([4, 500]);
});

test('timers fire in order of their instant, up to and including now', () => {
  const rows = rowsWith(['a', 'b', 'c']);
  rows.setDue('a', NOW + 1);
  rows.setDue('b', NOW);
  rows.setDue('c', NOW - 1);
  expect(shareOf(rows, IDLE, request).timers).toEqual(['c', 'b']);
});

test("the record's own merchant is served first and takes nothing from the share of others", () => {
  const rows = rowsWith(['a', 'b', 'c', 'd']);
  for (const id of ['a', 'b', 'c']) rows.setDue(id, NOW);
  for (const id of ['a', 'b', 'c']) rows.setHeld(id, true);
  const share = shareOf(rows, IDLE, { ...request, subject: 'a' });
  expect([share.timers, share.held]).toEqual([['b', 'c'], ['b', 'c']]); // prettier-ignore
  expect(keysOf(share)).toEqual(['b', 'c', 'b', 'c']);
});

test("the held list waits while the pipeline catches up, and eats nobody else's share of timers", () => {
  const rows = rowsWith(['a', 'b', 'c', 'd']);
  for (const id of ['a', 'b', 'c']) rows.setHeld(id, true);
  rows.setDue('d', NOW);
  const waiting = shareOf(rows, IDLE, { ...request, catchingUp: true });
  expect([waiting.held, waiting.timers]).toEqual([[], ['d']]);
  const swept = shareOf(rows, { ...IDLE, activation: { number: 1, cursor: '' } }, request);
  expect([swept.held, swept.timers, swept.sweeps]).toEqual([['a', 'b'], ['d'], []]); // prettier-ignore
});

test('sweeps go one after the other by kind and share one half', () => {
  const rows = rowsWith(['a', 'b', 'c']);
  const sweeps: Record<string, Sweep> = {
    budget: { number: 1, cursor: '' },
    activation: { number: 1, cursor: 'b' },
  };
  const share = shareOf(rows, sweeps, request);
  expect(share.sweeps).toEqual([
    { kind: 'activation', keys: ['c'], cursor: 'c', isLast: true },
    { kind: 'budget', keys: ['a'], cursor: 'a', isLast: false },
  ]);
  advanceSweeps(sweeps, share);
  expect(sweeps).toEqual({ activation: { number: 1, cursor: null }, budget: { number: 1, cursor: 'a' } });
});

test('the sweep over those who wait visits them in their turns, and who leaves or comes later does no harm', () => {
  const rows = rowsWith(['a', 'b', 'c', 'd']);
  for (const [turn, id] of ['d', 'b', 'c'].entries()) rows.setWaiting(id, turn + 9);
  const sweeps: Record<string, Sweep> = { waiting: { number: 1, cursor: '' } };
  const first = shareOf(rows, sweeps, request);
  expect(first.sweeps.map(({ keys, isLast }) => [keys, isLast])).toEqual([[['d', 'b'], false]]);
  advanceSweeps(sweeps, first);
  rows.setWaiting('b', null);
  rows.setWaiting('a', 12);
  const second = shareOf(rows, sweeps, request);
  expect(second.sweeps.map(({ keys, isLast }) => [keys, isLast])).toEqual([[['c', 'a'], true]]);
});

test('a sweep visits every merchant once, also those that come while it runs, and then ends', () => {
  const check = fc.property(
    fc.uniqueArray(fc.stringMatching(/^[a-d]{1,3}$/)),
    fc.nat({ max: 20 }),
    (ids, at) => {
      const rows = rowsWith(ids.slice(0, at));
      const sweeps: Record<string, Sweep> = { activation: { number: 1, cursor: '' } };
      const visited: string[] = [];
      for (let i = 0; sweeps['activation']!.cursor !== null; i++) {
        const share = shareOf(rows, sweeps, request);
        const keys = share.sweeps.flatMap((visit) => visit.keys);
        expect(keys.length).toBeLessThanOrEqual(DUE_ITEMS_PER_EVENT / 2);
        visited.push(...keys);
        advanceSweeps(sweeps, share);
        if (ids[at + i] !== undefined) rows.get(ids[at + i]!);
        expect(i).toBeLessThanOrEqual(ids.length);
      }
      expect(visited).toEqual([...new Set(visited)].sort());
      for (const id of ids.slice(0, at)) expect(visited).toContain(id);
    },
  );
  fc.assert(check);
});

test('a newer sweep supersedes an older one and begins at the start', () => {
  const rows = rowsWith(['a', 'b', 'c', 'd']);
  const sweeps: Record<string, Sweep> = { activation: { number: 1, cursor: 'c' } };
  const share = shareOf(rows, sweeps, request);
  advanceSweeps(sweeps, share);
  expect(sweeps['activation']).toEqual({ number: 1, cursor: null });
  sweeps['activation'] = { number: 2, cursor: '' };
  expect(shareOf(rows, sweeps, request).sweeps[0]!.keys).toEqual(['a', 'b']);
});

test('a sweep over nobody ends at once', () => {
  const sweeps: Record<string, Sweep> = { activation: { number: 1, cursor: '' } };
  advanceSweeps(sweeps, shareOf(rowsWith([]), sweeps, request));
  expect(sweeps['activation']!.cursor).toBeNull();
});

test('the sweep over those who wait goes in the order in which they came, and not by their ids', () => {
  const rows = rowsWith(['a', 'b', 'c', 'd']);
  for (const [id, since] of [['c', 1], ['a', 2], ['d', 2]] as const) rows.setWaiting(id, since); // prettier-ignore
  const sweeps: Record<string, Sweep> = { waiting: { number: 1, cursor: '' } };
  const first = shareOf(rows, sweeps, request);
  advanceSweeps(sweeps, first);
  // Who left the queue meanwhile is not visited, and nobody else is left out.
  rows.setWaiting('a', null);
  const second = shareOf(rows, sweeps, request);
  expect([first, second].map(({ sweeps: [visit] }) => [visit!.keys, visit!.isLast])).toEqual([
    [['c', 'a'], false],
    [['d'], true],
  ]);
});
