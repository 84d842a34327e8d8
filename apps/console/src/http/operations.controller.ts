import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { INBOUND_REASONS } from '#contracts/records/letter-records';
import { findDeadLetter, findDeadLetters } from '#store/read/find-dead-letters';
import type { DeadLetterRow } from '#store/read/project';
import type { Database } from '#store/sql';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { readAsOf, readTogether } from '../read-scope.ts';
import { PartitionStatus } from '../partition-status.ts';
import { formatTimeCursor, limit, LIMIT_DEFAULT, oneOf, readQuery, timeCursor } from './query.ts';
import { notFound, refusalOf } from './refusal.ts';
import { ReaderGuard } from './reader.guard.ts';

const reason = oneOf('too-late', 'from-the-future', 'conflict', 'quarantined', ...INBOUND_REASONS);
const WRITER = /^[a-z]+\/\d{1,9}$/;
const SEQUENCE = /^\d{1,15}$/;

/** Dead letters and the state of every partition. */
@Controller('v1')
@UseGuards(ReaderGuard)
export class OperationsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
    @Inject(PartitionStatus) private readonly partitionStatus: PartitionStatus,
  ) {}

  @Get('dead-letters')
  async deadLetters(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { reason, after: timeCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    return readTogether(this.database, async (sql) => {
      const rows = await findDeadLetters(sql, query.reason, query.after ?? null, size + 1);
      const page = rows.slice(0, size);
      return {
        asOf: await readAsOf(sql, ['dead-letters'], this.partitions),
        deadLetters: page.map(listedLetter),
        next: rows.length > size ? formatTimeCursor(page.at(-1)!) : null,
      };
    });
  }

  /** One of them whole. Its id is WRITER/SEQUENCE, as `scoring/3/4`. */
  @Get('dead-letters/:stage/:partition/:sequence')
  async deadLetter(@Param() id: { stage: string; partition: string; sequence: string }): Promise<unknown> {
    const writer = `${id.stage}/${id.partition}`;
    const isId = WRITER.test(writer) && SEQUENCE.test(id.sequence);
    const row = isId ? await findDeadLetter(this.database, writer, Number(id.sequence)) : null;
    if (row === null) throw notFound(`there is no dead letter ${writer}/${id.sequence}`);
    return letter(row, dataOf(row.record));
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

/** In a list without the bytes of what came from a topic: they may be many. */
function listedLetter(row: DeadLetterRow): object {
  const data = dataOf(row.record) as { bytes?: { length: number; sha256: string | null } };
  if (data.bytes === undefined) return letter(row, data);
  const { length, sha256 } = data.bytes;
  return letter(row, { ...data, bytes: { length, sha256 } });
}

function letter({ writer, sequence, merchant, atMs }: DeadLetterRow, data: object): object {
  return { id: `${writer}/${sequence}`, merchant, at: new Date(atMs).toISOString(), ...data };
}

function dataOf(record: string): object {
  return (JSON.parse(record) as { data: object }).data;
}
