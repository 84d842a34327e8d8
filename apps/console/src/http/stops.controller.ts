import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query, UseGuards } from '@nestjs/common';
import type { TokenRecord } from '#contracts/tokens';
import { STOP_RULES } from '#stage/stop';
import { readProgress } from '#store/read/progress';
import type { Database } from '#store/sql';
import type { ProblemError } from '#telemetry/problem';
import { DATABASE, PARTITIONS, TOKENS } from '../injection.ts';
import { readAsOf, readTogether } from '../read-scope.ts';
import { standingStops } from '../standing-stops.ts';
import { StopDesk, type Sent } from '../stop-desk.ts';
import { operatorOf, SECOND, secondOperatorOf } from './operators.ts';
import { readQuery, shown } from './query.ts';
import { ReaderGuard } from './reader.guard.ts';
import { badRequest, refusalOf, unprocessable, type FieldProblem } from './refusal.ts';

const WHAT = 'stop or resume';

interface Asked {
  readonly scope: string;
  readonly reason: string;
}

/** Stopping and resuming. Who asks is who the token says, not the body. */
@Controller('v1')
export class StopsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
    @Inject(TOKENS) private readonly tokens: readonly TokenRecord[],
    @Inject(StopDesk) private readonly desk: StopDesk,
  ) {}

  @Get('stops')
  @UseGuards(ReaderGuard)
  async stops(@Query() raw: unknown): Promise<unknown> {
    readQuery(raw, {});
    return readTogether(this.database, async (sql) => ({
      asOf: await readAsOf(sql, ['capability'], this.partitions),
      stops: standingStops(await readProgress(sql, 'capability'), this.partitions),
    }));
  }

  @Post('stops')
  @HttpCode(202)
  async stop(@Headers('authorization') first: string | undefined, @Body() body: unknown): Promise<Sent> {
    const by = [operatorOf(this.tokens, first, WHAT)];
    const asked = readAsked(body);
    return this.together(async () => {
      const rule = await this.desk.unknown(asked.scope);
      if (rule !== null) throw unknown(asked, rule);
      return this.desk.send({ ...asked, isStopped: true, by });
    });
  }

  @Post('resumptions')
  @HttpCode(202)
  async resume(
    @Headers('authorization') first: string | undefined,
    @Headers(SECOND) second: string | undefined,
    @Body() body: unknown,
  ): Promise<Sent> {
    const one = operatorOf(this.tokens, first, WHAT);
    const by = [one, secondOperatorOf(this.tokens, second, one, 'resume')];
    const asked = readAsked(body);
    return this.together(async () => {
      const rule = await this.desk.unknown(asked.scope);
      if (rule !== null && !(await this.isStopped(asked.scope))) throw unknown(asked, rule);
      return this.desk.send({ ...asked, isStopped: false, by });
    });
  }

  /** What was stopped under an earlier bundle can be resumed under a bundle that does not have it. */
  private async isStopped(scope: string): Promise<boolean> {
    const progress = await readTogether(this.database, (sql) => readProgress(sql, 'capability'));
    return standingStops(progress, this.partitions).some((each) => each.scope === scope);
  }

  private async together<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** Everything wrong is told at once. */
function readAsked(body: unknown): Asked {
  const given = body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {};
  const { scope, reason, ...others } = given as Record<string, unknown>;
  const problems: FieldProblem[] = Object.entries(others).map(([field, value]) => ({
    field,
    value: shown(value),
    rule: 'known fields are scope, reason',
  }));
  if (STOP_RULES.scope.isKept(scope) && STOP_RULES.reason.isKept(reason) && problems.length === 0)
    return { scope, reason };
  for (const [field, value] of Object.entries({ scope, reason })) {
    const { rule, isKept } = STOP_RULES[field as keyof Asked];
    if (!isKept(value)) problems.push({ field, value: shown(value), rule });
  }
  throw badRequest(problems);
}

function unknown({ scope }: Asked, rule: string): ProblemError {
  return unprocessable([{ field: 'scope', value: shown(scope), rule }]);
}
