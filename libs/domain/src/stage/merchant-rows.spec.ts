import { createMerchantRows, keyOfPlace, type MerchantRows, type RowFormat } from './merchant-rows.ts';

interface Note {
  text: string;
  closed: string;
}

const plain: RowFormat<Note> = {
  create: () => ({ text: '', closed: '' }),
  encode: ({ text }) => text,
  decode: (_key, body, annex) => ({ text: body, closed: annex ?? '' }),
};
const format: RowFormat<Note> = { ...plain, encodeAnnex: ({ closed }) => closed };

function written(rows: MerchantRows<Note>): Map<string, string> {
  const store = new Map(rows.freeze().map(({ key, body }) => [key, body]));
  rows.thawed();
  return store;
}

test('a merchant that nobody knows is created, and one that is known but not loaded is a bug in the plan', () => {
  const rows = createMerchantRows(format, [{ key: 'old', due: null, held: false, waiting: null }]);
  expect(rows.get('new')).toEqual({ text: '', closed: '' });
  expect(rows.ids.take(9)).toEqual(['new', 'old']);
  expect(() => rows.get('old')).toThrow('row old was not loaded');
});

test('only what is known and not in memory is missing, with its annex, once', () => {
  const rows = createMerchantRows(format, [{ key: 'a', due: null, held: false, waiting: null }]);
  rows.get('b');
  expect(rows.missing(['b', 'a', 'stranger', 'a'])).toEqual(['a', 'a#']);
  const without = createMerchantRows(plain, [{ key: 'a', due: null, held: false, waiting: null }]);
  expect(without.missing(['a'])).toEqual(['a']);
});

test('a row and its annex are written when they change and come back together', () => {
  const rows = createMerchantRows(format);
  rows.get('a').text = 'open';
  expect(rows.freeze().map(({ key }) => key)).toEqual(['a']);
  rows.thawed();
  rows.get('a').closed = 'days';
  rows.touchAnnex('a');
  expect(rows.dirtyRows()).toBe(2);
  const store = written(rows);
  expect(store).toEqual(new Map([['a', 'open'], ['a#', 'days']])); // prettier-ignore
  rows.evict(0);
  rows.add(store);
  expect(rows.get('a')).toEqual({ text: 'open', closed: 'days' });
});

test('a row that never had an annex comes with null for it; one that comes without is refused', () => {
  const rows = createMerchantRows(format, [{ key: 'a', due: null, held: false, waiting: null }]);
  expect(() => rows.add(new Map([['a', 'open']]))).toThrow('row a came without its annex');
  rows.add(new Map([['a', 'open'], ['a#', null]])); // prettier-ignore
  expect(rows.get('a')).toEqual({ text: 'open', closed: '' });
});

test('what is in memory is newer than what the store has', () => {
  const rows = createMerchantRows(plain);
  rows.get('a').text = 'newer';
  rows.add(new Map([['a', 'older']]));
  expect(rows.get('a').text).toBe('newer');
});

test('rows that changed, or whose writing is not yet acknowledged, are never evicted', () => {
  const rows = createMerchantRows(plain);
  for (const key of ['a', 'b', 'c']) rows.get(key);
  rows.evict(0);
  expect(rows.loadedRows()).toBe(3);
  rows.freeze();
  rows.get('b');
  rows.touch('b');
  rows.evict(0);
  expect(rows.loadedRows()).toBe(3);
  rows.thawed();
  rows.evict(0);
  expect(rows.missing(['a', 'b', 'c'])).toEqual(['a', 'c']);
});

test('the rows used longest ago are evicted first', () => {
  const rows = createMerchantRows(plain);
  for (const key of ['a', 'b', 'c', 'a']) rows.get(key);
  rows.freeze();
  rows.thawed();
  rows.evict(1);
  expect(rows.missing(['a', 'b', 'c'])).toEqual(['b', 'c']);
});

test('timers, the held list and the turns of those who wait live on in the index, with or without their rows', () => {
  const rows = createMerchantRows(format);
  rows.get('a');
  rows.get('b');
  rows.setDue('a', 20);
  rows.setDue('b', 20);
  rows.setDue('b', 10);
  rows.setHeld('a', true);
  rows.setWaiting('b', 7);
  rows.setWaiting('a', 10);
  const frozen = rows.freeze();
  expect(frozen).toEqual([
    { key: 'a', due: 20, held: true, waiting: 10, body: '' },
    { key: 'b', due: 10, held: false, waiting: 7, body: '' },
  ]);
  const again = createMerchantRows(format, [...frozen, { key: 'b#', due: null, held: false, waiting: null }]);
  expect(again.timers.take(9)).toEqual([{ dueMs: 10, key: 'b' }, { dueMs: 20, key: 'a' }]); // prettier-ignore
  expect(again.held.take(9)).toEqual(['a']);
  expect(again.waiting.take(9).map(keyOfPlace)).toEqual(['b', 'a']);
  expect(again.ids.take(9)).toEqual(['a', 'b']);
  again.setDue('b', null);
  expect(again.timers.take(9)).toEqual([{ dueMs: 20, key: 'a' }]);
});

test('setting what is set already makes nothing dirty', () => {
  const rows = createMerchantRows(plain);
  rows.get('a');
  rows.setDue('a', 5);
  rows.freeze();
  rows.setDue('a', 5);
  rows.setHeld('a', false);
  expect([rows.dirtyRows(), rows.dirtyBytes()]).toEqual([0, 0]);
  rows.setDue('a', null);
  expect(rows.dirtyRows()).toBe(1);
  rows.freeze();
  rows.setHeld('a', true);
  expect(rows.dirtyRows()).toBe(1);
});

test('every row in memory is handed out with its annex, in order of keys', () => {
  const rows = createMerchantRows(format);
  for (const key of ['b', 'a-b', 'a']) rows.get(key).text = key;
  expect(rows.all().map(({ key, body }) => `${key}=${body}`)).toEqual([
    'a=a',
    'a#=',
    'a-b=a-b',
    'a-b#=',
    'b=b',
    'b#=',
  ]);
});
