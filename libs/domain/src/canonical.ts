// RFC 8785 for the values the domain allows. Floats never reach a record, so the hard half of the RFC
// (number formatting) reduces to refusing them; what is left is the order of keys.

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Canonical JSON text (RFC 8785). Undefined members are left out; a non-integer or a lone surrogate throws. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error(`not a safe integer: ${value}`);
    return value === 0 ? '0' : String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let text = '';
  for (const key of sortedKeys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalText(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Most objects are made in the order of their keys already. */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  for (let at = 1; at < keys.length; at++) {
    // Without a comparator strings are sorted by code unit.
    if (keys[at]! < keys[at - 1]!) return keys.sort();
  }
  return keys;
}

/** Printable ASCII without quote and backslash: nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** RFC 8785 has no text for a lone surrogate. Only where one is escaped does the slow look happen. */
function canonicalText(value: string): string {
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
