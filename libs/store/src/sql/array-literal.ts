// Arrays for `unnest`, written as PostgreSQL's array text. pg's own conversion of a JavaScript array costs several
// times as much for thousands of elements.

export function numberArray(values: readonly (number | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : String(value))).join(',')}}`;
}

export function booleanArray(values: readonly boolean[]): string {
  return `{${values.map((value) => (value ? 't' : 'f')).join(',')}}`;
}

export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quoted(value))).join(',')}}`;
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
