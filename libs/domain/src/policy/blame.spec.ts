import { failingAtoms, type Condition, type MerchantView } from './condition.ts';

// What is blamed where a waiver plays a part: something is blamed exactly where the condition is not true.

const NOBODY: MerchantView = {
  isKnown: true,
  isClosed: false,
  isSearchBlocked: false,
  category: null,
  country: null,
  ladders: {},
  trainings: [],
  enrolled: [],
  exams: [],
  certifications: [],
  tools: [],
  violations: [],
  survey: {},
  metrics: {},
  periods: [],
};
const waived: Condition = {
  waiveIf: { id: 'waiver', tool: 'x' },
  condition: { id: 'late', violation: 'late' },
};

test.each<[string, Condition, Partial<MerchantView>, string[]]>([
  ['neither holds: what it waives is blamed', waived, {}, ['late']],
  ['the waiver holds: nothing is', waived, { tools: ['x'] }, []],
  ['under a not, the waiver holds: it stands in the way', { not: waived }, { tools: ['x'] }, ['waiver']],
  [
    'under a not, both hold: both do',
    { not: waived },
    { tools: ['x'], violations: ['late'] },
    ['late', 'waiver'],
  ],
  ['under a not, neither holds: nothing is', { not: waived }, {}, []],
])('%s', (_name, condition, changes, blamed) => {
  expect(failingAtoms(condition, { ...NOBODY, ...changes }, new Map())).toEqual(blamed);
});
