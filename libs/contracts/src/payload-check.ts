import { Ajv, type ValidateFunction } from 'ajv';
import { validateSync } from 'class-validator';
import type { MerchantEventType } from '#domain/events';
import { CATALOGUE } from './catalogue.ts';
import { isInstant } from './instant.ts';
import { pointer, ProblemList } from './problem-list.ts';
import { schemaOf } from './schema.ts';

// Whether `data` is what its type says. The compiled schema says yes forty times as fast as the class it was
// generated from, and nearly every event is valid; the class is asked only to explain a no.

/** What the door does with a payload of one type. */
export interface PayloadCheck {
  readonly accepts: (data: unknown) => boolean;
  /** Fields that hold instants and are brought into the one form. */
  readonly instants: readonly string[];
  /** Fields that hold a buyer's identity. */
  readonly identities: readonly string[];
}

export const DEPTH_MAX = 8;
const IDENTITY_FIELDS: readonly string[] = ['buyer'];
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** NUL or half a surrogate pair. */
const BAD_CHARACTER = /[\u0000\uD800-\uDFFF]/u;

const ajv = new Ajv({ formats: { 'date-time': isInstant } });

const made = new Map<MerchantEventType, PayloadCheck>();

/** Compiled when a type comes for the first time: all of them at once would take every process half a second. */
export function payloadCheckOf(type: MerchantEventType): PayloadCheck {
  let check = made.get(type);
  if (check === undefined) made.set(type, (check = makeCheck(type)));
  return check;
}

function makeCheck(type: MerchantEventType): PayloadCheck {
  const schema = schemaOf(type);
  const accepts: ValidateFunction = ajv.compile(schema);
  const fields = Object.entries(schema.properties ?? {});
  return {
    accepts: (data) => accepts(data) as boolean,
    instants: fields.filter(([, field]) => field.format === 'date-time').map(([name]) => name),
    identities: fields.map(([name]) => name).filter((name) => IDENTITY_FIELDS.includes(name)),
  };
}

export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN_KEYS.has(key);
}

/** Says what is wrong with a payload that was not accepted: at least one problem, always. */
export function explainPayload(type: MerchantEventType, data: object, problems: ProblemList): void {
  const inValues = new ProblemList();
  const isSafe = explainValues(data, '/data', 1, inValues);
  // A key such as `constructor` would lead class-validator to rules of its own choosing.
  if (isSafe) explainFields(type, data, problems);
  problems.addMissing(inValues);
  if (problems.isEmpty()) problems.add('/data', data, `must satisfy the schema of ${type}`);
}

function explainFields(type: MerchantEventType, data: object, problems: ProblemList): void {
  const payload = Object.assign(new CATALOGUE[type].payload() as object, data);
  const errors = validateSync(payload, { whitelist: true, forbidNonWhitelisted: true });
  for (const error of errors) {
    const field = pointer('/data', error.property);
    const constraints = error.constraints ?? {};
    const rules = new Set(Object.keys(constraints).map((name) => ruleOf(type, name, constraints[name]!)));
    problems.add(field, error.value, [...rules].join('; '));
  }
  problems.addMissing(inheritedNames(type, data));
}

/** Unknown keys called like what every object has, such as `toString`: class-validator takes them for known ones. */
function inheritedNames(type: MerchantEventType, data: object): ProblemList {
  const found = new ProblemList();
  for (const [name, value] of Object.entries(data)) {
    if (name in Object.prototype) found.add(pointer('/data', name), value, unknownRule(type));
  }
  return found;
}

function unknownRule(type: MerchantEventType): string {
  return `is not a property of ${type}`;
}

function ruleOf(type: MerchantEventType, constraint: string, message: string): string {
  return constraint === 'whitelistValidation' ? unknownRule(type) : message;
}

/** Rules for values wherever they stand. False when the payload must not be looked at any further. */
function explainValues(value: unknown, field: string, depth: number, problems: ProblemList): boolean {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    problems.add(field, value, `must be an integer within ±${Number.MAX_SAFE_INTEGER}`);
  }
  if (typeof value === 'string' && BAD_CHARACTER.test(value)) {
    problems.add(field, value, 'must not contain NUL or lone surrogates');
  }
  if (value === null || typeof value !== 'object') return true;
  if (depth > DEPTH_MAX) {
    problems.add(field, value, `must not be nested deeper than ${DEPTH_MAX} levels`);
    return false;
  }
  let isSafe = true;
  for (const key of Object.keys(value)) {
    const at = pointer(field, key);
    const member = Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
    if (isForbiddenKey(key)) {
      problems.add(at, member, 'is a forbidden key');
      isSafe = false;
    } else if (BAD_CHARACTER.test(key)) {
      problems.add(at, member, 'is a key with NUL or lone surrogates');
    } else {
      isSafe = explainValues(member, at, depth + 1, problems) && isSafe;
    }
  }
  return isSafe;
}
