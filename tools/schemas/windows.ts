import { choice, listOf, mapping, of, ref, whole, type Schema } from './schema.ts';

const DAYS_BACK = 'Days that facts are added up over, in the market zone.';

const PLAIN: readonly Schema[] = [
  of('days', 'The last so many days, today included.'),
  { const: 'ever', description: 'All days, however long ago.' },
  mapping({
    days: of('days', 'So many days.'),
    'lag?': of('days', 'So many days before today, which are left out.'),
  }),
  mapping({
    calendar: choice(['month', 'week', 'quarter', 'year'], 'Whole periods of the calendar.'),
    back: whole(0, 53, 'How many periods before the present one the last is; 0 is the present one so far.'),
    'count?': whole(1, 53, 'How many periods; left out: 1.'),
  }),
  mapping({ from: of('date', 'The first day.'), to: of('date', 'The last day, inclusive.') }),
  mapping({ during: of('id', 'The id of a period in calendars, one with from and to.') }),
];

export const WINDOWS: Readonly<Record<string, Schema>> = {
  plainWindow: { oneOf: PLAIN, description: DAYS_BACK, examples: ['30d', { days: '28d', lag: '7d' }] },
  window: {
    oneOf: [
      ref('plainWindow'),
      mapping({
        firstOf: listOf(
          {
            oneOf: [
              mapping({
                window: of('plainWindow', 'Taken if there is enough in it.'),
                atLeast: whole(1, 1_000_000_000, 'How much is enough.'),
              }),
              mapping({ window: of('plainWindow', 'The last one, taken if none before it had enough.') }),
            ],
          },
          'Windows in order; the first with enough counts, and the last has no atLeast.',
        ),
        by: of('fact', 'What there must be enough of.'),
      }),
      mapping({
        weighted: listOf(
          mapping({
            window: of('plainWindow', 'One of the windows.'),
            times: whole(1, 1_000, 'How many times its days count.'),
          }),
          'Several windows, each counted so many times: newer days weigh more.',
        ),
      }),
    ],
    description: DAYS_BACK,
    examples: ['30d', 'ever', { calendar: 'month', back: 1, count: 3 }],
  },
};
