import { hash, list, mapOf, object, orNull, text } from '#contracts/records/record-schema';
import type { JsonSchema } from '#contracts/schema';
import { POLICY_STATES } from '#store/policy/policy-versions';
import { inPath, operation, query, type Parameter } from './http-operation.ts';
import { open } from './http-schemas.ts';
import { ANSWER, PAGE, SECOND_OPERATOR } from './parameters.ts';

type Paths = Record<string, Record<string, object>>;

const HASH = inPath('hash', 'The hash of the content, or its first digits, at least 8.', text);
const VERSION = open({ hash, state: { type: 'string', enum: POLICY_STATES } });
const REASON = object({ reason: text });

/** The life of policies, from a draft to what is live. */
export function policyPaths(): Paths {
  return {
    '/v1/policies': {
      get: operation('policies', {
        operationId: 'listPolicies',
        summary: 'Policies that were submitted, and which one is live.',
        parameters: [query('state', 'Which stand so.', { type: 'string', enum: POLICY_STATES }), ...PAGE],
        answer: ANSWER,
        body: open({ live: orNull(hash), policies: list(VERSION), next: orNull(text) }),
        problems: [400, 503],
      }),
      post: operation('policies', {
        operationId: 'submitPolicy',
        summary: 'Submits a bundle with its packs. One that is known already is answered with 200.',
        requestBody: bodyOf({
          anyOf: [
            object({ files: mapOf(text), entry: text, reason: text }, ['entry']),
            object({ source: { type: 'object' }, reason: text }),
          ],
        }),
        status: 201,
        answer: 'The version, with findings that do not stop it.',
        body: VERSION,
        problems: [400, 409, 422, 503],
      }),
    },
    '/v1/policies/{hash}': {
      get: operation('policies', {
        operationId: 'getPolicy',
        summary: 'A policy with its sources, as compiled, and its steps.',
        parameters: [HASH],
        answer: ANSWER,
        body: open({ hash, sources: { type: 'object' }, compiled: { type: 'object' } }),
        problems: [400, 404, 409, 503],
      }),
    },
    '/v1/policies/{hash}/diff': {
      get: operation('policies', {
        operationId: 'diffPolicy',
        summary: 'What would change for whom the other is live.',
        parameters: [HASH, query('against', '`live`, or the hash of the other or its first digits.')],
        answer: 'The changes, in words and by field.',
        body: open({ before: hash, after: hash, changes: {} }),
        problems: [400, 404, 409, 503],
      }),
    },
    ...stepPaths(),
    ...shadowPaths(),
  };
}

/** Steps of a policy's life: who asks is who the token says. */
function stepPaths(): Paths {
  return {
    '/v1/policies/{hash}/approvals': step(
      'approvePolicy',
      'Another person than its author approves it.',
      200,
    ),
    '/v1/policies/{hash}/activations': step('activatePolicy', 'Puts an approved policy live.', 202),
    '/v1/policies/{hash}/rollbacks': step(
      'rollBackPolicy',
      'Two operators put an earlier one live again.',
      202,
      [SECOND_OPERATOR],
    ),
    '/v1/policies/{hash}/retirements': step('retirePolicy', 'Takes one that is not live out of use.', 200),
  };
}

function step(
  operationId: string,
  summary: string,
  status: number,
  more: readonly Parameter[] = [],
): Record<string, object> {
  const isAsked = status === 202;
  return {
    post: operation('policies', {
      operationId,
      summary,
      parameters: [HASH, ...more],
      requestBody: bodyOf(REASON),
      status,
      answer: isAsked ? 'It goes on until every partition has confirmed.' : 'The version as it stands now.',
      body: isAsked ? { type: 'object' } : VERSION,
      problems: [400, 404, 409, 503],
    }),
  };
}

/** A candidate that decides beside the live one, without effects. */
function shadowPaths(): Paths {
  const answer = 'The shadow as it stands.';
  const body = { type: 'object' };
  return {
    '/v1/policies/{hash}/shadow': {
      get: operation('policies', {
        operationId: 'getShadow',
        summary: 'How the decisions of a shadow differ from the live ones, and what it costs.',
        parameters: [HASH],
        answer,
        body,
        problems: [400, 404, 503],
      }),
      post: operation('policies', {
        operationId: 'startShadow',
        summary: 'Lets a candidate decide beside the live bundle, without effects.',
        parameters: [HASH],
        requestBody: bodyOf(object({ since: text }, ['since'])),
        status: 202,
        answer,
        body,
        problems: [400, 404, 409, 503],
      }),
      delete: operation('policies', {
        operationId: 'stopShadow',
        summary: 'Ends a shadow; its last report stays.',
        parameters: [HASH],
        answer,
        body,
        problems: [400, 404, 503],
      }),
    },
  };
}

function bodyOf(schema: JsonSchema): object {
  return { required: true, content: { 'application/json': { schema } } };
}
