import { StoreUnavailableError } from '#store/snapshot-store';
import { UnavailableError } from '#stream/log';
import { problem, ProblemError } from '#telemetry/problem';

/** One thing wrong with a request. */
export interface FieldProblem {
  readonly field: string;
  readonly value: string;
  readonly rule: string;
}

export function badRequest(problems: readonly FieldProblem[]): ProblemError {
  return new ProblemError(problem(400, inWords(problems), { problems }));
}

function inWords(problems: readonly FieldProblem[]): string {
  return problems.map(({ field, value, rule }) => `${field} ${value}: ${rule}`).join('; ');
}

/** The request is well formed, but what it names is not there. */
export function unprocessable(problems: readonly FieldProblem[]): ProblemError {
  return new ProblemError(problem(422, inWords(problems), { problems }));
}

export function notFound(detail: string, extensions: object = {}): ProblemError {
  return new ProblemError(problem(404, detail, extensions));
}

export function unavailable(detail: string, retryAfterSeconds: number): ProblemError {
  return new ProblemError(problem(503, detail), { 'retry-after': String(retryAfterSeconds) });
}

/** A database or log that is away is no bug: the client is told to come back. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof StoreUnavailableError) return unavailable('the database is away; try again', 5);
  if (error instanceof UnavailableError) return unavailable('the log is away; try again', 5);
  return error;
}
