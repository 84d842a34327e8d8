import type { Decision } from '#domain/outputs';
import type { Bundle } from '#domain/policy/bundle';
import { namingOf } from '#apps/console/src/bundle-shelf';
import { ENGLISH } from '#apps/console/src/explain/phrases-en';
import { BARE_IDS, conditionInWords, reasonInWords, type Naming } from '#apps/console/src/explain/reasons';
import type { ConditionWords } from '#apps/console/src/explain/phrases';

// What reasons mean, for who has not read the policy: of a condition what it asks, of a code what it says. Learnt from
// the decisions that give them.

export interface Reasons {
  note(decision: Pick<Decision, 'reasons' | 'conditions' | 'budget'>, bundle: Bundle | null): void;
  /** Of a reason that was noted. */
  inWords(reason: string): string;
}

const SIGNS: { readonly [op: string]: string } = { '>=': '≥', '<=': '≤', '!=': '≠' };

export function createReasons(): Reasons {
  const words = new Map<string, string>();
  return {
    note(decision, bundle) {
      const fresh = decision.reasons.filter((reason) => !words.has(reason));
      if (fresh.length === 0) return;
      const naming = bundle === null ? BARE_IDS : namingOf(bundle, 'en');
      for (const reason of fresh) words.set(reason, meaningOf(reason, decision, naming));
    },
    inWords: (reason) => words.get(reason) ?? reason,
  };
}

function meaningOf(
  reason: string,
  decision: Pick<Decision, 'conditions' | 'budget'>,
  naming: Naming,
): string {
  const condition = decision.conditions.find(({ id }) => id === reason);
  if (condition !== undefined) return askedIn(conditionInWords(condition, true, naming));
  return reasonInWords(reason, { budget: null }, ENGLISH, naming);
}

/** `Dispatched on time < 70%`, `survey question wants_traffic ≠ no`, `certification “group-leader”`. */
function askedIn({ kind, name, op, line }: ConditionWords): string {
  if (op === 'completed' || op === 'adopted') return `${kind} “${name}”`;
  if (['enrolled', 'exam', 'certification', 'violation', 'during'].includes(kind)) return `${kind} “${name}”`;
  if (op === 'assessed') return `${name} is known`;
  if (op === 'in') return `${kind}: ${line}`;
  const subject = kind === 'survey' ? `survey question “${name}”` : kind === 'tier' ? 'tier' : name;
  return `${subject} ${SIGNS[op] ?? op} ${line}`;
}
