import { FLAGS } from '#domain/policy/condition';
import { choice, listOf, mapping, of, ref, whole, type Schema } from './schema.ts';

const WAIVER = {
  'waiveIf?': of('condition', 'While this is true the condition holds whatever it says itself.'),
};
const ID = { 'id?': of('id', 'The reason that merchants read; left out: named after its place.') };
const MISSING = {
  'notAssessed?': choice(['holds', 'fails'], 'Taken where it cannot be assessed; left out: neither.'),
};
const LADDER = { 'ladder?': of('id', 'Of this ladder; left out: of the main one.') };

const LISTED: Readonly<Record<string, string>> = {
  training: 'The merchant completed it.',
  enrolled: 'The merchant is enrolled in it.',
  exam: 'The merchant passed it.',
  certification: 'The merchant holds it.',
  tool: 'The merchant uses it.',
  violation: 'One of this class stands against the merchant.',
  during: 'It is within this period of calendars.',
};

const ATOMS: readonly Readonly<Record<string, Schema>>[] = [
  {
    metric: of('id', 'The metric that is compared.'),
    op: ref('op'),
    value: of('quantity', 'What it is compared with, in its unit.'),
    ...MISSING,
  },
  {
    metric: of('id', 'The metric that is compared.'),
    op: ref('op'),
    than: of('id', 'The metric it is compared with.'),
    'times?': whole(1, 1_000_000, 'So many times that; left out: 1.'),
    ...MISSING,
  },
  { metric: of('id', 'The metric.'), assessed: { type: 'boolean', description: 'Whether it has a value.' } },
  { tierAtLeast: of('id', 'The tier, or one above it.'), ...LADDER, ...MISSING },
  {
    warned: { type: 'boolean', description: 'Whether the tier is held though no longer earned.' },
    ...LADDER,
  },
  { flag: choice(FLAGS, 'What is known of the merchant.'), is: { type: 'boolean', description: 'Or not.' } },
  { category: of('ids', 'The category is one of these.') },
  { country: of('ids', 'The country is one of these.') },
  ...Object.entries(LISTED).map(([name, description]) => ({ [name]: of('id', description) })),
  { survey: of('id', 'The question.'), is: of('id', 'The answer.') },
  { survey: of('id', 'The question.'), isNot: of('id', 'Any other answer, or none.') },
];

export const CONDITIONS: Readonly<Record<string, Schema>> = {
  condition: {
    description: 'Structure, never text to be evaluated. What is not assessed is neither true nor false.',
    oneOf: [
      mapping({ all: listOf('condition', 'Each of these.'), ...WAIVER }),
      mapping({ any: listOf('condition', 'One of these or more.'), ...WAIVER }),
      mapping({
        atLeast: whole(1, 1_000, 'How many.'),
        of: listOf('condition', 'So many of these.'),
        ...WAIVER,
      }),
      mapping({ not: of('condition', 'The opposite of this.'), ...WAIVER }),
      ...ATOMS.map((fields) => mapping({ ...ID, ...fields, ...WAIVER })),
    ],
    examples: [{ all: [{ tierAtLeast: 'growing' }, { metric: 'overdue', op: '<=', value: 2 }] }],
  },
};
