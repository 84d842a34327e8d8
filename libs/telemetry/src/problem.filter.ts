import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Log } from './log.ts';
import { problem, PROBLEM_CONTENT_TYPE, ProblemError, type Problem } from './problem.ts';

/** Answers every error of a request as problem details. What nobody expected is logged and not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly log: Log,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const answer = problemOf(error);
    if (answer.status >= 500 && !(error instanceof ProblemError))
      this.log.error({ error }, 'a request failed');
    const headers = error instanceof ProblemError ? error.headers : {};
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.setHeader(response, 'content-type', PROBLEM_CONTENT_TYPE);
    httpAdapter.reply(response, answer, answer.status);
  }
}

/** The problem that an error of any origin is to a client: ours, Nest's, or Fastify's with a `statusCode`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof HttpException) return problem(error.getStatus(), error.message);
  const { statusCode, message } = (error ?? {}) as { statusCode?: unknown; message?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return problem(statusCode, String(message));
  }
  return problem(500, 'something went wrong on our side; it was logged');
}
