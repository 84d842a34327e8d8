import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type TokenRecord } from '#contracts/tokens';
import type { Bundle } from '#domain/policy/bundle';
import { diffBundles } from '#domain/policy/diff';
import { askActivation, askRollback } from '#stage/registry/ask-activation';
import { compileSources } from '#stage/registry/policy-source';
import { findPolicy, policySeen, registrySeen, versionSeen } from '#stage/registry/readings';
import { approvePolicy, retirePolicy } from '#stage/registry/steps';
import { submitPolicy } from '#stage/registry/submit';
import { findPolicyVersions, POLICY_STATES, readPolicyContent } from '#store/policy/policy-versions';
import type { Database } from '#store/sql';
import { DATABASE, TOKENS } from '../injection.ts';
import { PolicyDesk } from '../policy-desk.ts';
import { operatorOf, SECOND, secondOperatorOf } from './operators.ts';
import { readReason, readSubmission } from './policy-request.ts';
import { registryRefusal } from './policy-refusal.ts';
import { limit, LIMIT_DEFAULT, oneOf, pageOf, readQuery, type QueryRule } from './query.ts';
import { unprocessable } from './refusal.ts';
import { ReaderGuard } from './reader.guard.ts';

const state = oneOf(...POLICY_STATES);
const hashCursor: QueryRule<string> = {
  rule: 'must be the `next` of an earlier page',
  parse: (text) => (/^[0-9a-f]{64}$/.test(text) ? text : undefined),
};
const against: QueryRule<string> = {
  rule: 'must be live, or a hash or its first digits, at least 8',
  parse: (text) => (/^(?:live|[0-9a-f]{8,64})$/.test(text) ? text : undefined),
};

/** What is used of fastify's reply. */
interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** The life of policies. Who asks is who the token says; every step is kept with its name and reason. */
@Controller('v1/policies')
export class PoliciesController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TOKENS) private readonly tokens: readonly TokenRecord[],
    @Inject(PolicyDesk) private readonly desk: PolicyDesk,
  ) {}

  @Get()
  @UseGuards(ReaderGuard)
  list(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { state, after: hashCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    const wanted = POLICY_STATES.find((each) => each === query.state) ?? null;
    return refusing(async () => {
      const rows = await findPolicyVersions(this.database, wanted, query.after ?? null, size + 1);
      const { page, next } = pageOf(rows, size, ({ hash }) => hash);
      const { live, activation } = await registrySeen(await this.desk.reading());
      return { live: live?.hash ?? null, activation, policies: page.map(versionSeen), next };
    });
  }

  @Get(':hash')
  @UseGuards(ReaderGuard)
  one(@Param('hash') name: string, @Query() raw: unknown): Promise<unknown> {
    readQuery(raw, {});
    return refusing(async () => {
      const version = await findPolicy(this.database, name);
      const { content, sources } = (await readPolicyContent(this.database, version.hash))!;
      const seen = await policySeen(await this.desk.reading(), version);
      return { ...seen, sources, compiled: JSON.parse(content) as unknown };
    });
  }

  /** What would change for whom `against` is live, were this one live. */
  @Get(':hash/diff')
  @UseGuards(ReaderGuard)
  diff(@Param('hash') name: string, @Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { against });
    return refusing(async () => {
      const before = await this.compiled(query.against ?? 'live');
      const after = await this.compiled(name);
      return { before: before.hash, after: after.hash, changes: diffBundles(before.bundle, after.bundle) };
    });
  }

  /** 201 for one that is new, 200 for one that is known; 422 with every finding where it cannot be compiled. */
  @Post()
  submit(
    @Headers('authorization') first: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<unknown> {
    const by = operatorOf(this.tokens, first, 'submit a policy');
    const { sources, reason } = readSubmission(body);
    const compiled = compileSources(sources);
    if ('findings' in compiled) throw unprocessable(compiled.findings);
    return refusing(async () => {
      const outcome = await submitPolicy(this.database, compiled.submission, by, reason);
      const { version, isNew, findings } = outcome;
      reply.status(isNew ? 201 : 200);
      reply.header('location', `/v1/policies/${version.hash}`);
      return { ...versionSeen(version), findings };
    });
  }

  @Post(':hash/approvals')
  @HttpCode(200)
  approve(
    @Param('hash') name: string,
    @Headers('authorization') first: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const by = operatorOf(this.tokens, first, 'approve a policy');
    const reason = readReason(body);
    return this.onVersion(name, async (hash) =>
      versionSeen(await approvePolicy(this.database, hash, by, reason)),
    );
  }

  /** 202: it goes on until every partition has confirmed, after a restart of this process too. */
  @Post(':hash/activations')
  @HttpCode(202)
  activate(
    @Param('hash') name: string,
    @Headers('authorization') first: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const by = operatorOf(this.tokens, first, 'activate a policy');
    const reason = readReason(body);
    return this.onVersion(name, (hash) => this.desk.ask((ports) => askActivation(ports, hash, by, reason)));
  }

  @Post(':hash/rollbacks')
  @HttpCode(202)
  rollBack(
    @Param('hash') name: string,
    @Headers('authorization') first: string | undefined,
    @Headers(SECOND) second: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const one = operatorOf(this.tokens, first, 'roll back');
    const people = [one, secondOperatorOf(this.tokens, second, one, 'roll back')];
    const reason = readReason(body);
    return this.onVersion(name, (hash) => this.desk.ask((ports) => askRollback(ports, hash, people, reason)));
  }

  @Post(':hash/retirements')
  @HttpCode(200)
  retire(
    @Param('hash') name: string,
    @Headers('authorization') first: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const by = operatorOf(this.tokens, first, 'retire a policy');
    const reason = readReason(body);
    return this.onVersion(name, async (hash) =>
      versionSeen(await retirePolicy(this.database, hash, by, reason)),
    );
  }

  private onVersion(name: string, work: (hash: string) => Promise<unknown>): Promise<unknown> {
    return refusing(async () => work((await findPolicy(this.database, name)).hash));
  }

  private async compiled(name: string): Promise<{ hash: string; bundle: Bundle }> {
    const { hash } = await findPolicy(this.database, name);
    const { content } = (await readPolicyContent(this.database, hash))!;
    return { hash, bundle: JSON.parse(content) as Bundle };
  }
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw registryRefusal(error);
  }
}
