import fc from 'fast-check';
import { evaluate, type Atom, type Comparison, type Condition, type Missing } from '../policy/condition.ts';
import { watchCondition } from './verdict.ts';

const TIERS = new Map([
  ['levels', ['bronze', 'silver', 'gold']],
  ['stars', ['three', 'four']],
]);
const METRICS = ['a', 'b', 'c'];
const small = fc.integer({ min: -2, max: 2 });
const ops = fc.constantFrom<Comparison[]>('>=', '>', '<=', '<', '=', '!=');
const words = fc.constantFrom('x', 'y', 'z');
const metric = fc.constantFrom(...METRICS);
const missing = fc.constantFrom<Missing[]>(null, 'holds', 'fails');
const ladder = fc.constantFrom('levels', 'stars', 'gone');
const id = fc.constant('id');

const listed = (
  ['training', 'enrolled', 'exam', 'certification', 'tool', 'violation', 'during'] as const
).map((kind) => words.map((word) => ({ id: 'id', [kind]: word }) as unknown as Atom));
const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.record({ id, metric, op: ops, value: small, missing }),
  fc.record({ id, metric, op: ops, than: metric, times: fc.integer({ min: 1, max: 3 }), missing }),
  fc.record({ id, metric, assessed: fc.boolean() }),
  fc.record({
    id,
    tierAtLeast: fc.constantFrom('bronze', 'silver', 'gold', 'three', 'four'),
    ladder,
    missing,
  }),
  fc.record({ id, warned: fc.boolean(), ladder }),
  fc.record({ id, survey: words, isNot: words }),
  fc.record({ id, survey: words, is: words }),
  fc.record({
    id,
    flag: fc.constantFrom(...(['known', 'closed', 'searchBlocked'] as const)),
    is: fc.boolean(),
  }),
  fc.record({ id, category: fc.array(words, { minLength: 1 }) }),
  fc.record({ id, country: fc.array(words, { minLength: 1 }) }),
  ...listed,
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => {
  const parts = fc.array(tie('condition'), { minLength: 1, maxLength: 3 });
  return {
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      atom,
      parts.map((all) => ({ all })),
      parts.map((any) => ({ any })),
      fc.tuple(parts, fc.nat()).map(([of, dice]) => ({ atLeast: 1 + (dice % of.length), of })),
      tie('condition').map((not) => ({ not })),
      fc.record({ waiveIf: tie('condition'), condition: tie('condition') }),
    ),
  };
});

const standing = fc.record({
  tier: fc.constantFrom(null, 'bronze', 'silver', 'gold', 'three', 'four', 'gone'),
  projected: fc.constant(null),
  isWarned: fc.boolean(),
});
const list = fc.array(words, { maxLength: 2 });
const merchant = fc.record({
  isKnown: fc.boolean(),
  isClosed: fc.boolean(),
  isSearchBlocked: fc.boolean(),
  category: fc.option(words),
  country: fc.option(words),
  ladders: fc.record({ levels: standing, stars: standing }, { requiredKeys: [] }),
  trainings: list,
  enrolled: list,
  exams: list,
  certifications: list,
  tools: list,
  violations: list,
  periods: list,
  survey: fc.dictionary(words, words),
  values: fc.tuple(fc.option(small), fc.option(small), fc.option(small)),
});

test('what is watched is the verdict that the evidence gives, of every atom and every tree of them', () => {
  const seen = { t: 0, f: 0, n: 0 };
  fc.assert(
    fc.property(condition, merchant, (each, one) => {
      const watch = watchCondition(each, (name) => METRICS.indexOf(name), TIERS);
      const metrics = Object.fromEntries(METRICS.map((name, at) => [name, one.values[at]!]));
      const letter = watch({ ...one, ladders: one.ladders as never });
      seen[letter] += 1;
      expect(letter).toBe(evaluate(each, { ...one, ladders: one.ladders as never, metrics }, TIERS)[0]);
    }),
    { numRuns: 5_000, seed: 20_261_128 },
  );
  // No letter is so rare that the property would be empty for it.
  expect(Math.min(seen.t, seen.f, seen.n)).toBeGreaterThan(200);
});
