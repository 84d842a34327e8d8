import type { Verdict } from '../outputs.ts';
import { assess } from './assess.ts';
import {
  atomsOf,
  evaluate,
  failingAtoms,
  type Atom,
  type Comparison,
  type Condition,
  type MerchantView,
} from './condition.ts';

const TIERS = new Map([
  ['levels', ['bronze', 'silver', 'gold']],
  ['stars', ['three', 'four']],
]);
const VIEW: MerchantView = {
  isKnown: true,
  isClosed: false,
  isSearchBlocked: false,
  category: 'toys',
  country: null,
  ladders: {
    levels: { tier: 'silver', projected: 'bronze', isWarned: true },
    stars: { tier: null, projected: null, isWarned: false },
  },
  trainings: ['first-sale'],
  enrolled: ['live-sale'],
  exams: ['rules'],
  certifications: ['business-licence'],
  tools: ['chat'],
  violations: ['counterfeit'],
  survey: { wants: 'yes' },
  metrics: { t: 1, f: 0, orders: 10, peers: 4, rating: null },
  periods: ['double-11'],
};
const against = (metric: string, op: Comparison, value: number): Atom => ({
  id: metric,
  metric,
  op,
  value,
  missing: null,
});
const [t, f, n]: Condition[] = ['t', 'f', 'rating'].map((metric) => against(metric, '=', 1));
const of: Record<Verdict, Condition> = { true: t!, false: f!, 'not-assessed': n! };
const verdictOf = (condition: Condition): Verdict => evaluate(condition, VIEW, TIERS);

test.each<[Verdict, Verdict, Verdict, Verdict]>([
  ['true', 'true', 'true', 'true'],
  ['true', 'false', 'false', 'true'],
  ['true', 'not-assessed', 'not-assessed', 'true'],
  ['false', 'false', 'false', 'false'],
  ['false', 'not-assessed', 'false', 'not-assessed'],
  ['not-assessed', 'not-assessed', 'not-assessed', 'not-assessed'],
])('%s and %s: all gives %s, any gives %s, in either order', (a, b, all, any) => {
  expect([verdictOf({ all: [of[a], of[b]] }), verdictOf({ all: [of[b], of[a]] })]).toEqual([all, all]);
  expect([verdictOf({ any: [of[a], of[b]] }), verdictOf({ any: [of[b], of[a]] })]).toEqual([any, any]);
});

test('not turns true and false round and leaves what is not assessed', () => {
  expect(['true', 'false', 'not-assessed'].map((each) => verdictOf({ not: of[each as Verdict] }))).toEqual([
    'false',
    'true',
    'not-assessed',
  ]);
});

test.each<[Comparison, number, Verdict, number]>([
  ['>=', 10, 'true', 0],
  ['>=', 11, 'false', -1],
  ['>', 9, 'true', 0],
  ['>', 10, 'false', -1],
  ['<=', 10, 'true', 0],
  ['<=', 8, 'false', -2],
  ['<', 11, 'true', 0],
  ['<', 10, 'false', -1],
  ['=', 10, 'true', 0],
  ['=', 7, 'false', -3],
  ['=', 12, 'false', -2],
  ['!=', 7, 'true', 2],
  ['!=', 10, 'false', -1],
])('10 %s %d is %s by %d', (op, value, verdict, margin) => {
  const atom = against('orders', op, value);
  expect(assess(atom, VIEW, TIERS)).toMatchObject({
    what: 'metric:orders',
    value: 10,
    line: value,
    verdict,
    margin,
  });
  // A margin tells the truth: negative means not fulfilled, and what is missing is just that much.
  expect(margin < 0).toBe(verdict === 'false');
  if (op !== '!=' && op !== '=' && margin < 0) {
    const repaired = 10 + (op.startsWith('>') ? -margin : margin);
    const then = { ...VIEW, metrics: { ...VIEW.metrics, orders: repaired } };
    expect(assess(atom, then, TIERS)).toMatchObject({ verdict: 'true', margin: 0 });
  }
});

const tierFrom = (tierAtLeast: string, ladder = 'levels'): Atom => ({
  id: 'a',
  tierAtLeast,
  ladder,
  missing: null,
});
const times = (op: Comparison, count: number, than = 'peers'): Atom => ({
  id: 'a',
  metric: 'orders',
  op,
  than,
  times: count,
  missing: null,
});

