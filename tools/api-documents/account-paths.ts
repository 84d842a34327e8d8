import { instant, orNull, position, text } from '#contracts/records/record-schema';
import { inPath, operation, query } from './http-operation.ts';
import { open, pageOf } from './http-schemas.ts';
import { ACCOUNT, ANSWER, MERCHANT, PAGE, PROGRAMME } from './parameters.ts';

const SPAN = [
  query('since', 'From this instant on; asks for the burn.', instant),
  query('until', 'Up to this instant, at most 31 days later.', instant),
];
const INSTANCE = inPath('id', 'An instance of an account, as growth@2026-11-01.', text);

/** Budgets, and who waits for them. */
export function accountPaths(): Record<string, Record<string, object>> {
  const account = open({
    account: text,
    holders: { type: 'integer' },
    balance: { type: 'object' },
    at: instant,
  });
  return {
    '/v1/accounts': {
      get: operation('accounts', {
        operationId: 'listAccounts',
        summary: 'Accounts by instance.',
        parameters: [ACCOUNT, ...SPAN, ...PAGE],
        answer: ANSWER,
        body: pageOf('accounts', account),
        problems: [400, 503],
      }),
    },
    '/v1/accounts/{id}': {
      get: operation('accounts', {
        operationId: 'getAccount',
        summary: 'One of them.',
        parameters: [INSTANCE, ...SPAN],
        answer: ANSWER,
        body: account,
        problems: [400, 404, 503],
      }),
    },
    '/v1/accounts/{id}/holders': {
      get: operation('accounts', {
        operationId: 'listHolders',
        summary: 'The purses of an instance.',
        parameters: [INSTANCE, ...PAGE],
        answer: ANSWER,
        body: pageOf('holders', open({ partition: { type: 'integer' }, merchant: orNull(text), position })),
        problems: [400, 404, 503],
      }),
    },
    '/v1/accounts/{id}/postings': {
      get: operation('accounts', {
        operationId: 'listPostings',
        summary: 'What decisions moved, newest first.',
        parameters: [INSTANCE, ...PAGE],
        answer: ANSWER,
        body: pageOf('postings', open({ decision: position, at: instant, holder: orNull(text) })),
        problems: [400, 404, 503],
      }),
    },
    '/v1/pending': {
      get: operation('accounts', {
        operationId: 'listPending',
        summary: 'Who waits for money, oldest decision first.',
        parameters: [MERCHANT, PROGRAMME, ACCOUNT, ...PAGE],
        answer: ANSWER,
        body: pageOf('pending', open({ merchant: text, programme: text, account: text, since: instant })),
        problems: [400, 503],
      }),
    },
    '/v1/leases': {
      get: operation('accounts', {
        operationId: 'listLeases',
        summary: 'Leases as their partitions heard of them, newest first.',
        parameters: [ACCOUNT, MERCHANT, ...PAGE],
        answer: ANSWER,
        body: pageOf('leases', open({ merchant: orNull(text), at: instant })),
        problems: [400, 503],
      }),
    },
  };
}
