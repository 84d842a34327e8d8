import fc from 'fast-check';
import { assess, type Atom, type Comparison } from '../policy/condition.ts';
import { watchOf } from './verdict.ts';

const TIERS = ['bronze', 'silver', 'gold'];
const METRICS = ['a', 'b'];
const small = fc.integer({ min: -2, max: 2 });
const ops = fc.constantFrom<Comparison[]>('>=', '>', '<=', '<', '=', '!=');
const words = fc.constantFrom('x', 'y', 'z');

const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.record({ id: fc.constant('id'), metric: fc.constantFrom(...METRICS), op: ops, value: small }),
  fc.record({ id: fc.constant('id'), tierAtLeast: fc.constantFrom(...TIERS) }),
  fc.record({ id: fc.constant('id'), training: words }),
  fc.record({ id: fc.constant('id'), tool: words }),
  fc.record({ id: fc.constant('id'), violation: words }),
  fc.record({ id: fc.constant('id'), survey: words, isNot: words }),
  fc.record({ id: fc.constant('id'), survey: words, is: words }),
  fc.record({
    id: fc.constant('id'),
    flag: fc.constantFrom<('known' | 'closed')[]>('known', 'closed'),
    is: fc.boolean(),
  }),
);

test('what is watched is the verdict that the evidence gives', () => {
  const merchant = fc.record({
    tier: fc.constantFrom(null, ...TIERS, 'gone'),
    isKnown: fc.boolean(),
    isClosed: fc.boolean(),
    trainings: fc.array(words),
    tools: fc.array(words),
    violations: fc.array(words),
    survey: fc.dictionary(words, words),
    values: fc.tuple(fc.option(small), fc.option(small)),
  });
  fc.assert(
    fc.property(atom, merchant, (each, seen) => {
      const watch = watchOf(each, (metric) => METRICS.indexOf(metric), TIERS);
      const metrics = { a: seen.values[0], b: seen.values[1] };
      expect(watch(seen)).toBe(assess(each, { ...seen, metrics }, TIERS).verdict[0]);
    }),
    { numRuns: 2_000 },
  );
});