test.each<[Atom, Partial<MerchantView>, Verdict, number | null]>([
  [against('rating', '<', 1), {}, 'not-assessed', null],
  [against('unheard-of', '<', 1), {}, 'not-assessed', null],
  [times('<=', 2), {}, 'false', -2],
  [times('<=', 3), {}, 'true', 2],
  [times('<', 3), { metrics: { orders: 12, peers: 4 } }, 'false', -1],
  [times('<', 3, 'rating'), {}, 'not-assessed', null],
  [{ id: 'a', metric: 'rating', assessed: true }, {}, 'false', null],
  [{ id: 'a', metric: 'rating', assessed: false }, {}, 'true', null],
  [{ id: 'a', metric: 'f', assessed: true }, {}, 'true', null],
  [tierFrom('bronze'), {}, 'true', 1],
  [tierFrom('gold'), {}, 'false', -1],
  [tierFrom('three', 'stars'), {}, 'not-assessed', null],
  [tierFrom('three', 'unheard-of'), {}, 'not-assessed', null],
  [{ id: 'a', warned: true, ladder: 'levels' }, {}, 'true', null],
  [{ id: 'a', warned: false, ladder: 'levels' }, {}, 'false', null],
  [{ id: 'a', warned: false, ladder: 'stars' }, {}, 'true', null],
  [{ id: 'a', training: 'first-sale' }, {}, 'true', null],
  [{ id: 'a', training: 'second-sale' }, {}, 'false', null],
  [{ id: 'a', enrolled: 'live-sale' }, {}, 'true', null],
  [{ id: 'a', enrolled: 'first-sale' }, {}, 'false', null],
  [{ id: 'a', exam: 'rules' }, {}, 'true', null],
  [{ id: 'a', exam: 'first-sale' }, {}, 'false', null],
  [{ id: 'a', certification: 'business-licence' }, {}, 'true', null],
  [{ id: 'a', certification: 'brand' }, {}, 'false', null],
  [{ id: 'a', tool: 'chat' }, {}, 'true', null],
  [{ id: 'a', tool: 'mail' }, {}, 'false', null],
  [{ id: 'a', violation: 'counterfeit' }, {}, 'true', null],
  [{ id: 'a', violation: 'counterfeit' }, { violations: [] }, 'false', null],
  [{ id: 'a', violation: 'fraud' }, {}, 'false', null],
  [{ id: 'a', flag: 'known', is: true }, {}, 'true', null],
  [{ id: 'a', flag: 'closed', is: true }, {}, 'false', null],
  [{ id: 'a', flag: 'searchBlocked', is: false }, {}, 'true', null],
  [{ id: 'a', flag: 'searchBlocked', is: false }, { isSearchBlocked: true }, 'false', null],
  [{ id: 'a', survey: 'wants', is: 'yes' }, {}, 'true', null],
  [{ id: 'a', survey: 'wants', is: 'no' }, {}, 'false', null],
  [{ id: 'a', survey: 'unasked', is: 'no' }, {}, 'not-assessed', null],
  [{ id: 'a', survey: 'wants', isNot: 'yes' }, {}, 'false', null],
  [{ id: 'a', survey: 'unasked', isNot: 'no' }, {}, 'true', null],
  [{ id: 'a', category: ['food', 'toys'] }, {}, 'true', null],
  [{ id: 'a', category: ['food'] }, {}, 'false', null],
  [{ id: 'a', country: ['CN'] }, {}, 'not-assessed', null],
  [{ id: 'a', country: ['CN', 'BR'] }, { country: 'BR' }, 'true', null],
  [{ id: 'a', during: 'double-11' }, {}, 'true', null],
  [{ id: 'a', during: 'new-year' }, {}, 'false', null],
])('%j with %j is %s', (atom, changes, verdict, margin) => {
  expect(assess(atom, { ...VIEW, ...changes }, TIERS)).toMatchObject({ id: atom.id, verdict, margin });
});

test.each<[Atom, Verdict, Verdict]>([
  [{ ...against('rating', '>=', 1), missing: 'holds' } as Atom, 'true', 'false'],
  [{ ...against('rating', '>=', 1), missing: 'fails' } as Atom, 'false', 'true'],
  [{ ...times('<', 3, 'rating'), missing: 'holds' } as Atom, 'true', 'false'],
  [{ ...tierFrom('four', 'stars'), missing: 'holds' } as Atom, 'true', 'false'],
  [{ ...tierFrom('four', 'stars'), missing: 'fails' } as Atom, 'false', 'true'],
  [against('rating', '>=', 1), 'not-assessed', 'not-assessed'],
])('where a value is missing %j is %s, and its opposite %s', (atom, verdict, opposite) => {
  expect([verdictOf(atom), verdictOf({ not: atom })]).toEqual([verdict, opposite]);
  expect(assess(atom, VIEW, TIERS).margin).toBeNull();
});

