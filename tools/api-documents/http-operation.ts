import type { JsonSchema } from '#contracts/schema';
import { ref } from './http-schemas.ts';

// Small words to describe requests in.

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly description: string;
  readonly schema: JsonSchema;
  readonly required?: boolean;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
  /** Of the answer that is no problem: its status, its words, its body. */
  readonly status?: number;
  readonly answer: string;
  readonly body?: JsonSchema;
  /** Content type of the body where it is not JSON. */
  readonly content?: string;
  /** Statuses of problem details, besides 401 and 403. */
  readonly problems: readonly number[];
  readonly isOpen?: boolean;
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'Something is wrong with the request; `problems` says what, by field, value and rule.',
  401: 'No valid token.',
  403: 'A token of another role.',
  404: 'Not seen yet; `asOf` says up to where everything is known.',
  409: 'It does not stand so that this could be done.',
  413: 'Too large, or too many events.',
  415: 'A content type, charset or encoding that is not taken.',
  422: 'The live bundle does not have what is named.',
  429: 'Too much is in flight in this process: wait for `Retry-After`.',
  503: 'A log or database is away: wait for `Retry-After` and ask again.',
};
const WITH_RETRY: readonly number[] = [429, 503];

/** The operation as OpenAPI has it. */
export function operation(tag: string, told: Operation): object {
  const { operationId, summary, parameters, requestBody, isOpen = false } = told;
  const problems = isOpen ? told.problems : [...told.problems, 401, 403];
  return {
    tags: [tag],
    operationId,
    summary,
    ...(parameters === undefined ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      [String(told.status ?? 200)]: {
        description: told.answer,
        ...(told.body === undefined
          ? {}
          : { content: { [told.content ?? 'application/json']: { schema: told.body } } }),
      },
      ...Object.fromEntries(
        problems.toSorted((a, b) => a - b).map((status) => [String(status), problemAnswer(status)]),
      ),
    },
    ...(isOpen ? { security: [] } : {}),
  };
}

export function query(name: string, description: string, schema: JsonSchema = { type: 'string' }): Parameter {
  return { name, in: 'query', description, schema };
}

export function inPath(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'path', description, schema, required: true };
}

function problemAnswer(status: number): object {
  const seconds = { description: 'Seconds.', schema: { type: 'integer' } };
  return {
    description: PROBLEMS[status]!,
    ...(WITH_RETRY.includes(status) ? { headers: { 'Retry-After': seconds } } : {}),
    content: { 'application/problem+json': { schema: ref('Problem') } },
  };
}
