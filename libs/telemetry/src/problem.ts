import { STATUS_CODES } from 'node:http';

/** Problem details of RFC 9457. Members beyond the RFC's own are extensions, for example `problems`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [extension: string]: unknown;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** `about:blank`: the status says what kind of problem it is, `detail` what happened here. */
export function problem(status: number, detail: string, extensions: object = {}): Problem {
  return { ...extensions, type: 'about:blank', title: STATUS_CODES[status] ?? 'Unknown', status, detail };
}

/** Thrown to answer a request with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.detail);
  }
}
