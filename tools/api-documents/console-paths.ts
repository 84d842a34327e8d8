import { list, orNull, position, text } from '#contracts/records/record-schema';
import { accountPaths } from './account-paths.ts';
import { inPath, operation, query, type Parameter } from './http-operation.ts';
import { GRANT_ID, MERCHANT_ID, open, pageOf, ref } from './http-schemas.ts';
import { ACCOUNT, ANSWER, MERCHANT, OUTCOME, PAGE, PROGRAMME, SECOND_OPERATOR } from './parameters.ts';
import { policyPaths } from './policy-paths.ts';

// The read side, and the button to stop. apps/console/README.md says the same for people.

const LANGUAGE: Parameter = {
  name: 'accept-language',
  in: 'header',
  description: 'English or Chinese sentences.',
  schema: text,
};

/** Paths of the console. */
export function consolePaths(): Record<string, object> {
  const paths = {
    ...merchantPaths(),
    ...decisionPaths(),
    ...grantPaths(),
    ...accountPaths(),
    ...policyPaths(),
    ...operationPaths(),
    ...stopPaths(),
  };
  const servers = [{ url: 'http://localhost:8081', description: 'console' }];
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, { servers, ...item }]));
}

type Paths = Record<string, Record<string, object>>;

function merchantPaths(): Paths {
  return {
    '/v1/merchants': {
      get: operation('merchants', {
        operationId: 'listMerchants',
        summary: 'Merchants by id.',
        parameters: [query('tier', 'Of this tier; `no-score` for those without one.'), ...PAGE],
        answer: ANSWER,
        body: pageOf('merchants', ref('MerchantSummary')),
        problems: [400, 503],
      }),
    },
    '/v1/merchants/{id}': {
      get: operation('merchants', {
        operationId: 'getMerchant',
        summary: 'What is known of a merchant, and what would change the reasons against it.',
        parameters: [inPath('id', 'The merchant id.', MERCHANT_ID), LANGUAGE],
        answer: ANSWER,
        body: open({
          asOf: ref('AsOf'),
          merchant: text,
          capability: ref('Capability'),
          grants: list(ref('Grant')),
          decisions: list(ref('DecisionSummary')),
          recourse: list({ type: 'object' }),
          language: text,
        }),
        problems: [400, 404, 503],
      }),
    },
    '/v1/merchants/{id}/recourse': {
      get: operation('merchants', {
        operationId: 'getRecourse',
        summary: 'What stands in the way of grants, and how much of what would remove it.',
        parameters: [inPath('id', 'The merchant id.', MERCHANT_ID), LANGUAGE],
        answer: ANSWER,
        body: open({
          asOf: ref('AsOf'),
          merchant: text,
          triedOn: orNull(text),
          recourse: list({ type: 'object' }),
          language: text,
        }),
        problems: [400, 404, 503],
      }),
    },
    '/v1/merchants/{id}/story': {
      get: operation('merchants', {
        operationId: 'getStory',
        summary: 'The life of a merchant in order.',
        parameters: [
          inPath('id', 'The merchant id.', MERCHANT_ID),
          query('lang', 'Language of the sentences.', { type: 'string', enum: ['en', 'zh'] }),
          ...PAGE,
          LANGUAGE,
        ],
        answer: ANSWER,
        body: open({
          asOf: ref('AsOf'),
          merchant: text,
          steps: list({ type: 'object' }),
          next: orNull(text),
        }),
        problems: [400, 404, 503],
      }),
    },
  };
}

