import { PROGRAMME_RULES } from './programme-rule.ts';
import { rule } from './rule-kind.ts';

// Every rule of `updraft policy check`, with what it means and what repairs it. docs/guide/policies/check.md has the
// same table, and a test keeps the two together.

const METRIC_RULES = {
  'metric-never-assessed': rule(
    'error',
    'The metric can never have a value.',
    'Give it facts that count upward, or a lower minimumWeight.',
  ),
  'window-beyond-history': rule(
    'error',
    'The window reaches further back than daily facts are kept, 400 days.',
    'Take fewer periods, or a window of at most 400 days.',
  ),
  'fact-since': rule(
    'note',
    'The fact is counted only since a later engine; an older workspace has no history of it.',
    'Nothing in a new workspace. In an older one wait for the length of the window before relying on it.',
  ),
  'weights-not-full': rule(
    'warning',
    'The weights of the components are not 100% together.',
    'Make them add up to 100%; they are re-spread in any case.',
  ),
  'component-constant': rule(
    'warning',
    'Every value that the metric can have lies on one side of the scale, so that the component never varies.',
    'Put from and to where the values of the metric lie, in its unit.',
  ),
  'score-bound': rule(
    'warning',
    'A floor or a deduction is larger than a full score.',
    'Write it in the scale of the score.',
  ),
  'choice-never-used': rule(
    'warning',
    'A choice before it always has a value, so that this one is never taken.',
    'Put it earlier, or leave it out.',
  ),
  'band-end': rule(
    'warning',
    'The last band has an end, and nothing is reckoned on what lies above it.',
    'Leave upTo of the last band out, with rate 0% if nothing is meant.',
  ),
  'band-same-rate': rule(
    'note',
    'Two bands that touch have the same rate.',
    'Make one band of them, or correct a rate.',
  ),
  'band-unreachable': rule(
    'warning',
    'The metric never reaches the band.',
    'Lower upTo of the band before, or leave the band out.',
  ),
  'small-sample': rule(
    'warning',
    'A rate of a single case decides something: one bad order is 0%.',
    'Give the ratio a minimumCount, or shrink it toward a mean.',
  ),
  'unit-value': rule(
    'error',
    'The value lies outside the unit of the metric: a rate above 100%, stars above 500.',
    'Write it in the unit of the metric; stars are hundredths.',
  ),
  'unit-percentage': rule(
    'error',
    'A percentage is compared with a metric that is no rate and no score.',
    'Write a whole number in the unit of the metric.',
  ),
  'unit-mixed': rule(
    'error',
    'Metrics of different units are compared or mixed.',
    'Use metrics of one unit, or convert with per, times and rate.',
  ),
  'unit-formula': rule(
    'warning',
    'The unit does not fit what the formula counts.',
    'Correct unit, or the scale of the ratio: 10000 for a rate, 100 for stars.',
  ),
  'grain-edge-idle': rule(
    'note',
    'An edge makes no difference to any size that follows it.',
    'Leave the edge out; each edge costs records.',
  ),
  'grain-unused': rule(
    'note',
    'No size follows this metric, so that its grain is never used.',
    'Leave grain out.',
  ),
} as const;

const LADDER_RULES = {
  'tier-unreachable': rule(
    'error',
    'No merchant can ever have the tier.',
    'Lower its lines to what the metric can reach, or correct conditions that contradict each other.',
  ),
  'tier-never-entered': rule(
    'warning',
    'The tier is never entered by its own condition, only kept or left over by a veto, and no step leads through it.',
    'Make its condition weaker than that of the tier above it, or leave the tier out.',
  ),
  'keep-above-enter': rule(
    'error',
    'Keeping the tier asks for more than entering it.',
    'Make keep weaker than when, or leave it out.',
  ),
  'ladder-gap': rule(
    'note',
    'Merchants below the lowest tier have no tier at all.',
    'Let the lowest tier be for all, or say so with minimum if it is meant.',
  ),
  'hysteresis-overlap': rule(
    'warning',
    'The leave line lies below the enter line of the tier beneath: it may be kept by those who would not enter that.',
    'Raise leave to at least the enter line of the tier beneath.',
  ),
  'ladder-never-assessed': rule(
    'error',
    'The minimum is never reached, so that nobody ever has a tier.',
    'Lower the minimum.',
  ),
  'veto-no-effect': rule(
    'warning',
    'The veto leaves every tier open.',
    'Name a lower tier, or none, in atMost.',
  ),
  'grace-too-long': rule(
    'warning',
    'The tier falls only after more than a year of missed evaluations.',
    'Take fewer evaluations, or a denser calendar.',
  ),
  'dwell-beyond-calendar': rule(
    'warning',
    'The dwell time is longer than the calendar’s interval, so that some evaluations decide nothing.',
    'Shorten dwell, or leave it out beside a calendar.',
  ),
  'protection-over': rule(
    'warning',
    'The protection ends before the ladder is evaluated for the first time.',
    'Correct until, or leave it out.',
  ),
} as const;

const CONDITION_RULES = {
  'comparison-never-true': rule(
    'error',
    'The comparison can’t be true for any value that the metric can have.',
    'Correct the value, the comparison or the metric.',
  ),
  'comparison-always-true': rule(
    'warning',
    'The comparison is true for every value that the metric can have.',
    'Leave it out, or ask for `assessed: true` if that is meant.',
  ),
  'condition-never-true': rule(
    'error',
    'The condition can never be true.',
    'Look for parts that contradict each other, and correct or remove one.',
  ),
  'condition-always-true': rule(
    'warning',
    'The condition is always true, so that it asks nothing.',
    'Leave it out, or correct it.',
  ),
  'waiver-always-holds': rule(
    'warning',
    'The waiver always holds, so that what it waives is never asked.',
    'Leave the condition out, or correct the waiver.',
  ),
  'waiver-never-holds': rule('warning', 'The waiver never holds.', 'Leave waiveIf out, or correct it.'),
} as const;

const BUNDLE_RULES = {
  'metric-unused': rule(
    'note',
    'Nothing reads the metric.',
    'Leave it out, unless it is for people to look at.',
  ),
  'ladder-unused': rule(
    'note',
    'Nothing asks about the ladder.',
    'Leave it out, unless it is for people to look at.',
  ),
  'calendar-unused': rule(
    'warning',
    'Nothing follows the calendar.',
    'Name it in a ladder, a metric or a condition.',
  ),
  'account-unused': rule(
    'warning',
    'No programme is paid from the account.',
    'Name it in a programme, or leave it out.',
  ),
  'name-missing': rule(
    'note',
    'The name is missing in a language that most others have.',
    'Add the name in that language.',
  ),
} as const;

export const RULES = {
  ...METRIC_RULES,
  ...LADDER_RULES,
  ...CONDITION_RULES,
  ...PROGRAMME_RULES,
  ...BUNDLE_RULES,
} as const;
export type RuleId = keyof typeof RULES;
