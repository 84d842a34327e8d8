import { text } from '#contracts/records/record-schema';
import { query, type Parameter } from './http-operation.ts';
import { MERCHANT_ID } from './http-schemas.ts';

// What many requests of the console take.

export const MERCHANT = query('merchant', 'Of this merchant.', MERCHANT_ID);
export const PROGRAMME = query('programme', 'Of this programme.');
export const OUTCOME = query('outcome', 'With this outcome.');
export const ACCOUNT = query(
  'account',
  'An account with all its instances, or one instance, as growth@2026-11-01.',
);
const AFTER = query('after', 'The `next` of the page before.');
const LIMIT = query('limit', 'Rows of a page.', { type: 'integer', minimum: 1, maximum: 200 });
export const PAGE = [AFTER, LIMIT];

export const ANSWER = 'What is known, with `asOf`.';

export const SECOND_OPERATOR: Parameter = {
  name: 'x-second-authorization',
  in: 'header',
  description: '`Bearer` and the token of the second operator.',
  schema: text,
  required: true,
};
