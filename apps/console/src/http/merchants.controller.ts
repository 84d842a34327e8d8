import { Controller, Get, Headers, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { MerchantCapability } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { findDecisions, findStanding } from '#store/read/find-decisions';
import { findGrants } from '#store/read/find-grants';
import { findMerchant, findMerchants } from '#store/read/find-merchants';
import type { DecisionRow, MerchantRow } from '#store/read/project';
import type { Database } from '#store/sql';
import { bundleOf, BundleShelf } from '../bundle-shelf.ts';
import { languageOf, recourseOf, type Language, type Recourse } from '../explain.ts';
import { readAsOf, readTogether, type AsOf } from '../read-scope.ts';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { badRequest, notFound } from './refusal.ts';
import { limit, LIMIT_DEFAULT, merchantId, readQuery, tier } from './query.ts';
import { ReaderGuard } from './reader.guard.ts';

const DECISIONS_SHOWN = 10;
const GRANTS_SHOWN_MAX = 200;
const LIVE_STATUSES = ['active', 'shrunk', 'grown'];
/** Outcomes that leave a merchant with less than it asked for: there is something to change. */
const ADVERSE = new Set(['withhold', 'wait', 'offer', 'forfeit', 'shrink', 'revoke', 'claw-back']);

@Controller('v1/merchants')
@UseGuards(ReaderGuard)
export class MerchantsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
    @Inject(BundleShelf) private readonly shelf: BundleShelf,
  ) {}

  @Get()
  async list(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { tier, after: merchantId, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    return readTogether(this.database, async (sql) => {
      const rows = await findMerchants(sql, query.tier, query.after ?? null, size + 1);
      const page = rows.slice(0, size);
      return {
        asOf: await readAsOf(sql, ['capability'], this.partitions),
        merchants: page.map(summaryOf),
        next: rows.length > size ? page.at(-1)!.merchant : null,
      };
    });
  }

  @Get(':id')
  async one(
    @Param('id') id: string,
    @Headers('accept-language') accept: string | undefined,
  ): Promise<unknown> {
    if (merchantId.parse(id) === undefined) {
      throw badRequest([{ field: 'id', value: JSON.stringify(id.slice(0, 64)), rule: merchantId.rule }]);
    }
    const found = await readTogether(this.database, async (sql) => ({
      asOf: await readAsOf(sql, ['capability', 'decisions', 'grants'], this.partitions),
      merchant: await findMerchant(sql, id),
      grants: await findGrants(sql, { merchant: id, statuses: LIVE_STATUSES }, null, GRANTS_SHOWN_MAX),
      decisions: await findDecisions(sql, { merchant: id }, null, DECISIONS_SHOWN),
      standing: await findStanding(sql, id),
    }));
    const { merchant } = found;
    if (merchant === null)
      throw notFound(`no capability of merchant ${id} has been seen yet`, { asOf: found.asOf });
    const capability = dataOf<MerchantCapability>(merchant.record);
    const language = languageOf(accept);
    return {
      asOf: ofPartition(found.asOf, merchant.partition),
      ...summaryOf(merchant),
      capability,
      grants: found.grants.map((grant) => dataOf<object>(grant.record)),
      decisions: found.decisions.map(decisionSummary),
      recourse: await this.recourse(found.standing, capability, language),
      language,
    };
  }

  private async recourse(
    standing: readonly DecisionRow[],
    capability: MerchantCapability,
    language: Language,
  ): Promise<Recourse[]> {
    const all: Recourse[] = [];
    for (const row of standing.filter((each) => ADVERSE.has(each.outcome))) {
      const event = JSON.parse(row.record) as CloudEvent;
      const naming = await this.shelf.naming(bundleOf(event), language);
      all.push(...recourseOf(event, capability, language, naming));
    }
    return all;
  }
}

/** One merchant lives in one partition, so its "as of" is one position per log. */
function ofPartition(asOf: AsOf, partition: number): Record<string, string | null> {
  return Object.fromEntries(Object.entries(asOf).map(([log, vector]) => [log, vector[partition] ?? null]));
}

function summaryOf(row: MerchantRow): Record<string, unknown> {
  const capability = dataOf<MerchantCapability>(row.record);
  return {
    merchant: row.merchant,
    partition: row.partition,
    position: row.position,
    tier: capability.tier,
    projectedTier: capability.projectedTier,
    scoreBps: capability.scoreBps,
    headroom: capability.headroom,
    isKnown: capability.isKnown,
    isClosed: capability.isClosed,
  };
}

/** A decision in a list: enough to choose one by; the record is one request away. */
export function decisionSummary(row: DecisionRow): Record<string, unknown> {
  const { grant, reasons } = dataOf<{ grant: unknown; reasons: unknown }>(row.record);
  return {
    id: row.position,
    sequence: row.sequence,
    at: new Date(row.atMs).toISOString(),
    merchant: row.merchant,
    programme: row.programme,
    outcome: row.outcome,
    reasons,
    grant,
    hash: row.hash,
  };
}

function dataOf<T>(record: string): T {
  return (JSON.parse(record) as { data: T }).data;
}