test.each<[number, string, Verdict]>([
  [1, 'ttf', 'true'],
  [2, 'ttf', 'true'],
  [3, 'ttf', 'false'],
  [2, 'tfn', 'not-assessed'],
  [2, 'tff', 'false'],
  [2, 'tnn', 'not-assessed'],
  [2, 'ttn', 'true'],
  [3, 'ttn', 'not-assessed'],
  [3, 'tfn', 'false'],
  [1, 'fnn', 'not-assessed'],
  [1, 'fff', 'false'],
])('at least %d of %s is %s', (atLeast, letters, verdict) => {
  const parts = { t: of.true, f: of.false, n: of['not-assessed'] };
  const list = letters.split('').map((letter) => parts[letter as 't' | 'f' | 'n']);
  expect(verdictOf({ atLeast, of: list })).toBe(verdict);
  expect(verdictOf({ atLeast, of: list.reverse() })).toBe(verdict);
});

test.each<[Verdict, Verdict, Verdict]>([
  ['true', 'true', 'true'],
  ['true', 'false', 'true'],
  ['true', 'not-assessed', 'true'],
  ['false', 'true', 'true'],
  ['false', 'false', 'false'],
  ['false', 'not-assessed', 'not-assessed'],
  ['not-assessed', 'true', 'true'],
  ['not-assessed', 'false', 'not-assessed'],
  ['not-assessed', 'not-assessed', 'not-assessed'],
])('what is %s, waived by what is %s, is %s', (condition, waiver, verdict) => {
  expect(verdictOf({ condition: of[condition], waiveIf: of[waiver] })).toBe(verdict);
});

test('a violation that stands is evidence with its class, and no distance to it exists', () => {
  expect(assess({ id: 'bad', violation: 'counterfeit' }, VIEW, TIERS)).toEqual({
    id: 'bad',
    what: 'violation:counterfeit',
    op: 'stands',
    line: true,
    value: true,
    margin: null,
    verdict: 'true',
  });
});

const trained: Atom = { id: 'trained', training: 'second-sale' };
const tool: Atom = { id: 'tool', tool: 'mail' };
const open: Atom = { id: 'open', flag: 'closed', is: false };
const rated: Atom = { ...against('rating', '>=', 400), id: 'rated' };
const busy: Atom = { ...against('orders', '>', 5), id: 'busy' };

test.each<[string, Condition, string[]]>([
  ['a true tree blames nobody', { any: [trained, open] }, []],
  ['of all, those that are not true', { all: [open, trained, rated] }, ['trained', 'rated']],
  ['of any, each that could have been', { any: [trained, tool] }, ['trained', 'tool']],
  ['under not, what should have been false', { not: open }, ['open']],
  ['under not all, each whose falling would do', { not: { all: [open, busy] } }, ['open', 'busy']],
  ['under not any, only those in the way', { not: { any: [open, trained] } }, ['open']],
  ['not assessed is in the way under not, too', { not: { any: [rated, trained] } }, ['rated']],
  ['twice not is none', { not: { not: { all: [open, trained] } } }, ['trained']],
  ['a waiver is never blamed', { condition: trained, waiveIf: tool }, ['trained']],
  ['what a waiver settles is not blamed either', { condition: trained, waiveIf: open }, []],
  ['of so many, each that is not true', { atLeast: 2, of: [open, trained, rated] }, ['trained', 'rated']],
  ['enough of so many blame nobody', { atLeast: 1, of: [open, trained] }, []],
  [
    'a part that is true in a false tree is left out',
    { all: [{ any: [open, tool] }, { all: [tool, busy] }] },
    ['tool'],
  ],
])('%s', (_name, condition, blamed) => {
  expect(failingAtoms(condition, VIEW, TIERS)).toEqual(blamed);
});

test('the atoms of a tree come left to right, under a not as well', () => {
  const of = [{ condition: open, waiveIf: busy }, rated];
  const tree: Condition = { all: [{ not: { any: [trained, tool] } }, { atLeast: 1, of }] };
  expect(atomsOf(tree).map(({ id }) => id)).toEqual(['trained', 'tool', 'open', 'busy', 'rated']);
});
