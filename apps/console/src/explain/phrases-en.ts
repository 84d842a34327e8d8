import { timesOf, type ConditionWords, type GrantWords, type Phrases } from './phrases.ts';
import { benefitInWords, DEEDS, KINDS, OUTCOMES, PARTS, REASONS } from './words-en.ts';

const COMPARED: { readonly [op: string]: string } = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
  '=': 'exactly',
  '!=': 'anything but',
};

export const ENGLISH: Phrases = {
  reasons: REASONS,
  benefit: benefitInWords,
  decided: (at, programme, outcome, merchant) =>
    programme === ''
      ? `At ${at}, Updraft ${OUTCOMES[outcome]} merchant ${merchant ?? '(none)'}.`
      : `At ${at}, programme “${programme}” ${OUTCOMES[outcome]} merchant ${merchant ?? '(none)'}.`,
  grant: (words) =>
    `Grant ${words.grantId} is a ${KINDS[words.kind]} (${benefitInWords(words.benefit)})${extent(words)}, ` +
    `valid from ${words.validFrom} to ${words.validUntil}.`,
  cause: (eventId, type, position) => `What caused it: ${type} event ${eventId}, at position ${position}.`,
  tier: (tier) =>
    tier === null
      ? 'The merchant had no score yet, so no tier.'
      : `The merchant's published tier was “${tier}”.`,
  reason: (words) => `Reason: ${words}.`,
  noReason: () => 'No condition failed.',
  until: (outcome, at) =>
    outcome === 'offer'
      ? `The training may be completed until ${at}.`
      : outcome === 'warn'
        ? `It has until ${at} to comply.`
        : `It waits until ${at} at the latest.`,
  condition: (words) => `${mark(words)} ${words.id}: ${statement(words)}.`,
  statement,
  capacity: (headroom, open, overdue) =>
    `It could carry ${count(headroom, 'more order')} a day; ${count(open, 'order')} open, ${overdue} of them overdue.`,
  budget: (account, unit, changes) =>
    changes.length === 0
      ? `Budget “${account}” (${unit}) did not change.`
      : `Budget “${account}” (${unit}): ${changes
          .map((change) => `${PARTS[change.part]} ${change.before} → ${change.after}`)
          .join(', ')}.`,
  account: (name, of, from) => [name, of, from === null ? null : `from ${from}`].filter(isSaid).join(', '),
  change: (words) => `${wish(words)}.`,
  waitFor: (words) => `Now in the way: ${words}.`,
  remedy: ({ deed, times }) => `${DEEDS[deed](times)}.`,
};

function extent({ isCounted, size, maximum, stage, weightBps }: GrantWords): string {
  const counted = isCounted ? ` of ${size} (at most ${maximum})` : '';
  const weighted = weightBps === null ? '' : `, weight now × ${timesOf(weightBps)}`;
  return `${counted}${stage === null ? '' : `, in stage “${stage}”`}${weighted}`;
}

function isSaid(part: string | null): boolean {
  return part !== null;
}

function mark(words: ConditionWords): string {
  if (words.isFailing && words.verdict === 'true') return 'The reason —';
  if (words.isFailing) return words.verdict === 'not-assessed' ? 'Not assessed —' : 'Failed —';
  return words.verdict === 'true' ? 'Met —' : words.verdict === 'false' ? 'Not the case —' : 'Not assessed —';
}

function statement(words: ConditionWords): string {
  const { kind, name, op, line, value } = words;
  if (op === 'completed') return `training “${name}” is ${value === 'true' ? '' : 'not '}completed`;
  if (op === 'adopted') return `tool “${name}” is ${value === 'true' ? '' : 'not '}in use`;
  const listed = LISTED[kind];
  if (listed !== undefined) return `${listed(name)} ${value === 'true' ? 'holds' : 'does not hold'}`;
  if (op === 'assessed') return `${name} is ${value === null ? 'not assessed' : `assessed, at ${value}`}`;
  if (op === 'in') return `${kind} is ${value ?? 'unknown'}, asked for is one of ${line}`;
  if (kind === 'warned') return `a warning on ladder “${name}”: ${value}, asked for is ${line}`;
  if (kind === 'flag') return `flag “${name}” is ${value ?? 'unknown'}, asked for is ${line}`;
  const asked = `asked for is ${COMPARED[op] ?? op} ${line}`;
  const subject =
    kind === 'survey' ? `the answer to survey question “${name}”` : kind === 'tier' ? 'the tier' : name;
  if (value === null && kind === 'survey') return `survey question “${name}” is not answered; ${asked}`;
  if (value === null) return `${subject} is not assessed (too little data); ${asked}`;
  return `${subject} is ${value}, ${asked}${distanceOf(words)}`;
}

/** What a merchant is listed for, by kind of condition. */
const LISTED: { readonly [kind: string]: (name: string) => string } = {
  enrolled: (name) => `enrolment in training “${name}”`,
  exam: (name) => `exam “${name}”`,
  certification: (name) => `certification “${name}”`,
  violation: (name) => `violation “${name}”`,
  during: (name) => `period “${name}”`,
};

function distanceOf({ margin, distance }: ConditionWords): string {
  if (margin === null) return '';
  return margin < 0 ? `, ${distance} short` : `, margin ${distance}`;
}

function wish(words: ConditionWords): string {
  const { kind, name, op, line, value, margin, distance, verdict } = words;
  if (verdict === 'true') return `${words.id} must no longer hold (${statement(words)})`;
  if (op === 'completed') return `Complete training “${name}”`;
  if (op === 'adopted') return `Start using tool “${name}”`;
  const goal = GOALS[kind];
  if (goal !== undefined) return goal(name);
  if (op === 'assessed') return `${name} must be ${line === 'true' ? '' : 'no longer '}assessed`;
  if (op === 'in') return `Only for ${kind} ${line}`;
  if (kind === 'warned') return `The warning on ladder “${name}” must become ${line}`;
  if (kind === 'survey') return `Answer survey question “${name}” with ${COMPARED[op] ?? op} “${line}”`;
  if (kind === 'tier') return `Reach tier “${line}”${value === null ? ' (there is no score yet)' : ''}`;
  if (kind === 'flag') return `Flag “${name}” must become ${line}`;
  if (value === null)
    return `Bring ${name} to ${COMPARED[op] ?? op} ${line}; there is not enough data yet to assess it`;
  const missing = margin !== null && margin < 0 ? `, a change of ${distance}` : '';
  return `Bring ${name} from ${value} to ${COMPARED[op] ?? op} ${line}${missing}`;
}

/** What would make a condition on a list hold. */
const GOALS: { readonly [kind: string]: (name: string) => string } = {
  enrolled: (name) => `Enrol in training “${name}”`,
  exam: (name) => `Pass exam “${name}”`,
  certification: (name) => `Obtain certification “${name}”`,
  violation: (name) => `A violation “${name}” would have to stand`,
  during: (name) => `Wait for period “${name}”`,
};

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
