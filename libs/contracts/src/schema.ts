import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { MerchantEventType } from '#domain/events';
import { CATALOGUE } from './catalogue.ts';
import { RULE_SCHEMAS } from './events/payload-rules.ts';

/** The part of JSON Schema (draft 7) that our schemas use. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly anyOf?: readonly JsonSchema[];
}

type GeneratorOptions = NonNullable<Parameters<typeof targetConstructorToSchema>[1]>;

export const DIALECT = 'http://json-schema.org/draft-07/schema#';

// The generator's own type of schema is that of OpenAPI 3.0, which lacks `propertyNames`.
const additionalConverters = RULE_SCHEMAS as object as NonNullable<GeneratorOptions['additionalConverters']>;
const made = new Map<MerchantEventType, JsonSchema>();

/** The schema of `data` of an event type, generated from its payload class. */
export function schemaOf(type: MerchantEventType): JsonSchema {
  let schema = made.get(type);
  if (schema === undefined) {
    const { payload, description } = CATALOGUE[type];
    const generated = targetConstructorToSchema(payload, { additionalConverters }) as JsonSchema;
    // The generator knows nothing of the refusal of unknown properties, which validation at the door has on.
    schema = { $schema: DIALECT, title: type, description, ...generated, additionalProperties: false };
    made.set(type, schema);
  }
  return schema;
}
