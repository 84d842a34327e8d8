import fc from 'fast-check';
import { byCodeUnit } from '../canonical.ts';
import { createOrderedSet } from './ordered-set.ts';
import { createTimerIndex, type Timer } from './timer-index.ts';

const KEYS = ['B', 'a', 'b', 'c', 'd'];
const timer = fc.record({ dueMs: fc.nat({ max: 4 }), key: fc.constantFrom(...KEYS) });
const OTHERS = Array.from({ length: 99 }, (_, at) => `e${10 + at}`).sort();
/** Nearly all merchants have a timer, or few of many have one: both ways of putting them in order. */
const ids = fc.constantFrom(KEYS, [...KEYS, ...OTHERS]).map((all) => createOrderedSet(byCodeUnit, all));
const inOrder = (a: Timer, b: Timer): number =>
  a.dueMs - b.dueMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

test('timers are taken in order of instant and id, whatever came and went before', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'delete', 'take'),
    timer,
    count: fc.nat({ max: 9 }),
  });
  fc.assert(
    fc.property(ids, fc.array(step, { maxLength: 60 }), (all, steps) => {
      const index = createTimerIndex(all);
      let expected: Timer[] = [];
      for (const each of steps) {
        const isIt = ({ dueMs, key }: Timer): boolean => dueMs === each.timer.dueMs && key === each.timer.key;
        if (each.what === 'take') expect(index.take(each.count)).toEqual(expected.slice(0, each.count));
        if (each.what === 'delete') {
          index.delete(each.timer);
          expected = expected.filter((other) => !isIt(other));
        }
        if (each.what === 'add') {
          index.add(each.timer);
          if (!expected.some(isIt)) expected.push(each.timer);
        }
        expected.sort(inOrder);
        expect(index.size).toBe(expected.length);
        expect(index.first()).toBe(expected[0]?.dueMs);
        expect(createTimerIndex(all, [...expected].reverse()).take(99)).toEqual(expected);
      }
    }),
  );
});
