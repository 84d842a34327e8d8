import type { Finding } from '#domain/policy/reader';

// What to do where the parts of a policy do not go together. By the rule that says so; the first that fits counts.

/** Gives the sentence, or null where the rule says everything. */
export type Advice = (finding: Finding, match: RegExpExecArray) => string | null;

const EXCHANGE = 'exchange them, or correct one';

export const RIGHT_OF_PARTS: readonly (readonly [RegExp, Advice | string])[] = [
  // Anything.
  [/^must be a mapping$/, 'write `key: value` pairs here, indented, or within { }'],
  [/^must not be empty$/, 'write at least one, or leave the key out where it may be'],
  [/^must not be longer than \d/, 'split it into several'],
  [
    /^must not be a name that every object has$/,
    ({ value }) => `for example my-${value.replaceAll('_', '')}`,
  ],
  [/^must have a (?:name|text) in en$/, 'add en, for example { en: Growth }'],
  [/^must be unique/, ({ value }) => `give it an id of its own, for example ${value}-2`],
  [/^has a condition (\S+), and/, (_, [, id]) => `give it an id of its own, for example ${id!}-2`],
  [/^must be left out with a fixed size/, 'leave it out, or write size: { perHeadroom, minimum, maximum }'],
  [/^must be left out without a fixed size/, 'leave it out, or write size: { fixed }'],
  [/^must be left out without an account/, 'leave it out, or name an account'],
  [/^must be left out/, 'leave it out'],
  [/^must not be 0: /, 'leave it out'],
  // Order and bounds.
  [/^must rise$/, 'write each one once, the smallest first'],
  [/^must begin at 0$/, 'put 0 first'],
  [/^must be above the line of the tier before it$/, 'write tiers from the lowest up, or raise this line'],
  [/^must be above the one of the band before it$/, 'write bands from the lowest up, or raise this one'],
  [/^must not be above enter, which is (\d+)/, (_, [, enter]) => `at most ${enter!}`],
  [/^(?:minimum|weight) must not be above maximum$/, EXCHANGE],
  [/^atLeast must not be above atMost$/, EXCHANGE],
  [/^to must not be before from$/, EXCHANGE],
  [/^within must be above after$/, EXCHANGE],
  [/^from and to must differ$/, 'let from be where nothing is earned, and to where everything is'],
  [/^days and lag must be at most/, 'shorten one of them'],
  [/^must not be ever, because/, 'for example 365d'],
  [/^must not reach back further than/, 'a smaller back or count, or a shorter calendar period'],
  [/^must not lie within more than/, 'bring it up a level, or make a metric or a ladder of a part'],
  // What must be there.
  [/^must say upTo/, 'add upTo, for example { upTo: 100000, rate: 1% }'],
  [/^must say when it is entered/, 'add when, or let this tier be the lowest'],
  [/^must say from which date/, 'add from, a date on that day of the week'],
  [/^must have a line in worst/, 'add a line for it to the lines in worst, or let it be the lowest tier'],
  [/^must have ordersPerDay, listings, or both$/, 'for example quota: { listings: 500 }'],
  [/^must be named, because/, 'name one of accounts: account: growth-2026'],
  [
    /^must be given, because (\S+) has one/,
    (_, [, outer]) => `a period as long as that of ${outer!}, or shorter`,
  ],
  [/^must be a fact, or a mapping/, 'for example ordersPaid, or { ordersPaid: 1, refunds: -1 }'],
  [/^must have expect or steps$/, 'add expect, for example { programmes: { growth: issue } }'],
  [/^must expect something$/, 'add metrics, tiers, projected, warned, programmes or decisions'],
  // What names something else.
  [/^must be a period of calendars/, 'define a calendar with from and to, and name that'],
  [/^names \S+, which is a period$/, 'name a calendar with monthDays, weekday or everyDays'],
  [
    /^names (\S+), which must say its grain/,
    (_, [, id]) => `add grain: { edges: [0, 5], hysteresis: 10% } to ${id!}`,
  ],
  [/^asks for a tier, and there is no ladder$/, 'define a ladder, or ask for a metric'],
  [/^must not ask for a tier, because metrics/, 'ask for the metric that the tier goes by'],
  [/^(?:reads|asks about|lies within) itself/, 'take one out of the circle'],
  [
    /^must be a training that who asks for/,
    'ask for { training: … } of that name in who, or correct the name',
  ],
  [/^must be a (mon|tue|wed|thu|fri|sat|sun)$/, 'correct the date, or the weekday'],
  [/^must be `for` a duration/, 'for example { for: 30d }, or give the ladder a calendar'],
  // Accounts, and what they pay.
  [/^must be (\S+), which is the unit of/, (_, [, unit]) => unit!],
  [/^must not be above the (\d+) of/, (_, [, total]) => `at most ${total!}`],
  [/^must not be longer than the (\S+) of/, (_, [, length]) => `${length!}, or shorter`],
  [/^names \S+ in \S+, and \S+ is counted in (.+)$/, (_, [, units]) => `name an account in ${units!}`],
  [/^must be fixed, because it is seats$/, 'for example { fixed: 1 }'],
  [/^is above the (\d+) of/, (_, [, total]) => `at most ${total!}`],
  [/^is below the size (\d+)/, (_, [, size]) => `at least ${size!}`],
  // Files.
  [/^must define something$/, 'delete the file, or define something in it'],
  [/^must be the path of a folder with a pack/, 'write the way from this file, for example ../kuaishou'],
  [/^must not name \S+ twice$/, 'name each pack once'],
  [/^must (?:name the hash of the pack|be the hash of)/, 'read what changed, then run `updraft policy pin`'],
];
