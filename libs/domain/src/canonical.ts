// RFC 8785 for the values the domain allows. Floats never reach a record, so the hard half of the RFC
// (number formatting) reduces to refusing them; what is left is the order of keys.

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON text (RFC 8785). Undefined members are left out; a non-integer or a lone surrogate throws. Nearly
 * everything is made in order already, and then `JSON.stringify` writes the same text several times faster.
 */
export function canonicalJson(value: Json): string {
  if (isScalar(value)) return ofScalar(value);
  if (!isInOrder(value)) return inOrder(value);
  const text = JSON.stringify(value);
  // Perhaps a lone surrogate, which RFC 8785 has no text for; perhaps only a backslash and these letters.
  return text.includes('\\ud') ? inOrder(value) : text;
}

/** Whether the members of every object stand in the order of their keys, and every number is a safe integer. */
function isInOrder(value: Json): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  if (isList(value)) return value.every(isInOrder);
  let before = '';
  for (const key in value) {
    const member = value[key];
    if (key < before || (member !== undefined && !isInOrder(member))) return false;
    before = key;
  }
  return true;
}

type Scalar = null | boolean | number | string;

/** Asked by what it is: a value that is no JSON is none either. */
function isScalar(value: Json): value is Scalar {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

function ofScalar(value: Scalar): string {
  if (typeof value === 'string') return canonicalText(value);
  return typeof value === 'number' ? canonicalNumber(value) : String(value);
}

function inOrder(value: Json): string {
  if (isScalar(value)) return ofScalar(value);
  if (isList(value)) return `[${value.map(inOrder).join(',')}]`;
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalText(key)}:${inOrder(member)}`;
  }
  return `{${text}}`;
}

/** A number; only a safe integer has a text here. */
export function canonicalNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`not a safe integer: ${value}`);
  return value === 0 ? '0' : String(value);
}

/** Printable ASCII without quote and backslash: nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** A string. RFC 8785 has no text for a lone surrogate; only where one is escaped does the slow look happen. */
export function canonicalText(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  const text = JSON.stringify(value);
  if (text.includes('\\ud') && LONE_SURROGATE.test(value)) throw new Error(`lone surrogate in ${text}`);
  return text;
}

/** UTF-16 code unit order: RFC 8785's order of keys, and byte order for ASCII merchant ids. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