function decisionPaths(): Paths {
  return {
    '/v1/decisions': {
      get: operation('decisions', {
        operationId: 'listDecisions',
        summary: 'Decisions, newest first.',
        parameters: [MERCHANT, PROGRAMME, OUTCOME, ...PAGE],
        answer: ANSWER,
        body: pageOf('decisions', ref('DecisionSummary')),
        problems: [400, 503],
      }),
    },
    '/v1/decisions/stream': {
      get: operation('decisions', {
        operationId: 'streamDecisions',
        summary: 'Decisions as they come, as server-sent events.',
        parameters: [
          query('from', '`start`, the id of an event of this stream, or nothing for "from now on".'),
          MERCHANT,
          PROGRAMME,
          OUTCOME,
          {
            name: 'last-event-id',
            in: 'header',
            description: 'Where a client that comes back was.',
            schema: text,
          },
        ],
        answer: 'A stream that ends when either side hangs up.',
        body: text,
        content: 'text/event-stream',
        problems: [400, 503],
      }),
    },
    '/v1/decisions/{id}': {
      get: operation('decisions', {
        operationId: 'getDecision',
        summary: 'A decision as it stands in the log, and in sentences.',
        parameters: [inPath('id', 'As 3-18842-0-1, 3/18842/0/1 or URL-encoded.', text), LANGUAGE],
        answer: ANSWER,
        body: open({
          asOf: ref('AsOf'),
          id: position,
          record: { type: 'object' },
          explanation: {},
          language: text,
        }),
        problems: [400, 404, 503],
      }),
    },
  };
}

function grantPaths(): Paths {
  return {
    '/v1/grants': {
      get: operation('grants', {
        operationId: 'listGrants',
        summary: 'Grants by id.',
        parameters: [
          MERCHANT,
          PROGRAMME,
          query('kind', 'Of this kind.'),
          query('status', 'Which stand so.'),
          ACCOUNT,
          ...PAGE,
        ],
        answer: ANSWER,
        body: pageOf('grants', open({ merchant: text, grantId: text, status: text })),
        problems: [400, 503],
      }),
    },
    '/v1/grants/{id}': {
      get: operation('grants', {
        operationId: 'getGrant',
        summary: 'A grant with its decisions, the last 200.',
        parameters: [inPath('id', 'The grant id; dashes may stand for its slashes.', GRANT_ID)],
        answer: ANSWER,
        body: open({ asOf: ref('AsOf'), grantId: text, decisions: list(ref('DecisionSummary')) }),
        problems: [400, 404, 503],
      }),
    },
  };
}

function operationPaths(): Paths {
  const number = { type: 'string', pattern: '^\\d+$' };
  return {
    '/v1/dead-letters': {
      get: operation('operations', {
        operationId: 'listDeadLetters',
        summary: 'What did not count, newest first.',
        parameters: [query('reason', 'For this reason.'), ...PAGE],
        answer: ANSWER,
        body: pageOf('deadLetters', { type: 'object' }),
        problems: [400, 503],
      }),
    },
    '/v1/dead-letters/{stage}/{partition}/{sequence}': {
      get: operation('operations', {
        operationId: 'getDeadLetter',
        summary: 'One of them whole, as scoring/3/4.',
        parameters: [
          inPath('stage', 'Who wrote it: `scoring` or `inbound`.', text),
          inPath('partition', 'Of that writer.', number),
          inPath('sequence', 'Of that writer and partition.', number),
        ],
        answer: ANSWER,
        body: ref('DeadLetter'),
        problems: [404, 503],
      }),
    },
    '/v1/status': {
      get: operation('operations', {
        operationId: 'getStatus',
        summary: 'Per partition where every stage and projection stands and how far behind.',
        answer: ANSWER,
        body: { type: 'object' },
        problems: [400, 503],
      }),
    },
  };
}

function stopPaths(): Paths {
  const requestBody = { required: true, content: { 'application/json': { schema: ref('StoppedScope') } } };
  const sent = 'The record stands in every partition; `confirmed` says how many have stepped it.';
  return {
    '/v1/stops': {
      get: operation('stops', {
        operationId: 'listStops',
        summary: 'What is stopped now.',
        answer: ANSWER,
        body: open({ asOf: ref('AsOf'), stops: list({ type: 'object' }) }),
        problems: [400, 503],
      }),
      post: operation('stops', {
        operationId: 'stop',
        summary: 'An operator stops issuing of everything, of a programme or of an account.',
        requestBody,
        status: 202,
        answer: sent,
        body: ref('Sent'),
        problems: [400, 422, 503],
      }),
    },
    '/v1/resumptions': {
      post: operation('stops', {
        operationId: 'resume',
        summary: 'Two operators resume it.',
        parameters: [SECOND_OPERATOR],
        requestBody,
        status: 202,
        answer: sent,
        body: ref('Sent'),
        problems: [400, 503],
      }),
    },
  };
}
