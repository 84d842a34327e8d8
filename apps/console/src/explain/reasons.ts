import type { ConditionEvidence, Decision } from '#domain/outputs';
import type { Json } from '#domain/canonical';
import { parseInstance } from '#domain/policy/account-instance';
import { formatInstant, parseInstant } from '#domain/time';
import type { ConditionWords, Phrases } from './phrases.ts';

/** What ids are called in a language; what it does not know it answers with the id itself. */
export interface Naming {
  programme(id: string): string;
  metric(id: string): string;
  tier(id: string): string;
  /** Of an account, not of its instances. */
  account(id: string): string;
  /** A value of a metric in its unit: `85%`, `4.60`, `1000.00 CNY`. */
  quantity(metric: string, value: number): string;
}

/** Ids as they are: for bundles that nobody has read. */
export const BARE_IDS: Naming = {
  programme: (id) => id,
  metric: (id) => id,
  tier: (id) => id,
  account: (id) => id,
  quantity: (_metric, value) => String(value),
};

/** What the argument of a code is an id of, where it has a name. */
const ARGUMENTS: { readonly [code: string]: 'programme' | 'account' | 'metric' } = {
  exclusive: 'programme',
  'too-little': 'metric',
  'stopped:programme': 'programme',
  'stopped:account': 'account',
};

/** A reason as the allocator wrote it: `cool-down`, `stage:second`, `stopped:account:growth`. */
export interface ReasonParts {
  readonly code: string;
  /** What stands behind the code; '' where nothing does. */
  readonly argument: string;
}

/** Null for a code that has no words. */
export function partsOfReason(reason: string, { reasons }: Phrases): ReasonParts | null {
  if (Object.hasOwn(reasons, reason)) return { code: reason, argument: '' };
  const codes = Object.keys(reasons).filter((code) => reason.startsWith(`${code}:`));
  const code = codes.sort((a, b) => b.length - a.length)[0];
  return code === undefined ? null : { code, argument: reason.slice(code.length + 1) };
}

/** A reason that is no condition; a code that nobody has words for is told as it is, not hidden. */
export function reasonInWords(
  reason: string,
  { budget }: Pick<Decision, 'budget'>,
  say: Phrases,
  naming: Naming,
): string {
  const parts = partsOfReason(reason, say);
  if (parts === null) return reason;
  const { code, argument } = parts;
  const kind = ARGUMENTS[code];
  return say.reasons[code]!({
    argument: kind === undefined ? argument : naming[kind](argument),
    account: budget === null ? null : instanceInWords(budget.account, say, naming),
    refillsAt: budget?.refillsAt === undefined ? null : readable(budget.refillsAt),
  });
}

/** Reasons that are not conditions of the decision. */
export function reasonCodes(decision: Decision): readonly string[] {
  const conditions = new Set(decision.conditions.map((condition) => condition.id));
  return decision.reasons.filter((reason) => !conditions.has(reason));
}

export function instanceInWords(instance: string, say: Phrases, naming: Naming): string {
  const { account, of, from } = parseInstance(instance);
  return say.account(naming.account(account), of, from);
}

export function conditionInWords(
  condition: ConditionEvidence,
  isFailing: boolean,
  naming: Naming,
): ConditionWords {
  const [kind = '', ...rest] = condition.what.split(':');
  const id = rest.join(':');
  const text = (value: Json): string => {
    if (typeof value === 'number' && kind === 'metric') return naming.quantity(id, value);
    if (Array.isArray(value)) return value.join(', ');
    if (typeof value !== 'string') return JSON.stringify(value);
    return kind === 'tier' ? naming.tier(value) : value;
  };
  return {
    id: condition.id,
    kind,
    name: kind === 'metric' ? naming.metric(id) : id,
    op: condition.op,
    line: condition.line === null ? '—' : text(condition.line),
    value: condition.value === null ? null : text(condition.value),
    margin: condition.margin,
    distance: condition.margin === null ? '' : text(Math.abs(condition.margin)),
    verdict: condition.verdict,
    isFailing,
  };
}

/** `2026-11-11 08:00:00 UTC`: seconds are what people read; the record keeps the milliseconds. */
export function readable(instant: string): string {
  return `${formatInstant(parseInstant(instant)).slice(0, 19).replace('T', ' ')} UTC`;
}
