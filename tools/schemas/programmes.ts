import { SERVING_KINDS } from '#domain/policy/bundle';
import { choice, listOf, mapping, of, ref, whole, type Schema } from './schema.ts';
import { NOTES } from './values.ts';

const TIMES_MAX = 1_000_000;

/** What a programme of each kind may give. */
const GIVES: Readonly<Record<string, readonly string[]>> = {
  traffic: ['boost', 'guarantee', 'credit'],
  tool: ['access', 'quota'],
  service: ['service'],
  'value-added': ['credit', 'feeRelief', 'branding'],
  limit: ['orderCap', 'settlement', 'delisting'],
};

const weight = of('share', 'What the ranking score is multiplied by, from 100% to 10000%.');

const BENEFITS: Readonly<Record<string, Schema>> = {
  boost: mapping({ weight }, { description: 'A better place while the grant runs.' }),
  guarantee: mapping(
    { weight, maximum: of('share', 'How far the weight may grow when it runs late.') },
    { description: 'So many exposures within the duration.' },
  ),
  credit: mapping(
    { for: of('id', 'What it may be spent on.') },
    { description: 'Credit that ends with the grant.' },
  ),
  access: listOf('id', 'Rights by name.'),
  quota: mapping(
    {
      'ordersPerDay?': of('someUnits', 'Orders a day.'),
      'listings?': of('someUnits', 'Listings in all.'),
    },
    { description: 'What the merchant may do; one or both.', minProperties: 1 },
  ),
  service: {
    description: 'Somebody helps.',
    oneOf: [
      mapping({ what: choice(['operator', 'sourcing', 'photo'], 'What it is.') }),
      mapping({ what: { const: 'course', description: 'A course.' }, course: of('id', 'Which course.') }),
    ],
  },
  feeRelief: mapping(
    { rate: of('share', 'The lower rate.') },
    { description: 'A lower fee up to the account.' },
  ),
  branding: mapping({ package: of('id', 'Which package.') }, { description: 'A label, a banner.' }),
  orderCap: mapping(
    { ordersPerDay: of('units', 'Orders a day at most.') },
    { description: 'A cap on orders.' },
  ),
  settlement: mapping(
    { days: whole(1, 365, 'Days until money is paid out.') },
    { description: 'A longer wait.' },
  ),
  delisting: mapping({ scope: of('id', 'What is taken down.') }, { description: 'What is no longer shown.' }),
};

const SIZES: readonly Schema[] = [
  mapping({ fixed: of('someUnits', 'Always so many units.') }),
  ...[
    { perHeadroom: of('someUnits', 'Units per order of headroom.') },
    {
      metric: of('id', 'A metric with a grain.'),
      'per?': of('someUnits', 'Divided by this; left out: 1.'),
      'times?': of('someUnits', 'Units for each; left out: 1.'),
    },
  ].map((follows) =>
    mapping({
      ...follows,
      minimum: of('someUnits', 'Below this nothing is issued.'),
      maximum: of('someUnits', 'Not more than this.'),
    }),
  ),
];

const STAGE = mapping({
  id: ref('id'),
  size: of('someUnits', 'Units that it adds.'),
  'after?': of('duration', 'No sooner than this after the stage before it; left out: 0.'),
  'within?': of('someTime', 'Forfeited so long after the stage before it; left out: while the grant runs.'),
  'when?': of('condition', 'What must hold; left out: nothing.'),
  'earned?': mapping(
    {
      by: choice(['clicks', 'orders'], 'What is counted.'),
      atLeast: of('share', 'At least so much of the exposures of the stage before.'),
      minimum: of('someUnits', 'Of which there must have been so many.'),
    },
    { description: 'What the stage before must have led to.' },
  ),
});

