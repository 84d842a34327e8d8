import { INSTANT_RULE, normaliseInstant } from '#contracts/instant';
import { badRequest, type FieldProblem } from './refusal.ts';

/** How one query parameter is read: `parse` answers undefined for what breaks the rule. */
export interface QueryRule<T> {
  readonly rule: string;
  parse(text: string): T | undefined;
}

export type QueryRules = { readonly [name: string]: QueryRule<unknown> };
export type Query<Rules extends QueryRules> = {
  readonly [Name in keyof Rules]?: Rules[Name] extends QueryRule<infer T> ? T : never;
};

const SHOWN_CHARS_MAX = 64;

/** Reads query parameters by their rules; everything wrong is told at once, unknown names included. */
export function readQuery<Rules extends QueryRules>(raw: unknown, rules: Rules): Query<Rules> {
  const errors: FieldProblem[] = [];
  const query: Record<string, unknown> = {};
  for (const [field, value] of Object.entries((raw ?? {}) as Record<string, unknown>)) {
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (rule === undefined) {
      errors.push({
        field,
        value: shown(value),
        rule: `known parameters are ${Object.keys(rules).join(', ')}`,
      });
      continue;
    }
    const parsed = typeof value === 'string' ? rule.parse(value) : undefined;
    if (parsed === undefined) errors.push({ field, value: shown(value), rule: rule.rule });
    else query[field] = parsed;
  }
  if (errors.length > 0) throw badRequest(errors);
  return query as Query<Rules>;
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}

export const LIMIT_DEFAULT = 50;
export const LIMIT_MAX = 200;

export const limit: QueryRule<number> = {
  rule: `must be a whole number from 1 to ${LIMIT_MAX}`,
  parse: (text) => {
    const n = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    return n >= 1 && n <= LIMIT_MAX ? n : undefined;
  },
};

export const merchantId: QueryRule<string> = {
  rule: 'must be a merchant id: 1 to 128 of A-Z a-z 0-9 . _ : -',
  parse: (text) => (/^[A-Za-z0-9._:-]{1,128}$/.test(text) ? text : undefined),
};

/** An account, `growth`, or one of its instances, `growth@2026-11-01` or `relief~entity-91@2026-09-01`. */
export const account: QueryRule<string> = {
  rule: 'must be an account or an instance of one, such as growth, growth@2026-11-01 or relief~entity-91@2026-09-01',
  parse: (text) =>
    /^[A-Za-z0-9._:-]{1,128}(?:~[A-Za-z0-9._:-]{1,128})?(?:@\d{4}-\d{2}-\d{2})?$/.test(text)
      ? text
      : undefined,
};

/** Milliseconds UTC. */
export const instant: QueryRule<number> = {
  rule: INSTANT_RULE,
  parse: (text) => {
    const normal = normaliseInstant(text);
    return normal === null ? undefined : Date.parse(normal);
  },
};

export const name: QueryRule<string> = {
  rule: 'must be an id: 1 to 128 of A-Z a-z 0-9 . _ : / -',
  parse: (text) => (/^[A-Za-z0-9._:/-]{1,128}$/.test(text) ? text : undefined),
};

export function oneOf(...values: readonly string[]): QueryRule<string> {
  return {
    rule: `must be one of ${values.join(', ')}`,
    parse: (text) => (values.includes(text) ? text : undefined),
  };
}

/** `no-score` asks for merchants without a tier. */
export const tier: QueryRule<string | null> = {
  rule: 'must be a tier id, or no-score',
  parse: (text) => (text === 'no-score' ? null : name.parse(text)),
};

export interface TimeCursor {
  readonly atMs: number;
  readonly position: string;
}

/** `next` of the page before: log time and dashed position of its last row. */
export const timeCursor: QueryRule<TimeCursor> = {
  rule: 'must be the `next` of an earlier page',
  parse: (text) => {
    const match = /^(\d{1,15})_(\d+(?:-\d+)+)$/.exec(text);
    const position = match === null ? null : positionOf(match[2]!);
    return match === null || position === null ? undefined : { atMs: Number(match[1]), position };
  },
};

export function formatTimeCursor(row: TimeCursor): string {
  return `${row.atMs}_${row.position.replaceAll('/', '-')}`;
}

/** A position as `3/18842/0/1` or `3-18842-0-1`; null for anything else. */
export function positionOf(text: string): string | null {
  return /^\d{1,9}([/-])\d{1,15}(?:\1\d{1,9}){0,6}$/.test(text) ? text.replaceAll('-', '/') : null;
}

/** An id in the path that must follow a rule. */
export function readId<T>(text: string, rule: QueryRule<T>): T {
  const parsed = rule.parse(text);
  if (parsed === undefined) throw badRequest([{ field: 'id', value: shown(text), rule: rule.rule }]);
  return parsed;
}

/** A page of what was found, one more than asked for, and the cursor of the next one. */
export function pageOf<Row>(
  found: readonly Row[],
  size: number,
  cursorOf: (last: Row) => string,
): { readonly page: readonly Row[]; readonly next: string | null } {
  const page = found.slice(0, size);
  return { page, next: found.length > size ? cursorOf(page.at(-1)!) : null };
}
