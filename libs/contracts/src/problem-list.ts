/** One thing wrong with what a producer sent: where (JSON pointer), what stands there, and the rule it breaks. */
export interface Problem {
  readonly field: string;
  /** Shortened; safe to print. */
  readonly value: string;
  readonly rule: string;
}

export const PROBLEMS_MAX = 16;
const SHOWN_CHARS_MAX = 64;

/** Collects problems up to a bound: an event with a thousand faults is explained by its first ones. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  add(field: string, value: unknown, rule: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push({ field, value: shown(value), rule });
  }

  /** Takes over the problems of fields that have none here. */
  addMissing(others: ProblemList): void {
    for (const problem of others.all()) {
      if (this.#problems.length < PROBLEMS_MAX && !this.names(problem.field)) this.#problems.push(problem);
    }
  }

  isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  names(field: string): boolean {
    return this.#problems.some((problem) => problem.field === field);
  }

  all(): readonly Problem[] {
    return this.#problems;
  }
}

/** `parent` with one more step, escaped as RFC 6901 has it, and shortened. */
export function pointer(parent: string, key: string): string {
  return `${parent}/${cut(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A value as a refusal shows it: never long, never with control characters, never walked into. */
export function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return `an object of ${Object.keys(value).length}`;
  return `a ${typeof value}`;
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}
