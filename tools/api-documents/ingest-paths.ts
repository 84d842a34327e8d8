import { exampleOf } from '#contracts/catalogue';
import { operation } from './http-operation.ts';
import { ref } from './http-schemas.ts';

const EXAMPLE = exampleOf('updraft.order.paid.v1');

/** The door: what producers post. */
export function ingestPaths(): Record<string, object> {
  return {
    '/v1/events': {
      servers: [{ url: 'http://localhost:8080', description: 'ingest' }],
      post: operation('events', {
        operationId: 'postEvents',
        summary: 'Sends one event or a batch. Sending the same again is always safe.',
        requestBody: {
          required: true,
          description:
            'Structured (one event), batch (up to 1,000 events, 4 MiB) or binary mode of CloudEvents 1.0; in binary ' +
            'mode the body is `data` and the attributes are `ce-` headers.',
          content: {
            'application/cloudevents+json': { schema: ref('Event'), example: EXAMPLE },
            'application/cloudevents-batch+json': {
              schema: { type: 'array', maxItems: 1_000, items: ref('Event') },
              example: [EXAMPLE],
            },
            'application/json': { schema: { type: 'object' }, example: EXAMPLE.data },
          },
        },
        status: 202,
        answer: 'At least one event was accepted and the log has acknowledged it; `results` says which.',
        body: ref('Receipt'),
        problems: [400, 413, 415, 429, 503],
      }),
    },
  };
}

/** What every process answers, without a token. */
export function healthPaths(): Record<string, object> {
  const health = (path: string, summary: string): object =>
    operation('health', {
      operationId: path,
      summary,
      answer: 'Well.',
      body: { type: 'object' },
      problems: [],
      isOpen: true,
    });
  return {
    '/healthz': { get: health('healthz', 'Whether the process lives; 503 where it does not.') },
    '/readyz': { get: health('readyz', 'Whether it can work; 503 where it cannot, with what is wrong.') },
    '/metrics': {
      get: operation('health', {
        operationId: 'metrics',
        summary: 'Metrics for Prometheus.',
        answer: 'Text exposition format.',
        body: { type: 'string' },
        content: 'text/plain',
        problems: [],
        isOpen: true,
      }),
    },
  };
}
