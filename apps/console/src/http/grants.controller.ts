import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { GrantKind, GrantStatus, GrantTerms } from '#domain/outputs';
import { findDecisionsOfGrant } from '#store/read/find-decisions';
import { findGrant, findGrants, type FoundGrant } from '#store/read/find-grants';
import type { Database } from '#store/sql';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { readAsOf, readTogether } from '../read-scope.ts';
import { decisionSummary } from './merchants.controller.ts';
import {
  account,
  limit,
  LIMIT_DEFAULT,
  LIMIT_MAX,
  merchantId,
  name,
  oneOf,
  pageOf,
  readId,
  readQuery,
} from './query.ts';
import { notFound } from './refusal.ts';
import { ReaderGuard } from './reader.guard.ts';

const STATUSES: { readonly [status in GrantStatus]: true } = {
  active: true,
  shrunk: true,
  grown: true,
  expired: true,
  'used-up': true,
  revoked: true,
  'clawed-back': true,
  settled: true,
};
const KINDS: { readonly [kind in GrantKind]: true } = {
  traffic: true,
  tool: true,
  service: true,
  'value-added': true,
  limit: true,
};
const status = oneOf(...Object.keys(STATUSES));
const kind = oneOf(...Object.keys(KINDS));

/** Grants with their terms and what is known of their use. */
@Controller('v1/grants')
@UseGuards(ReaderGuard)
export class GrantsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
  ) {}

  @Get()
  async list(@Query() raw: unknown): Promise<unknown> {
    const rules = { merchant: merchantId, programme: name, kind, status, account, after: name, limit };
    const { after, limit: size = LIMIT_DEFAULT, status: asked, ...filter } = readQuery(raw, rules);
    const statuses = asked === undefined ? {} : { statuses: [asked] };
    return readTogether(this.database, async (sql) => {
      const found = await findGrants(sql, { ...filter, ...statuses }, after ?? null, size + 1);
      const { page, next } = pageOf(found, size, ({ grantId }) => grantId);
      const asOf = await readAsOf(sql, ['grants', 'decisions', 'capability'], this.partitions);
      return { asOf, grants: page.map(grantAnswer), next };
    });
  }

  // The wildcard takes an id as it is printed, with its slashes; dashes stand for them as in ids of decisions.
  @Get([':id', '*'])
  async one(@Param() { id = '', '*': printed }: { id?: string; '*'?: string }): Promise<unknown> {
    const asked = readId(printed ?? id, name);
    return readTogether(this.database, async (sql) => {
      const asOf = await readAsOf(sql, ['grants', 'decisions', 'capability'], this.partitions);
      const grant = (await findGrant(sql, asked)) ?? (await findGrant(sql, asked.replaceAll('-', '/')));
      if (grant === null) throw notFound(`no grant ${asked} has been seen yet`, { asOf });
      const decisions = await findDecisionsOfGrant(sql, grant.grantId, LIMIT_MAX);
      return { asOf, ...grantAnswer(grant), decisions: decisions.map(decisionSummary) };
    });
  }
}

/** A grant as gateways read it, and what is known besides: its unit, what was reported, what is spent of it. */
export function grantAnswer(found: FoundGrant): object {
  const grant = (JSON.parse(found.record) as { data: GrantTerms }).data;
  return {
    merchant: found.merchant,
    ...grant,
    unit: found.unit,
    reported: found.reported,
    spent: spentOf(found, grant.size),
  };
}

/** Seats are not used up, and of what is not counted nothing is; else what was reported, up to the size. */
function spentOf({ unit, reported, givenBack }: FoundGrant, size: number): number | null {
  if (unit === null || unit === 'seats') return null;
  if (givenBack !== null) return size - givenBack;
  return Math.min(size, reported?.used ?? 0);
}
