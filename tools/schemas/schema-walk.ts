import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Schema } from './schema.ts';

// For specs: which keys a schema allows at a place of a document, and which of its parts documents make use of.

export interface Mapping {
  /** As findings name it. */
  readonly pointer: string;
  readonly path: readonly (string | number)[];
}

/** Every mapping within a document, the outermost first. */
export function mappingsOf(value: unknown, path: readonly (string | number)[] = []): Mapping[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Array.isArray(value)
    ? value.flatMap((each, i) => mappingsOf(each, [...path, i]))
    : Object.entries(value).flatMap(([key, each]) => mappingsOf(each, [...path, key]));
  const pointer = path.map((key) => `/${key}`).join('');
  return Array.isArray(value) ? inner : [{ pointer, path }, ...inner];
}

interface Node {
  /** Where in the definitions it stands, without references: the name of the part. */
  readonly label: string;
  readonly schema: Schema;
}

export interface SchemaWalk {
  /** Keys that the schema allows at the mapping, in order; null where it allows any. */
  keysAt(at: Mapping): string[] | null;
  /** The part of the schema that the mapping is an example of, by name. */
  partAt(at: Mapping): string;
  /** All parts for mappings with keys of their own. */
  allParts(): string[];
}

export function walkOf(
  definitions: Readonly<Record<string, Schema>>,
  name: string,
  document: unknown,
): SchemaWalk {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $defs: definitions }, 'definitions');
  const root: Node = { label: name, schema: definitions[name]! };
  const compiled = new Map<Schema, ValidateFunction>();
  /** Compiled once: a form is met again at every mapping. */
  const isValid = (schema: Schema, value: unknown): boolean => {
    const known = compiled.get(schema);
    if (known !== undefined) return known(value);
    const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"definitions#/$defs/');
    const validate = ajv.compile(JSON.parse(text) as Schema);
    compiled.set(schema, validate);
    return validate(value);
  };

  /** The schema itself behind references, and of several forms the one that the value has. */
  const settle = (node: Node, value: unknown): Node => {
    const { schema, label } = node;
    const target = referred(schema);
    if (target !== null) return settle({ label: target, schema: definitions[target]! }, value);
    const forms = formsOf(schema);
    const place = forms.findIndex((form) => isValid(form, value));
    return place < 0 ? node : settle({ label: `${label}/${place}`, schema: forms[place]! }, value);
  };
  const nodeAt = ({ path }: Mapping): Node => {
    let node = settle(root, document);
    let value = document;
    for (const key of path) {
      value = (value as Record<string | number, unknown>)[key];
      const {
        properties = {},
        additionalProperties,
        items,
      } = node.schema as Record<string, Schema | undefined>;
      const isNamed = typeof key === 'string' && Object.hasOwn(properties, key);
      const next =
        typeof key === 'number' ? items : isNamed ? (properties[key] as Schema) : additionalProperties;
      if (typeof next !== 'object') return { label: `${node.label}/${key}`, schema: {} };
      const step = typeof key === 'number' ? '/each' : isNamed ? `/${key}` : '';
      node = settle({ label: `${node.label}${step}`, schema: next }, value);
    }
    return node;
  };
  return {
    keysAt(at) {
      const { schema } = nodeAt(at);
      return isClosed(schema) ? Object.keys(schema['properties'] as object).sort() : null;
    },
    partAt: (at) => nodeAt(at).label,
    allParts: () => [...partsBelow(definitions, root, new Set())],
  };
}

function partsBelow(
  definitions: Readonly<Record<string, Schema>>,
  { label, schema }: Node,
  seen: Set<string>,
): Set<string> {
  const parts = new Set<string>();
  const visit = (node: Node): void => {
    for (const part of partsBelow(definitions, node, seen)) parts.add(part);
  };
  const target = referred(schema);
  if (target !== null) {
    if (!seen.has(target)) {
      seen.add(target);
      visit({ label: target, schema: definitions[target]! });
    }
    return parts;
  }
  for (const [i, form] of formsOf(schema).entries()) visit({ label: `${label}/${i}`, schema: form });
  const { properties = {}, items, additionalProperties } = schema as Record<string, Schema | undefined>;
  if (isClosed(schema)) parts.add(label);
  for (const [key, each] of Object.entries(properties)) {
    visit({ label: `${label}/${key}`, schema: each as Schema });
  }
  if (typeof items === 'object') visit({ label: `${label}/each`, schema: items });
  if (typeof additionalProperties === 'object') visit({ label, schema: additionalProperties });
  return parts;
}

function referred({ $ref }: Schema): string | null {
  return typeof $ref === 'string' ? $ref.replace('#/$defs/', '') : null;
}

/** The forms that a thing may have; `anyOf` beside properties says something else. */
function formsOf({ oneOf, anyOf, properties }: Schema): readonly Schema[] {
  return (oneOf ?? (properties === undefined ? anyOf : undefined) ?? []) as readonly Schema[];
}

function isClosed({ properties, additionalProperties }: Schema): boolean {
  return properties !== undefined && additionalProperties === false;
}
