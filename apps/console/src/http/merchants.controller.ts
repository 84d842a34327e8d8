import { Controller, Get, Header, Headers, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { MerchantCapability } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { findDecisions, findLife, findLifeBefore, findStanding } from '#store/read/find-decisions';
import { findGrants } from '#store/read/find-grants';
import { findMerchant, findMerchants } from '#store/read/find-merchants';
import { findStageRow } from '#store/read/find-stage-row';
import type { DecisionRow, MerchantRow } from '#store/read/project';
import type { Database } from '#store/sql';
import { bundleOf, BundleShelf } from '../bundle-shelf.ts';
import { languageOf, recourseOf, type Language, type Recourse } from '../explain.ts';
import type { Naming } from '../explain/reasons.ts';
import { remedy } from '../remedies.ts';
import { tellStory } from '../story.ts';
import { readAsOf, readTogether, type AsOf } from '../read-scope.ts';
import { DATABASE, PARTITIONS } from '../injection.ts';
import {
  formatTimeCursor,
  limit,
  LIMIT_DEFAULT,
  merchantId,
  pageOf,
  readId,
  readQuery,
  tier,
  timeCursor,
  type QueryRule,
} from './query.ts';
import { notFound } from './refusal.ts';
import { ReaderGuard } from './reader.guard.ts';

const DECISIONS_SHOWN = 10;
const GRANTS_SHOWN_MAX = 200;
const LIVE_STATUSES = ['active', 'shrunk', 'grown'];
/** Outcomes that leave a merchant with less than it asked for: there is something to change. */
const ADVERSE = new Set(['withhold', 'wait', 'offer', 'forfeit', 'shrink', 'warn', 'revoke', 'claw-back']);

const languageRule: QueryRule<Language> = {
  rule: 'must be en or zh',
  parse: (text) => (text === 'en' || text === 'zh' ? text : undefined),
};

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
    readId(id, merchantId);
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
      grants: found.grants.map(({ record }) => dataOf<object>(record)),
      decisions: found.decisions.map(decisionSummary),
      recourse: await this.recourse(found.standing, capability, language),
      language,
    };
  }

  /** What stands in the way of grants, and how much of what would remove it, found by the live policy itself. */
  @Get(':id/recourse')
  @Header('vary', 'accept-language')
  async recourseOf(
    @Param('id') id: string,
    @Headers('accept-language') accept: string | undefined,
  ): Promise<unknown> {
    const merchant = readId(id, merchantId);
    const found = await readTogether(this.database, async (sql) => {
      const known = await findMerchant(sql, merchant);
      return {
        asOf: await readAsOf(sql, ['capability', 'decisions'], this.partitions),
        merchant: known,
        standing: await findStanding(sql, merchant),
        row: known === null ? null : await findStageRow(sql, 'scoring', known.partition, merchant),
      };
    });
    if (found.merchant === null)
      throw notFound(`no capability of merchant ${merchant} has been seen yet`, { asOf: found.asOf });
    const capability = dataOf<MerchantCapability>(found.merchant.record);
    const language = languageOf(accept);
    const recourse = await this.recourse(found.standing, capability, language);
    const bundle = await this.shelf.bundle(capability.bundle);
    return {
      asOf: ofPartition(found.asOf, found.merchant.partition),
      merchant,
      /** What remedies were tried on: scoring's last snapshot. */
      triedOn: found.row?.position ?? null,
      recourse:
        found.row === null || bundle === null
          ? recourse.map((each) => ({ ...each, remedies: null }))
          : remedy(recourse, { merchant, ...found.row }, bundle, language),
      language,
    };
  }

  /** The merchant's life in order, from the beginning or after a cursor. */
  @Get(':id/story')
  @Header('vary', 'accept-language')
  async story(
    @Param('id') id: string,
    @Query() raw: unknown,
    @Headers('accept-language') accept: string | undefined,
  ): Promise<unknown> {
    const merchant = readId(id, merchantId);
    const query = readQuery(raw, { lang: languageRule, after: timeCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    const after = query.after ?? null;
    const found = await readTogether(this.database, async (sql) => ({
      asOf: await readAsOf(sql, ['capability', 'decisions'], this.partitions),
      before: after === null ? [] : await findLifeBefore(sql, merchant, after),
      rows: await findLife(sql, merchant, after, size + 1),
      capability: await findMerchant(sql, merchant),
    }));
    if (found.rows.length === 0 && found.before.length === 0 && found.capability === null)
      throw notFound(`nothing of merchant ${merchant} has been seen yet`, { asOf: found.asOf });
    const { page, next } = pageOf(found.rows, size, formatTimeCursor);
    const language = query.lang ?? languageOf(accept);
    const [before, events] = [found.before, page].map((rows) => rows.map(eventOf)) as [
      CloudEvent[],
      CloudEvent[],
    ];
    const naming = new Map<string, Naming>();
    for (const hash of new Set(events.map(bundleOf)))
      naming.set(hash, await this.shelf.naming(hash, language));
    const steps = tellStory(before, events, language, (hash) => naming.get(hash)!);
    return { asOf: found.asOf, merchant, steps, next, language };
  }

  private async recourse(
    standing: readonly DecisionRow[],
    capability: MerchantCapability,
    language: Language,
  ): Promise<Recourse[]> {
    const all: Recourse[] = [];
    for (const row of standing.filter((each) => ADVERSE.has(each.outcome))) {
      const event = eventOf(row);
      const naming = await this.shelf.naming(bundleOf(event), language);
      all.push(...recourseOf(event, capability, language, naming));
    }
    return all;
  }
}

function eventOf(row: DecisionRow): CloudEvent {
  return JSON.parse(row.record) as CloudEvent;
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
    score: capability.score,
    ladders: capability.ladders,
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
