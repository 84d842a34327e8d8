import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';

/** One thing wrong with a request. */
export interface FieldProblem {
  readonly field: string;
  readonly value: string;
  readonly rule: string;
}

/** A refusal as RFC 9457 has it. `more` are extension members: `errors`, `asOf`. */
export class Problem extends HttpException {
  constructor(
    status: number,
    readonly title: string,
    readonly detail: string,
    readonly more: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(title, status);
  }
}

export function badQuery(errors: readonly FieldProblem[]): Problem {
  const detail = errors.map(({ field, value, rule }) => `${field} ${value}: ${rule}`).join('; ');
  return new Problem(400, 'Bad query parameter', detail, { errors });
}

export function notFound(detail: string, more: Readonly<Record<string, unknown>> = {}): Problem {
  return new Problem(404, 'Not found', detail, more);
}

/** What the filter needs of a fastify reply. */
interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
}

/** Answers every refusal as `application/problem+json`. What is no HttpException tells the client nothing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly failed: (error: Error) => void = () => {}) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<Reply>();
    const problem = this.asProblem(error);
    for (const [name, value] of Object.entries(problem.headers)) reply.header(name, value);
    reply
      .status(problem.getStatus())
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send({
        type: 'about:blank',
        title: problem.title,
        status: problem.getStatus(),
        detail: problem.detail,
        ...problem.more,
      });
  }

  private asProblem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof HttpException) return new Problem(error.getStatus(), error.message, error.message);
    // Fastify refuses malformed requests (a broken percent-encoding, say) with a status of its own.
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return new Problem(status, 'Bad request', (error as Error).message);
    }
    this.failed(error as Error);
    return new Problem(
      503,
      'Unavailable',
      'the read side cannot answer now; try again',
      {},
      { 'retry-after': '5' },
    );
  }
}
