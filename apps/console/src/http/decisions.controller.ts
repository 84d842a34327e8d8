import { Controller, Get, Header, Headers, Inject, Param, Query, Res, UseGuards } from '@nestjs/common';
import type { CloudEvent } from '#domain/stage/stage';
import { findDecision, findDecisions } from '#store/read/find-decisions';
import type { Database } from '#store/sql';
import { bundleOf, BundleShelf } from '../bundle-shelf.ts';
import { explainDecision, languageOf, OUTCOMES } from '../explain.ts';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { readAsOf, readTogether } from '../read-scope.ts';
import { StreamClients, type StreamReply } from '../stream/stream-clients.ts';
import { decisionSummary } from './merchants.controller.ts';
import { badRequest, notFound } from './refusal.ts';
import {
  formatTimeCursor,
  limit,
  LIMIT_DEFAULT,
  merchantId,
  name,
  oneOf,
  positionOf,
  readQuery,
  timeCursor,
} from './query.ts';
import { ReaderGuard } from './reader.guard.ts';

const outcome = oneOf(...OUTCOMES);
const filters = { merchant: merchantId, programme: name, outcome };

@Controller('v1/decisions')
@UseGuards(ReaderGuard)
export class DecisionsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
    @Inject(BundleShelf) private readonly shelf: BundleShelf,
    @Inject(StreamClients) private readonly clients: StreamClients,
  ) {}

  @Get()
  async list(@Query() raw: unknown): Promise<unknown> {
    const {
      after,
      limit: size = LIMIT_DEFAULT,
      ...filter
    } = readQuery(raw, { ...filters, after: timeCursor, limit });
    return readTogether(this.database, async (sql) => {
      const rows = await findDecisions(sql, filter, after ?? null, size + 1);
      const page = rows.slice(0, size);
      return {
        asOf: await readAsOf(sql, ['decisions'], this.partitions),
        decisions: page.map(decisionSummary),
        next: rows.length > size ? formatTimeCursor(page.at(-1)!) : null,
      };
    });
  }

  /** Server-sent events. Everything is checked before the first byte, so that a refusal is still a refusal. */
  @Get('stream')
  async stream(
    @Query() raw: unknown,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: StreamReply,
  ): Promise<void> {
    const { from, ...filter } = readQuery(raw, { ...filters, from: this.clients.fromRule });
    // A client that comes back says where it was; `from` in its address is where it once began.
    await this.clients.serve(reply, filter, this.resumeFrom(lastEventId) ?? from);
  }

  // The wildcard takes an id as it is printed, with its slashes.
  @Get([':id', '*'])
  @Header('vary', 'accept-language')
  async one(
    @Param() { id = '', '*': printed }: { id?: string; '*'?: string },
    @Headers('accept-language') accept: string | undefined,
  ): Promise<unknown> {
    const asked = printed ?? id;
    const position = positionOf(asked);
    if (position === null) {
      const rule = 'must be a position, such as 3-18842-0-1 or 3%2F18842%2F0%2F1';
      throw badRequest([{ field: 'id', value: JSON.stringify(asked.slice(0, 64)), rule }]);
    }
    const found = await readTogether(this.database, async (sql) => ({
      asOf: await readAsOf(sql, ['decisions'], this.partitions),
      row: await findDecision(sql, position),
    }));
    if (found.row === null) throw notFound(`no decision at position ${position}`, { asOf: found.asOf });
    const record = JSON.parse(found.row.record) as CloudEvent;
    const language = languageOf(accept);
    const naming = await this.shelf.naming(bundleOf(record), language);
    return {
      asOf: found.asOf,
      id: position,
      record,
      explanation: explainDecision(record, language, naming),
      language,
    };
  }

  private resumeFrom(header: string | undefined): ReturnType<typeof this.clients.fromRule.parse> {
    if (header === undefined || header === '') return undefined;
    const parsed = this.clients.fromRule.parse(header);
    if (parsed === undefined) {
      const value = JSON.stringify(header.slice(0, 64));
      throw badRequest([{ field: 'Last-Event-ID', value, rule: this.clients.fromRule.rule }]);
    }
    return parsed;
  }
}
