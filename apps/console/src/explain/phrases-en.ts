import type { AccountBalance, GrantKind, Outcome } from '#domain/outputs';
import type { ConditionWords, Phrases, ReasonWords } from './phrases.ts';

const OUTCOMES: { readonly [outcome in Outcome]: string } = {
  issue: 'issued a grant to',
  withhold: 'withheld a grant from',
  renew: 'renewed the grant of',
  shrink: 'shrank the grant of',
  grow: 'enlarged the grant of',
  revoke: 'revoked the grant of',
  expire: 'ended, at its time, the grant of',
  correct: 'corrected its decision about',
};

const KINDS: { readonly [kind in GrantKind]: string } = {
  traffic: 'traffic boost',
  tool: 'tool',
  service: 'service',
  'value-added': 'value-added benefit',
};

const REASONS: ReasonWords = {
  'unknown-merchant': 'the merchant is not registered',
  'merchant-closed': 'the merchant is closed',
  'cool-down': 'the cool-down after its last grant is not over',
  'openings-used': 'it has used all its openings in this programme',
  'no-headroom': 'it can carry no more orders than it already has',
  'merchant-cap': 'it has reached the most that one merchant may get',
  'budget-dry': 'the budget has too little left',
  'headroom-below-grant': 'its headroom fell below what the grant brings',
  'duration-over': 'the grant reached its end',
  'used-up': 'the grant is used up',
};

const PARTS: { readonly [part in keyof AccountBalance]: string } = {
  leasedIn: 'leased in',
  free: 'free',
  held: 'held',
  settling: 'settling',
  spent: 'spent',
  returned: 'returned',
  overrun: 'overrun',
};

const COMPARED: { readonly [op: string]: string } = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
  '=': 'exactly',
  '!=': 'anything but',
};

export const ENGLISH: Phrases = {
  decided: (at, programme, outcome, merchant) =>
    `At ${at}, programme “${programme}” ${OUTCOMES[outcome]} merchant ${merchant ?? '(none)'}.`,
  grant: (kind, size, maximum, id, from, until) =>
    `Grant ${id} is a ${KINDS[kind]} of ${size} (at most ${maximum}), valid from ${from} to ${until}.`,
  cause: (eventId, type, position) => `What caused it: ${type} event ${eventId}, at position ${position}.`,
  tier: (tier) =>
    tier === null
      ? 'The merchant had no score yet, so no tier.'
      : `The merchant's published tier was “${tier}”.`,
  reason: (code) => `Reason: ${REASONS[code] ?? code}.`,
  noReason: () => 'No condition failed.',
  condition: (words) => `${mark(words)} ${words.id}: ${statement(words)}.`,
  capacity: (headroom, open, overdue) =>
    `It could carry ${count(headroom, 'more order')} a day; ${count(open, 'order')} open, ${overdue} of them overdue.`,
  budget: (account, unit, changes) =>
    changes.length === 0
      ? `Budget “${account}” (${unit}) did not change.`
      : `Budget “${account}” (${unit}): ${changes
          .map((change) => `${PARTS[change.part]} ${change.before} → ${change.after}`)
          .join(', ')}.`,
  change: (words) => `${wish(words)}.`,
  waitFor: (code) => `Now in the way: ${REASONS[code] ?? code}.`,
};

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
