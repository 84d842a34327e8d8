import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { formatInstant } from '#domain/time';
import { findLeases, findPending } from '#store/read/find-money';
import type { Database } from '#store/sql';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { readAsOf, readTogether } from '../read-scope.ts';
import {
  account,
  formatTimeCursor,
  limit,
  LIMIT_DEFAULT,
  merchantId,
  name,
  pageOf,
  readQuery,
  timeCursor,
} from './query.ts';
import { ReaderGuard } from './reader.guard.ts';

/** Who waits for money, and what the treasury leased. */
@Controller('v1')
@UseGuards(ReaderGuard)
export class QueueController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
  ) {}

  @Get('pending')
  async pending(@Query() raw: unknown): Promise<unknown> {
    const rules = { merchant: merchantId, programme: name, account, after: timeCursor, limit };
    const { after, limit: size = LIMIT_DEFAULT, ...filter } = readQuery(raw, rules);
    return readTogether(this.database, async (sql) => {
      const found = await findPending(sql, filter, after ?? null, size + 1);
      const { page, next } = pageOf(found, size, formatTimeCursor);
      const pending = page.map((row) => ({
        merchant: row.merchant,
        programme: row.programme,
        account: row.account,
        why: row.why,
        since: formatInstant(row.sinceMs),
        until: instantOrNull(row.untilMs),
        refillsAt: instantOrNull(row.refillsAtMs),
        decision: row.position,
      }));
      return { asOf: await readAsOf(sql, ['decisions'], this.partitions), pending, next };
    });
  }

  @Get('leases')
  async leases(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { account, merchant: merchantId, after: timeCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    const filter = {
      ...(query.account === undefined ? {} : { account: query.account }),
      ...(query.merchant === undefined ? {} : { holder: query.merchant }),
    };
    return readTogether(this.database, async (sql) => {
      const found = await findLeases(sql, filter, query.after ?? null, size + 1);
      const { page, next } = pageOf(found, size, formatTimeCursor);
      const leases = page.map(({ holder, atMs, ...lease }) => ({
        ...lease,
        merchant: holder === '' ? null : holder,
        at: formatInstant(atMs),
      }));
      return { asOf: await readAsOf(sql, ['capability'], this.partitions), leases, next };
    });
  }
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : formatInstant(ms);
}
