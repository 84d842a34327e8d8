import { CONDITIONS } from './conditions.ts';
import { LADDERS } from './ladders.ts';
import { METRICS } from './metrics.ts';
import { ACCOUNTS, PROGRAMMES } from './programmes.ts';
import { listOf, mapping, of, ref, type Schema } from './schema.ts';
import { NOTES, VALUES } from './values.ts';
import { VECTORS } from './vectors.ts';
import { WINDOWS } from './windows.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
/** Where all definitions are; the other files only lead to them. */
export const POLICY_SCHEMA = 'policy.schema.json';

const list = (each: string, description: string): Schema => ({ ...listOf(each, description), minItems: 0 });

const THINGS: Readonly<Record<string, Schema>> = {
  metrics: list('metric', 'What is measured. Scores are metrics, too.'),
  ladders: list('ladder', 'Tiers.'),
  calendars: list('calendar', 'Instants and periods.'),
  accounts: list('account', 'Budgets.'),
  programmes: list('programme', 'Who is given what, the first one first.'),
  capacity: ref('capacity'),
};

const optional = (fields: Readonly<Record<string, Schema>>): Record<string, Schema> =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [`${name}?`, schema]));

const currency: Schema = {
  type: 'string',
  pattern: '^[A-Z]{3}$',
  description: 'ISO 4217.',
  examples: ['CNY'],
};

const DOCUMENTS: Readonly<Record<string, Schema>> = {
  bundle: mapping(
    {
      bundle: of('id', 'What the bundle is called.'),
      names: ref('names'),
      currency,
      'mainLadder?': of('id', 'The ladder that is meant where none is named; left out: the first.'),
      'packs?': {
        type: 'array',
        items: mapping({
          pack: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
            description: 'The path of its folder, from this file on.',
            examples: ['../kuaishou'],
          },
          'hash?': {
            type: 'string',
            pattern: '^[0-9a-f]{64}$',
            description: 'The content that is meant; `updraft policy pin` writes it.',
          },
        }),
        description: 'Packs whose things belong to the bundle, in this order.',
      },
      ...optional(THINGS),
      ...NOTES,
    },
    { description: 'Everything that one market lives by.' },
  ),
  pack: mapping(
    {
      pack: of('id', 'What the pack is called.'),
      names: ref('names'),
      description: {
        type: 'object',
        properties: { en: { type: 'string', description: 'English' } },
        required: ['en'],
        additionalProperties: { type: 'string', minLength: 1, maxLength: 4_000 },
        description: 'What it is for, by language; en must be there.',
      },
      version: of('id', 'Of the content, for people; quote it if it is a number.'),
      'currency?': of(currency, 'Only for trying the pack by itself.'),
      ...optional(THINGS),
      ...NOTES,
    },
    { description: 'The head of a pack: a folder of files that belong together.' },
  ),
  parts: mapping(optional(THINGS), { description: 'Things of several kinds, of a pack.', minProperties: 1 }),
  vectors: mapping(
    { vectors: listOf('vector', 'Vectors: data that says what a policy must come to.') },
    { description: 'Test vectors beside a pack or a bundle; not part of what is published.' },
  ),
};

/** The schemas by the name of their file. */
export function schemas(): ReadonlyMap<string, Schema> {
  const kinds = Object.entries(THINGS).map(([name, thing]) => [
    name,
    mapping({ [name]: thing }, { description: `A file of a pack with its ${name}.` }),
  ]);
  const documents: Readonly<Record<string, Schema>> = { ...DOCUMENTS, ...Object.fromEntries(kinds) };
  const $defs = {
    ...VALUES,
    ...WINDOWS,
    ...METRICS,
    ...CONDITIONS,
    ...LADDERS,
    ...ACCOUNTS,
    ...PROGRAMMES,
    ...VECTORS,
    ...Object.fromEntries(Object.entries(documents).map(([name, schema]) => [`${name}File`, schema])),
  };
  const title = 'The policy language, format 3';
  return new Map<string, Schema>([
    [POLICY_SCHEMA, { $schema: DRAFT, title, description: 'All definitions.', $defs }],
    ...Object.keys(documents).map(
      (name) =>
        [
          `${name}.schema.json`,
          { $schema: DRAFT, title: `${title}: ${name}`, $ref: `${POLICY_SCHEMA}#/$defs/${name}File` },
        ] as const,
    ),
  ]);
}
