import { callerOf, type TokenRecord } from '#contracts/tokens';
import { STOP_RULES } from '#stage/stop';
import { problem, ProblemError } from '#telemetry/problem';
import { shown } from './query.ts';
import { noToken } from './reader.guard.ts';

/** Where the second person's bearer token stands. */
export const SECOND = 'x-second-authorization';

/** The operator whose token it is. `what` is what they want to do. */
export function operatorOf(
  tokens: readonly TokenRecord[],
  authorization: string | undefined,
  what: string,
): string {
  const caller = callerOf(tokens, authorization);
  if (caller === null) throw noToken('a bearer token of an operator is needed');
  if (caller.role !== 'operator') throw forbidden(`role ${caller.role} may not ${what}: only operator may`);
  return personOf(caller.name);
}

/** The second person proves it with a token: a name in the body could be anybody's. */
export function secondOperatorOf(
  tokens: readonly TokenRecord[],
  authorization: string | undefined,
  first: string,
  what: string,
): string {
  const caller = callerOf(tokens, authorization);
  if (caller === null) throw forbidden(`${SECOND}: must be the bearer token of a second operator`);
  if (caller.role !== 'operator')
    throw forbidden(`${SECOND}: role ${caller.role} may not ${what}: only operator may`);
  if (caller.name === first) throw forbidden(`${SECOND}: must be another person than ${first}`);
  return personOf(caller.name);
}

/** The name goes into the log for ever. */
function personOf(name: string): string {
  if (STOP_RULES.by.isKept(name)) return name;
  throw forbidden(`the token's name ${shown(name)} ${STOP_RULES.by.rule}`);
}

export function forbidden(detail: string): ProblemError {
  return new ProblemError(problem(403, detail));
}
