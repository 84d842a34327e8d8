import { mapping, of, ref, whole, type Schema } from './schema.ts';

const DAYS_MAX = 4_000;
const ids = (description: string): Schema => ({ type: 'array', items: ref('id'), description });
const texts = (description: string): Schema => ({
  type: 'array',
  items: { type: 'string', minLength: 1, maxLength: 200 },
  description,
});

const METRICS: Schema = {
  type: 'object',
  additionalProperties: { anyOf: [{ const: 'not-assessed' }, ref('quantity')] },
  description: 'Values of metrics by id; not-assessed is one.',
};

const tiers = (description: string): Schema => ({
  type: 'object',
  additionalProperties: ref('id'),
  description: `${description} By ladder; \`none\`: no tier.`,
});

const EVENTS: Schema = {
  type: 'array',
  items: mapping({
    'daysAgo?': whole(0, DAYS_MAX, 'On the day so long before; left out: the same day.'),
    type: {
      type: 'string',
      pattern: String.raw`^[a-z-]+\.[a-z-]+$`,
      description: 'Of an event in docs/events.md.',
      examples: ['order.paid'],
    },
    'times?': whole(1, 10_000, 'So many; left out: one.'),
    'data?': { type: 'object', description: 'What its data says besides what is the same for all.' },
  }),
  description: 'What happened.',
};

const EXPECT = mapping(
  {
    'metrics?': METRICS,
    'tiers?': tiers('Published tiers.'),
    'projected?': tiers('Tiers that would be published now.'),
    'warned?': {
      type: 'object',
      additionalProperties: { type: 'boolean' },
      description: 'Whether the tier is held though no longer earned, by ladder.',
    },
    'programmes?': {
      type: 'object',
      additionalProperties: {
        oneOf: [
          of('id', 'The outcome.'),
          mapping({
            outcome: of('id', 'The outcome.'),
            'reasons?': texts('All reasons, in order.'),
            'size?': of('units', 'Units that are granted.'),
          }),
        ],
      },
      description: 'What is decided, by programme.',
    },
    'decisions?': texts('All decisions in order.'),
  },
  { description: 'What must come out; whatever is left out may be anything.', minProperties: 1 },
);

const GIVEN = mapping(
  {
    'date?': of('date', 'The day on which it begins.'),
    'registered?': {
      anyOf: [ref('days'), { enum: ['never', '0d', 0] }],
      description: 'How long ago; left out: 365d.',
    },
    'category?': of('id', 'Left out: general.'),
    'country?': of('id', 'Left out: CN.'),
    'entity?': of('id', 'The legal entity; left out: none.'),
    'trainings?': ids('Completed.'),
    'enrolled?': ids('Courses that were begun.'),
    'exams?': ids('Passed.'),
    'certifications?': ids('Held.'),
    'tools?': ids('In use.'),
    'survey?': { type: 'object', additionalProperties: ref('id'), description: 'Answers by question.' },
    'violations?': {
      type: 'array',
      items: mapping({
        class: of('id', 'What sort it is.'),
        'daysAgo?': whole(0, DAYS_MAX, 'When; left out: today.'),
        'points?': whole(0, 1_000_000, 'Left out: 0.'),
        'severity?': of('id', 'Left out: none.'),
      }),
      description: 'What stands against the merchant.',
    },
    'events?': EVENTS,
    'metrics?': METRICS,
  },
  { description: 'The merchant at the beginning.' },
);

const STEP = mapping({
  'after?': of('duration', 'So long after the step before; left out: 0.'),
  'metrics?': METRICS,
  'events?': EVENTS,
  expect: ref('expectation'),
});

export const VECTORS: Readonly<Record<string, Schema>> = {
  expectation: EXPECT,
  vector: {
    ...mapping(
      {
        name: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'A sentence, unique in the file.',
        },
        'given?': GIVEN,
        'expect?': ref('expectation'),
        'steps?': { type: 'array', items: STEP, minItems: 1, description: 'What happens later, one by one.' },
      },
      { description: 'Given this merchant, a policy must come to this.' },
    ),
    anyOf: [{ required: ['expect'] }, { required: ['steps'] }],
  },
};
