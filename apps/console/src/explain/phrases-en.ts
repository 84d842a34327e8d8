import { timesOf, type ConditionWords, type GrantWords, type Phrases } from './phrases.ts';
import { benefitInWords, KINDS, OUTCOMES, PARTS, REASONS } from './words-en.ts';

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
  const { kind, name, op, line, value, margin } = words;
  if (op === 'completed') return `training “${name}” is ${value === 'true' ? '' : 'not '}completed`;
  if (op === 'adopted') return `tool “${name}” is ${value === 'true' ? '' : 'not '}in use`;
  if (kind === 'flag') return `flag “${name}” is ${value ?? 'unknown'}, asked for is ${line}`;
  const asked = `asked for is ${COMPARED[op] ?? op} ${line}`;
  const subject =
    kind === 'survey' ? `the answer to survey question “${name}”` : kind === 'tier' ? 'the tier' : name;
  if (value === null && kind === 'survey') return `survey question “${name}” is not answered; ${asked}`;
  if (value === null) return `${subject} is not assessed (too little data); ${asked}`;
  return `${subject} is ${value}, ${asked}${distance(margin)}`;
}

function distance(margin: number | null): string {
  if (margin === null) return '';
  return margin < 0 ? `, ${-margin} short` : `, margin ${margin}`;
}

function wish(words: ConditionWords): string {
  const { kind, name, op, line, value, margin, verdict } = words;
  if (verdict === 'true') return `${words.id} must no longer hold (${statement(words)})`;
  if (op === 'completed') return `Complete training “${name}”`;
  if (op === 'adopted') return `Start using tool “${name}”`;
  if (kind === 'survey') return `Answer survey question “${name}” with ${COMPARED[op] ?? op} “${line}”`;
  if (kind === 'tier') return `Reach tier “${line}”${value === null ? ' (there is no score yet)' : ''}`;
  if (kind === 'flag') return `Flag “${name}” must become ${line}`;
  if (value === null)
    return `Bring ${name} to ${COMPARED[op] ?? op} ${line}; there is not enough data yet to assess it`;
  const missing = margin !== null && margin < 0 ? `, a change of ${-margin}` : '';
  return `Bring ${name} from ${value} to ${COMPARED[op] ?? op} ${line}${missing}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