const PROGRAMME: Readonly<Record<string, Schema>> = {
  id: ref('id'),
  names: ref('names'),
  kind: choice(Object.keys(GIVES), 'What sort of thing it gives.'),
  'gives?': {
    description: 'One benefit, of those that its kind has; left out: a boost of 150%, in traffic.',
    oneOf: Object.entries(BENEFITS).map(([name, benefit]) => mapping({ [name]: benefit })),
  },
  who: of('condition', 'Who may have it.'),
  'need?': of('condition', 'Who needs it; the others are left in peace. Left out: everybody.'),
  'trainFirst?': mapping(
    { course: of('id', 'The course.'), within: of('someTime', 'How long there is for it.') },
    { description: 'Who lacks only this course is offered it, and has the grant once it is done.' },
  ),
  'revokeWhen?': of('condition', 'When a grant ends early; left out: never.'),
  'comply?': of(
    'someTime',
    'How long there is to put it right before a grant is revoked; left out: at once.',
  ),
  'clawBackWhen?': of('condition', 'When what was spent is claimed back, too; left out: never.'),
  'onRevoke?': {
    type: 'array',
    items: ref('id'),
    description: 'What gateways carry out when a grant is revoked; left out: nothing.',
  },
  'account?': of('id', 'Where the units come from; left out: nothing is counted.'),
  'size?': { oneOf: SIZES, description: 'How many units; must be there with an account.' },
  duration: of('someTime', 'How long a grant runs.'),
  'settle?': of(
    'duration',
    'How long after its end usage may still be reported; must be there with an account.',
  ),
  coolDown: of('duration', 'How long after a grant until the next one.'),
  limits: mapping(
    {
      openings: whole(1, TIMES_MAX, 'How often a merchant may have it.'),
      'perMerchant?': of(
        'someUnits',
        'Units that a merchant may have in all; must be there with an account.',
      ),
      'shrinkBelow?': of('share', 'It shrinks when what fits is less than this of it; left out: never.'),
    },
    { description: 'What one merchant may have at most.' },
  ),
  'grow?': mapping(
    {
      step: of('share', 'By so much of its size at a time.'),
      dwell: of('duration', 'So long after it changed.'),
    },
    { description: 'How a size grows back; left out: never.' },
  ),
  'stages?': listOf(STAGE, 'Later parts of a grant of fixed size.'),
  'renew?': mapping(
    {
      'when?': of('condition', 'What must hold besides who and need.'),
      times: whole(1, TIMES_MAX, 'How often.'),
    },
    { description: 'It goes on for another duration; left out: never.' },
  ),
  'exclusive?': of('id', 'Of the programmes with one such name a merchant has one at a time.'),
  'floor?': mapping(
    {
      within: of('someTime', 'Without a grant for so long.'),
      'of?': listOf(choice(SERVING_KINDS, 'A kind of grant.'), 'The kinds that count; left out: every kind.'),
    },
    { description: 'Only for who went without; the size is fixed.' },
  ),
  ...NOTES,
};

const COUNTED = ['size', 'grow', 'stages', 'floor'];

function where(kind: string): Schema {
  return { properties: { kind: { const: kind } }, required: ['kind'] };
}

export const PROGRAMMES: Readonly<Record<string, Schema>> = {
  programme: mapping(PROGRAMME, {
    description: 'Who is given what, out of which account.',
    allOf: [
      ...Object.entries(GIVES).map(([kind, names]) => ({
        if: where(kind),
        // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
        then: {
          properties: { gives: { propertyNames: { enum: names } } },
          ...(kind === 'traffic' ? {} : { required: ['gives'] }),
        },
      })),
      {
        if: { required: ['account'] },
        // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
        then: { required: ['size', 'settle'], properties: { limits: { required: ['perMerchant'] } } },
        else: {
          properties: {
            ...Object.fromEntries(COUNTED.map((key) => [key, false])),
            limits: { propertyNames: { enum: ['openings'] } },
          },
        },
      },
    ],
  }),
};

export const ACCOUNTS: Readonly<Record<string, Schema>> = {
  account: mapping(
    {
      id: ref('id'),
      names: ref('names'),
      unit: choice(
        ['exposures', 'credits', 'minor', 'seats'],
        'What is counted; minor is of the currency, and seats come back when a grant ends.',
      ),
      total: of('units', 'So many in all, or in each period; 0 closes it.'),
      'period?': choice(['day', 'week', 'month', 'quarter', 'year'], 'Begins anew; left out: one for ever.'),
      'within?': of('id', 'The account that this one is a part of; left out: none.'),
      'per?': choice(['entity', 'category', 'country'], 'One of its own for each; left out: one for all.'),
      'wait?': of('someTime', 'How long an applicant waits for money before it is withheld; left out: 10m.'),
      'idle?': of('someTime', 'What nobody needed for so long goes back; left out: 1d.'),
      ...NOTES,
    },
    {
      description: 'A budget.',
      examples: [{ id: 'season', names: { en: 'Season' }, unit: 'exposures', total: 1 }],
    },
  ),
  capacity: mapping(
    {
      window: of('days', 'Days over which the daily rate sustained on time is measured.'),
      growth: of('share', 'What a merchant is trusted to carry, against what it sustained.'),
      probe: of('units', 'Orders a day that the unproven are trusted with.'),
      stockCover: of('days', 'Days that the reported stock must cover.'),
      'replies?': mapping(
        {
          metric: of('id', 'The metric of replies.'),
          floor: of('quantity', 'Below this there is no headroom.'),
        },
        { description: 'Left out: replies are not looked at.' },
      ),
      grain: ref('grain'),
      ...NOTES,
    },
    { description: 'What a merchant can still carry, in orders a day. One for a bundle.' },
  ),
};
