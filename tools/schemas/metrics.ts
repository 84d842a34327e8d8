import { GROUPINGS, HISTOGRAM_IDS, INSTANTS, METRIC_UNITS, SEVERITIES, STATES } from '#domain/policy/formula';
import { choice, listOf, mapping, of, ref, whole, type Schema } from './schema.ts';
import { NOTES } from './values.ts';

const COUNT_MAX = 1_000_000;
const WINDOW = { window: ref('window') };
const PLAIN_WINDOW = { window: ref('plainWindow') };
const BY = { by: choice(GROUPINGS, 'Among whom: the merchants of its category, of its country, or all.') };
const MINIMUM = {
  'minimumCount?': whole(
    1,
    COUNT_MAX,
    'Below so many it is not assessed, neither 0 nor a pass; left out: 1.',
  ),
};

function daily(name: string, description: string): Readonly<Record<string, Schema>> {
  return { [name]: of('fact', description), ...PLAIN_WINDOW };
}

const SCORE = mapping(
  {
    components: listOf(
      mapping({
        metric: of('id', 'The metric that is looked at.'),
        weight: of('share', 'Its part of the whole; what is not assessed leaves its weight to the others.'),
        from: of('quantity', 'Where it scores nothing.'),
        to: of('quantity', 'Where it scores full; below from turns the scale round.'),
      }),
      'Linear from `from` to `to`, weighed.',
    ),
    minimumWeight: of('share', 'With less weight than this left there is no score.'),
    'scale?': whole(1, COUNT_MAX, 'What a full score is; left out: 10000.'),
    'floors?': listOf(
      mapping({ when: ref('condition'), atLeast: of('quantity', 'The score is at least this.') }),
      'Scores that are not fallen below while a condition is true.',
    ),
    'deductions?': listOf(
      mapping({ when: ref('condition'), points: of('quantity', 'Taken off.') }),
      'What is taken off while a condition is true.',
    ),
  },
  { description: 'A weighted mean of linear components.' },
);

const TOTAL = {
  total: listOf(
    mapping({
      metric: of('id', 'What is added.'),
      'per?': of('someUnits', 'Divided by this, rounded down; left out: 1.'),
      'times?': { ...whole(-COUNT_MAX, COUNT_MAX, 'Times this; left out: 1.'), not: { const: 0 } },
      'rate?': of('share', 'And times this rate; left out: 100%.'),
    }),
    'Terms, added up.',
  ),
  'plus?': of('quantity', 'Added at the end; left out: 0.'),
  'atLeast?': of('quantity', 'Not below this.'),
  'atMost?': of('quantity', 'Not above this.'),
  'missing?': { const: 'zero', description: 'What is not assessed counts as 0; left out: nor is the total.' },
};

const RATIO = {
  ratio: of('factSum', 'What is divided.'),
  per: of('factSum', 'What it is divided by.'),
  'scale?': whole(1, COUNT_MAX, 'What 1 is; left out: 10000, which is basis points.'),
  'round?': choice(['down', 'up', 'nearest'], 'Left out: down.'),
  ...MINIMUM,
  ...WINDOW,
  'shrink?': mapping(
    {
      towards: of('id', 'A metric of kind mean.'),
      as: whole(1, COUNT_MAX, 'As if so many more had the mean.'),
    },
    { description: 'With few counted, closer to the mean of its category.' },
  ),
};

/** What tells a kind of metric, and what else it may say. The order is that of the reference in docs/guide/policies. */
const KINDS: readonly Readonly<Record<string, Schema>>[] = [
  { sum: of('factSum', 'Added up over the window.'), ...WINDOW },
  RATIO,
  {
    ...daily('daysWith', 'Days on which there was enough of the fact.'),
    atLeast: of('someUnits', 'How much is enough.'),
  },
  daily('largest', 'The largest amount of a day.'),
  daily('smallest', 'The smallest amount of a day, of the days that had any.'),
  daily('latest', 'The amount of the latest day that had any.'),
  {
    distinct: choice(['buyers', 'defectBuyers'], 'How many different ones.'),
    atMost: whole(1, 32, 'Counted up to this.'),
    ...PLAIN_WINDOW,
  },
  {
    percentile: choice(HISTOGRAM_IDS, 'The histogram.'),
    at: of('share', 'The smallest edge that at least this share reached.'),
    ...MINIMUM,
    ...WINDOW,
  },
  {
    violations: choice(
      ['count', 'points', 'largest'],
      'How many, their points in all, or the largest points.',
    ),
    'of?': of('ids', 'Only of these classes.'),
    'severity?': listOf(choice(SEVERITIES, 'How severe.'), 'Only of these.'),
    ...PLAIN_WINDOW,
  },
  { daysSince: choice(INSTANTS, 'Full days since then; not assessed before it happened.') },
  { state: choice(STATES, 'A counter of the present state.') },
  { answer: of('id', 'The last answer to this question of a survey, where it is a whole number.') },
  TOTAL,
  { least: of('ids', 'The least of these metrics, of those assessed.') },
  { greatest: of('ids', 'The greatest of these metrics, of those assessed.') },
  {
    firstOf: listOf(
      { anyOf: [ref('id'), ref('quantity')] },
      'The first of these metrics that is assessed; a number is a default.',
    ),
  },
  { score: SCORE },
  {
    marginal: of('id', 'The metric that is split into bands.'),
    bands: listOf(
      mapping({
        'upTo?': of('someUnits', 'Where the band ends; only the last may have no end.'),
        rate: of('share', 'What counts of the part within the band.'),
      }),
      'Bands, rising.',
    ),
  },
  {
    rank: of('id', 'The metric by which merchants are ranked.'),
    ...BY,
    cuts: listOf('share', 'Rising. The value is the highest cut: so many are strictly below.'),
  },
  {
    mean: of('id', 'The metric that the mean is of.'),
    ...BY,
    'times?': whole(1, COUNT_MAX, 'Times this; left out: 1.'),
    'atLeast?': whole(1, COUNT_MAX, 'Of so many merchants at least; left out: 1.'),
  },
  {
    held: of('id', 'The metric whose value is held.'),
    on: of('id', 'The calendar: the value is that of its last instant.'),
  },
];

export const METRICS: Readonly<Record<string, Schema>> = {
  grain: mapping(
    {
      edges: listOf('units', 'Rising, the first 0.'),
      hysteresis: of('share', 'A value must fall this far below an edge before the edge is left; up to 50%.'),
    },
    {
      description: 'In what steps a value is said: only a crossed edge is worth saying.',
      examples: [{ edges: [0, 10, 100], hysteresis: '10%' }],
    },
  ),
  metric: {
    description: 'A formula over facts, states or other metrics; a whole number, or not assessed.',
    oneOf: KINDS.map((fields) =>
      mapping({
        id: ref('id'),
        names: ref('names'),
        unit: choice(
          METRIC_UNITS,
          'What it counts; rate and score are in basis points, stars in hundredths.',
        ),
        ...fields,
        'grain?': ref('grain'),
        ...NOTES,
      }),
    ),
    examples: [
      {
        id: 'on_time_14d',
        names: { en: 'Dispatched on time' },
        unit: 'rate',
        ratio: 'shippedOnTime',
        per: 'ordersShipped',
        minimumCount: 5,
        window: '14d',
      },
    ],
  },
};
