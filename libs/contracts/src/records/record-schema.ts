import type { JsonSchema } from '../schema.ts';

// Small words to write the schemas of our own records in. Records that we write are described and checked by
// tests; only what strangers send is validated record by record.

/** A type of record that Updraft writes: its data's schema, an example and one sentence. */
export interface RecordContract<Payload> {
  readonly schema: JsonSchema;
  readonly example: Payload;
  readonly description: string;
}

export const text: JsonSchema = { type: 'string' };
export const flag: JsonSchema = { type: 'boolean' };
export const count: JsonSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const integer: JsonSchema = { type: 'integer' };
export const hash: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const position: JsonSchema = { type: 'string', pattern: '^\\d+(/\\d+)+$' };
export const instant: JsonSchema = { type: 'string', format: 'date-time' };
/** Any JSON. */
export const anything: JsonSchema = {};

export const oneOf = (...values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });
export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const mapOf = (members: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: members });
export const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

/** An object with exactly these members; those named in `optional` may be absent. */
export function object(
  properties: { readonly [name: string]: JsonSchema },
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}
