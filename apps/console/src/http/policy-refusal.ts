import { MovedAccountError } from '#stage/activation';
import { RegistryError } from '#stage/registry/life';
import { problem, ProblemError } from '#telemetry/problem';
import { forbidden } from './operators.ts';
import { notFound, refusalOf } from './refusal.ts';

/** What the registry refuses, as an answer: nothing there, somebody else's to do, or not as it stands. */
export function registryRefusal(error: unknown): unknown {
  if (error instanceof MovedAccountError) return conflict(error.message);
  if (!(error instanceof RegistryError)) return refusalOf(error);
  const { kind, message } = error;
  return kind === 'unknown' ? notFound(message) : kind === 'people' ? forbidden(message) : conflict(message);
}

function conflict(detail: string): ProblemError {
  return new ProblemError(problem(409, detail));
}
