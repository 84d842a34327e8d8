import { choice, listOf, mapping, of, ref, whole, type Schema } from './schema.ts';
import { NOTES } from './values.ts';

const OWN = { id: ref('id'), names: ref('names') };
const AT = {
  'at?': {
    type: 'string',
    pattern: String.raw`^([01]\d|2[0-3]):[0-5]\d$`,
    description: 'Time of day in the market zone; left out: "00:00".',
    examples: ['09:30'],
  },
};

function tiers(each: Schema): Schema {
  return listOf(each, 'The lowest first.');
}

const LADDER = {
  'minimum?': ref('ladderMinimum'),
  'calendar?': of('id', 'Tiers change only at its instants; left out: whenever something changes.'),
  'step?': whole(1, 100, 'So many tiers at a time; left out: any.'),
  'dwell?': of('duration', 'How long a tier stays after each change; left out: 0.'),
  'grace?': ref('ladderGrace'),
  'protect?': ref('ladderProtection'),
  'vetoes?': ref('ladderVetoes'),
  ...NOTES,
};

export const LADDERS: Readonly<Record<string, Schema>> = {
  ladderMinimum: {
    description: 'While this is not true there is no tier at all.',
    oneOf: [
      mapping({ metric: of('id', 'The metric.'), atLeast: of('quantity', 'So much of it.') }),
      mapping({ when: ref('condition') }),
    ],
  },
  ladderGrace: {
    description: 'A tier falls only after it was missed for so long.',
    oneOf: [
      mapping({ for: of('someTime', 'For so long.') }),
      mapping({ evaluations: whole(1, 100, 'At so many instants of the calendar running.') }),
    ],
  },
  ladderProtection: mapping(
    {
      'rise?': of('duration', 'So long after a rise.'),
      'rules?': of('duration', 'So long after the rules changed.'),
      'until?': of('date', 'Before this day.'),
    },
    { description: 'When nobody falls.' },
  ),
  ladderVetoes: {
    type: 'array',
    items: mapping({
      when: ref('condition'),
      atMost: of('id', 'The highest tier while it is true; `none`: no tier.'),
    }),
    description: 'What keeps a merchant down whatever it reaches.',
  },
  ladder: {
    description: 'Tiers, by lines on one metric, by the worst of several, or by conditions.',
    oneOf: [
      mapping({
        ...OWN,
        by: of('id', 'The metric that the lines are on.'),
        tiers: tiers(
          mapping({
            ...OWN,
            enter: of('quantity', 'The tier is entered from here on.'),
            'leave?': of('quantity', 'And left below here; left out: the same line.'),
          }),
        ),
        ...LADDER,
      }),
      mapping({
        ...OWN,
        worst: listOf(
          mapping({
            metric: of('id', 'The metric.'),
            op: choice(['>=', '>', '<=', '<'], 'How it is compared with its lines.'),
            lines: {
              type: 'object',
              additionalProperties: ref('quantity'),
              description: 'The line of each tier, by the id of the tier.',
            },
          }),
          'A tier needs every line that it has here.',
        ),
        tiers: tiers(mapping(OWN)),
        ...LADDER,
      }),
      mapping({
        ...OWN,
        tiers: tiers(
          mapping({
            ...OWN,
            'when?': of('condition', 'When it is entered; only the lowest may be for all.'),
            'keep?': of('condition', 'When it is kept; left out: the same.'),
          }),
        ),
        ...LADDER,
      }),
    ],
  },
  calendar: {
    description: 'Instants that come round, or a period, in the market zone.',
    oneOf: [
      mapping({
        ...OWN,
        monthDays: listOf(whole(1, 31, 'A day.'), 'Days of each month, rising.'),
        ...AT,
        ...NOTES,
      }),
      mapping({
        ...OWN,
        weekday: choice(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 'A day of the week.'),
        'everyWeeks?': whole(1, 52, 'Each week, or every so many; left out: 1.'),
        'from?': of('date', 'Weeks are counted from here.'),
        ...AT,
        ...NOTES,
      }),
      mapping({
        ...OWN,
        everyDays: whole(1, 366, 'Every so many days.'),
        from: of('date', 'Days are counted from here.'),
        ...AT,
        ...NOTES,
      }),
      mapping({
        ...OWN,
        from: of('date', 'The first day.'),
        to: of('date', 'The last day, inclusive.'),
        ...NOTES,
      }),
    ],
  },
};
