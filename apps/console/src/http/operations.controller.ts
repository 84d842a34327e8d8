import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { findDeadLetters } from '#store/read/find-dead-letters';
import { findGrants } from '#store/read/find-grants';
import type { Database } from '#store/sql';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { readAsOf, readTogether } from '../read-scope.ts';
import { PartitionStatus } from '../partition-status.ts';
import {
  formatTimeCursor,
  limit,
  LIMIT_DEFAULT,
  merchantId,
  name,
  oneOf,
  readQuery,
  timeCursor,
} from './query.ts';
import { refusalOf } from './refusal.ts';
import { ReaderGuard } from './reader.guard.ts';

const status = oneOf('active', 'shrunk', 'expired', 'revoked');
const reason = oneOf('too-late', 'from-the-future', 'conflict', 'quarantined');

/** Grants, dead letters and the state of every partition. */
@Controller('v1')
@UseGuards(ReaderGuard)
export class OperationsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
    @Inject(PartitionStatus) private readonly partitionStatus: PartitionStatus,
  ) {}

  @Get('grants')
  async grants(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { merchant: merchantId, status, after: name, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    const filter = {
      ...(query.merchant === undefined ? {} : { merchant: query.merchant }),
      ...(query.status === undefined ? {} : { statuses: [query.status] }),
    };
    return readTogether(this.database, async (sql) => {
      const rows = await findGrants(sql, filter, query.after ?? null, size + 1);
      const page = rows.slice(0, size);
      return {
        asOf: await readAsOf(sql, ['grants'], this.partitions),
        grants: page.map(({ merchant, record }) => ({ merchant, ...dataOf(record) })),
        next: rows.length > size ? page.at(-1)!.grantId : null,
      };
    });
  }

  @Get('dead-letters')
  async deadLetters(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { reason, after: timeCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    return readTogether(this.database, async (sql) => {
      const rows = await findDeadLetters(sql, query.reason, query.after ?? null, size + 1);
      const page = rows.slice(0, size);
      return {
        asOf: await readAsOf(sql, ['dead-letters'], this.partitions),
        deadLetters: page.map(({ merchant, atMs, record }) => ({
          merchant,
          at: new Date(atMs).toISOString(),
          ...dataOf(record),
        })),
        next: rows.length > size ? formatTimeCursor(page.at(-1)!) : null,
      };
    });
  }

  @Get('status')
  async status(@Query() raw: unknown): Promise<unknown> {
    readQuery(raw, {});
    try {
      return await this.partitionStatus.read();
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function dataOf(record: string): object {
  return (JSON.parse(record) as { data: object }).data;
}
