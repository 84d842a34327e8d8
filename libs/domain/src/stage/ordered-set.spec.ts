import fc from 'fast-check';
import { createOrderedSet } from './ordered-set.ts';

const ascending = (a: number, b: number): number => a - b;
const value = fc.integer({ min: 0, max: 60 });
const step = fc.record({
  verb: fc.constantFrom('add', 'add', 'delete', 'has', 'take'),
  value,
  count: fc.nat({ max: 9 }),
});

test('behaves as a sorted array without repeats, whatever is done to it', () => {
  const check = fc.property(fc.uniqueArray(value), fc.array(step, { maxLength: 200 }), (first, steps) => {
    let model = [...first].sort(ascending);
    const set = createOrderedSet(ascending, model);
    for (const { verb, value: each, count } of steps) {
      if (verb === 'add') {
        set.add(each);
        model = [...new Set([...model, each])].sort(ascending);
      }
      if (verb === 'delete') {
        set.delete(each);
        model = model.filter((other) => other !== each);
      }
      if (verb === 'take') {
        expect(set.take(count, each)).toEqual(model.filter((other) => other > each).slice(0, count));
      }
      expect(set.has(each)).toBe(model.includes(each));
      expect(set.size).toBe(model.length);
    }
    expect(set.take(1_000)).toEqual(model);
  });
  fc.assert(check);
});

test('keeps its order over many blocks, filled, split and emptied', () => {
  const even = Array.from({ length: 3_000 }, (_, i) => i * 2);
  const set = createOrderedSet(ascending, even);
  // 7,919 is coprime to 3,000, so that every odd number comes once, in an order of no use to the blocks.
  for (let i = 0; i < 3_000; i++) set.add(((i * 7_919) % 3_000) * 2 + 1);
  expect(set.take(6_001)).toEqual(Array.from({ length: 6_000 }, (_, i) => i));
  for (const each of even) set.delete(each);
  expect(set.take(3, 2_000)).toEqual([2_001, 2_003, 2_005]);
  for (let i = 0; i < 3_000; i++) set.delete(i * 2 + 1);
  expect([set.size, set.take(1), set.take(1, 5), set.has(1)]).toEqual([0, [], [], false]);
  set.add(4);
  expect(set.take(9)).toEqual([4]);
});
