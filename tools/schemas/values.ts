import { UNITS_MAX } from '#domain/policy/reader';
import { FACTS } from '#domain/scoring/fact';
import { listOf, mapping, type Schema } from './schema.ts';

/** What readers take at most where a quantity may be anything. */
const PERCENT = String.raw`^\d{1,6}(\.\d{1,2})?%$`;

function nameIn(description: string): Schema {
  return { type: 'string', minLength: 1, maxLength: 200, description };
}

/** What the fields of the language are made of. */
export const VALUES: Readonly<Record<string, Schema>> = {
  id: {
    type: 'string',
    pattern: '^[A-Za-z0-9._:-]{1,64}$',
    description: 'A name for machines: up to 64 of A-Z a-z 0-9 . _ : -',
  },
  names: {
    type: 'object',
    description: 'Names for people by language; en must be there.',
    properties: {
      en: nameIn('English'),
      zh: nameIn('中文'),
    },
    required: ['en'],
    additionalProperties: { type: 'string', minLength: 1, maxLength: 200 },
    examples: [{ en: 'Orders in 30 days', zh: '近30天订单数' }],
  },
  units: {
    type: 'integer',
    minimum: 0,
    maximum: UNITS_MAX,
    description: 'So many of something: a whole number.',
  },
  someUnits: {
    type: 'integer',
    minimum: 1,
    maximum: UNITS_MAX,
    description: 'So many of something, at least one.',
  },
  duration: {
    anyOf: [{ type: 'string', pattern: String.raw`^\d{1,6}[smhd]$` }, { const: 0 }],
    description: 'A length of time in seconds, minutes, hours or days; 0 for none.',
    examples: ['14d', '12h', '30m', '10s', 0],
  },
  someTime: {
    type: 'string',
    pattern: String.raw`^\d{1,6}[smhd]$`,
    not: { pattern: String.raw`^0+[smhd]$` },
    description: 'A length of time in seconds, minutes, hours or days, not 0.',
    examples: ['14d', '12h', '30m', '10s'],
  },
  days: {
    type: 'string',
    pattern: String.raw`^\d{1,4}d$`,
    not: { pattern: '^0+d$' },
    description: 'Whole days, at least one.',
    examples: ['30d'],
  },
  share: {
    anyOf: [
      { type: 'string', pattern: PERCENT },
      { type: 'integer', minimum: 0 },
    ],
    description: 'A percentage with at most two decimals, or basis points (1/100 of a percent).',
    examples: ['85%', '0.6%'],
  },
  quantity: {
    anyOf: [{ type: 'string', pattern: PERCENT }, { type: 'integer' }],
    description: "A whole number in the metric's unit; a percentage only for rates and scores.",
    examples: [30, '85%'],
  },
  date: {
    type: 'string',
    pattern: String.raw`^\d{4}-\d{2}-\d{2}$`,
    description: 'A day of the market zone.',
    examples: ['2026-11-11'],
  },
  fact: { enum: FACTS, description: 'A fact of the fixed catalogue; docs/events.md says what feeds it.' },
  factSum: {
    oneOf: [
      { $ref: '#/$defs/fact' },
      {
        type: 'object',
        propertyNames: { $ref: '#/$defs/fact' },
        additionalProperties: { type: 'integer', not: { const: 0 }, minimum: -1_000, maximum: 1_000 },
        minProperties: 1,
      },
    ],
    description: 'A fact, or so many times each of several. A negative sum counts as 0.',
    examples: ['ordersPaid', { stars: 1, starsRemoved: -1 }],
  },
  op: { enum: ['>=', '>', '<=', '<', '=', '!='], description: 'How they are compared; strict as written.' },
  ids: listOf('id', 'Ids.'),
  illustrative: mapping(
    {
      why: {
        type: 'string',
        minLength: 1,
        maxLength: 2_000,
        description: 'Why the number is not a real one.',
      },
    },
    { description: 'Its numbers are invented. A note: it decides nothing and is not compiled.' },
  ),
  source: {
    type: 'string',
    minLength: 1,
    maxLength: 2_000,
    description: 'Where it was taken from. A note: it decides nothing and is not compiled.',
  },
};

/** What every thing may carry. */
export const NOTES: Readonly<Record<string, Schema>> = {
  'illustrative?': { $ref: '#/$defs/illustrative' },
  'source?': { $ref: '#/$defs/source' },
};
