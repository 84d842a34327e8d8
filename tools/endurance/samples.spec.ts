import { createDedupe } from '#domain/scoring/dedupe';
import { NumberSet } from './number-set.ts';
import { growth, growthByPart, idTableBytes, otherBytes, quarter, type Sample } from './samples.ts';
import { eventNumbered, MERCHANTS, numberOf } from './traffic.ts';

const sample = (seconds: number, sizes: Record<string, number>): Sample => ({
  seconds,
  accepted: 0,
  residentBytes: 0,
  idTableBytes: 0,
  lagRecords: 0,
  sizes: new Map(Object.entries(sizes)),
});

test('growth is between the medians of the second and the last quarter, and one outlier moves neither', () => {
  const samples = Array.from({ length: 40 }, (_, index) =>
    sample(index + 1, {
      'write-ahead log': index === 35 ? 9_999 : index < 20 ? 100 : 130,
      log_record: index,
    }),
  );
  expect(quarter(samples, 1).map(({ seconds }) => seconds)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  expect(growth(samples, otherBytes)).toBe(30);
  expect(growthByPart(samples)).toEqual([
    ['write-ahead log', 30],
    ['log_record', 20],
  ]);
});

test('a run too short for quarters is refused instead of called flat', () => {
  expect(() => growth([sample(2, {})], otherBytes)).toThrow(/too short/);
});

test('the table of ids is computed as dedupe makes it', () => {
  const sizes: number[] = [];
  const { Uint32Array: original } = globalThis;
  globalThis.Uint32Array = class extends original {
    constructor(...made: [length: number]) {
      super(...made);
      // A view of a table is made with another signature.
      if (made.length === 1) sizes.push(this.byteLength);
    }
  } as never;
  try {
    const dedupe = createDedupe([]);
    for (let id = 0; id < 3_000; id += 1) {
      dedupe.see(id.toString(16).padStart(32, '0'), '0'.repeat(16), 0);
      expect(idTableBytes(id + 1)).toBe(Math.max(...sizes));
    }
  } finally {
    globalThis.Uint32Array = original;
  }
});

test('a set of numbers knows its members and what another one lacks', () => {
  const [all, some] = [new NumberSet(), new NumberSet()];
  for (const number of [0, 7, 8, 100_000, 100_000]) all.add(number);
  for (const number of [0, 8]) some.add(number);
  expect([all.size, all.has(7), all.has(9), all.has(1e9)]).toEqual([4, true, false, false]);
  expect(all.without(some, 10)).toEqual([7, 100_000]);
  expect(all.without(some, 1)).toEqual([7]);
  expect(all.without(all, 10)).toEqual([]);
});

test('an event is known by its number, and its merchant comes round again', () => {
  expect(numberOf(eventNumbered(4_711, 0).id)).toBe(4_711);
  expect(numberOf('registered-somebody')).toBeNull();
  expect(eventNumbered(MERCHANTS + 3, 0).subject).toBe(eventNumbered(3, 0).subject);
});
