import fc from 'fast-check';
import { createTimerIndex, type Timer } from './timer-index.ts';

const timer = fc.record({ dueMs: fc.nat({ max: 4 }), key: fc.constantFrom('a', 'b', 'B', 'c', 'd') });
const inOrder = (a: Timer, b: Timer): number =>
  a.dueMs - b.dueMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

test('timers are taken in order of instant and id, whatever came and went before', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'delete', 'take'),
    timer,
    count: fc.nat({ max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const index = createTimerIndex();
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
        expect(createTimerIndex([...expected].reverse()).take(99)).toEqual(expected);
      }
    }),
  );
});
