import type { Json } from '../../canonical.ts';
import type { Bundle } from '../bundle.ts';
import type { Metric } from '../formula.ts';
import type { KnownWorld } from './known-world.ts';
import { RULES, type RuleId } from './rule.ts';
import type { AdviceSeverity } from './rule-kind.ts';

/** One thing that is wrong with a policy, or worth knowing. */
export interface Advice {
  readonly severity: AdviceSeverity;
  readonly rule: RuleId;
  /** Place in the bundle; what has an id is named by it: `/programmes/welcome/who/all/0`. */
  readonly field: string;
  readonly value: string;
  readonly says: string;
  readonly repair: string;
}

/** What is looked into, with what was found out about it so far. */
export interface Inquiry {
  readonly bundle: Bundle;
  readonly world: KnownWorld;
  readonly metrics: ReadonlyMap<string, Metric>;
  advise(rule: RuleId, field: string, value: Json, says: string): void;
}

export function adviceOf(rule: RuleId, field: string, value: Json, says: string): Advice {
  const { severity, repair } = RULES[rule];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { severity, rule, field, value: text.length > 80 ? `${text.slice(0, 77)}...` : text, says, repair };
}

/** The same place as a JSON pointer into a source, where lists have places; what is not there keeps its name. */
export function pointerInto(source: unknown, field: string): string {
  let at: unknown = source;
  const found = field
    .split('/')
    .slice(1)
    .map((segment) => {
      let key: string | number = segment;
      if (Array.isArray(at)) {
        const place = at.findIndex((each) => (each as { readonly id?: unknown } | null)?.id === segment);
        key = place < 0 ? Number(segment) : place;
      }
      at = (at as Readonly<Record<string | number, unknown>> | null | undefined)?.[key];
      return String(key);
    });
  return found.map((key) => `/${key}`).join('');
}
