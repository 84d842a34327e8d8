/** A JSON Schema of the 2020-12 draft. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** A definition of policy.schema.json. */
export function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

/** The same thing with words of its own: where it stands says more than what it is. */
export function of(schema: Schema | string, description: string, more: Schema = {}): Schema {
  return { ...(typeof schema === 'string' ? ref(schema) : schema), description, ...more };
}

/** A mapping with these keys and no others; those whose name ends in `?` may be left out. */
export function mapping(fields: Readonly<Record<string, Schema>>, more: Schema = {}): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    ...more,
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), fields[name]!])),
    required: names.filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

/** A list of at least one. */
export function listOf(items: Schema | string, description: string, more: Schema = {}): Schema {
  const each = typeof items === 'string' ? ref(items) : items;
  return { type: 'array', items: each, minItems: 1, description, ...more };
}

export function choice(values: readonly string[], description: string, more: Schema = {}): Schema {
  return { enum: values, description, ...more };
}

export function whole(minimum: number, maximum: number, description: string, more: Schema = {}): Schema {
  return { type: 'integer', minimum, maximum, description, ...more };
}
