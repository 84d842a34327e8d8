import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { callerOf, type TokenRecord, type TokenRole } from '#contracts/tokens';
import { problem, ProblemError } from '#telemetry/problem';
import { TOKENS } from '../injection.ts';

/** Who may read. Producers write events and learn nothing about merchants. */
const READERS: readonly TokenRole[] = ['auditor', 'operator'];

@Injectable()
export class ReaderGuard implements CanActivate {
  constructor(@Inject(TOKENS) private readonly tokens: readonly TokenRecord[]) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const caller = callerOf(this.tokens, headers.authorization);
    if (caller === null) throw noToken('a bearer token of an auditor or operator is needed');
    if (!READERS.includes(caller.role)) {
      throw new ProblemError(
        problem(403, `role ${caller.role} may not read: only ${READERS.join(' and ')} may`),
      );
    }
    return true;
  }
}

export function noToken(detail: string): ProblemError {
  return new ProblemError(problem(401, detail), { 'www-authenticate': 'Bearer' });
}
