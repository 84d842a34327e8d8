import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  UseGuards,
} from '@nestjs/common';
import { INSTANT_RULE, normaliseInstant } from '#contracts/instant';
import type { TokenRecord } from '#contracts/tokens';
import { SHADOWS_MAX } from '#store/shadow-desk';
import { problem, ProblemError } from '#telemetry/problem';
import { TOKENS } from '../injection.ts';
import { ShadowRuns, type ShadowStanding } from '../shadow-runs.ts';
import { operatorOf } from './operators.ts';
import { shown } from './query.ts';
import { ReaderGuard } from './reader.guard.ts';
import { badRequest, notFound, refusalOf, type FieldProblem } from './refusal.ts';

const HASH_RULE = 'must be the hash of a bundle: 64 of 0-9 a-f';
const SINCE_RULE = `must be genesis, or an instant: ${INSTANT_RULE}`;

/** A candidate bundle beside the live one: begun and ended by operators, read by auditors too. It has no effects. */
@Controller('v1/policies/:hash/shadow')
export class ShadowsController {
  constructor(
    @Inject(TOKENS) private readonly tokens: readonly TokenRecord[],
    @Inject(ShadowRuns) private readonly runs: ShadowRuns,
  ) {}

  @Get()
  @UseGuards(ReaderGuard)
  async report(@Param('hash') hash: string): Promise<ShadowStanding> {
    return this.together(async () => {
      const standing = await this.runs.standing(hashOf(hash));
      if (standing === null) throw notFound(`no shadow of bundle ${hash} was ever asked for`);
      return standing;
    });
  }

  /** A repeat changes nothing while it reads; stopped or failed, it begins anew. */
  @Post()
  @HttpCode(202)
  async start(
    @Headers('authorization') authorization: string | undefined,
    @Param('hash') hash: string,
    @Body() body: unknown,
  ): Promise<ShadowStanding> {
    const by = operatorOf(this.tokens, authorization, 'begin or end a shadow');
    const sinceMs = readSince(body);
    return this.together(async () => {
      const outcome = await this.runs.start(hashOf(hash), sinceMs, by);
      if (outcome === 'unknown') throw notFound(`no bundle ${hash} was submitted or published`);
      if (outcome === 'full') {
        const rule = `${SHADOWS_MAX} shadows read already, and no more may at once; stop one first`;
        throw new ProblemError(problem(409, rule));
      }
      return (await this.runs.standing(hash))!;
    });
  }

  @Delete()
  async stop(
    @Headers('authorization') authorization: string | undefined,
    @Param('hash') hash: string,
  ): Promise<ShadowStanding> {
    const by = operatorOf(this.tokens, authorization, 'begin or end a shadow');
    return this.together(async () => {
      if (!(await this.runs.stop(hashOf(hash), by)))
        throw notFound(`no shadow of bundle ${hash} was ever asked for`);
      return (await this.runs.standing(hash))!;
    });
  }

  private async together<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function hashOf(hash: string): string {
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw badRequest([{ field: 'hash', value: shown(hash), rule: HASH_RULE }]);
}

/** Null: from now on. Everything wrong is told at once. */
function readSince(body: unknown): number | null {
  const given = body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {};
  const { since, ...others } = given as Record<string, unknown>;
  const problems: FieldProblem[] = Object.entries(others).map(([field, value]) => ({
    field,
    value: shown(value),
    rule: 'the only known field is since',
  }));
  const normal = typeof since === 'string' ? normaliseInstant(since) : null;
  if (since !== undefined && since !== 'genesis' && normal === null) {
    problems.push({ field: 'since', value: shown(since), rule: SINCE_RULE });
  }
  if (problems.length > 0) throw badRequest(problems);
  if (since === 'genesis') return 0;
  return normal === null ? null : Date.parse(normal);
}
