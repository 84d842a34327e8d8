import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { formatInstant, HOUR_MS, DAY_MS } from '#domain/time';
import { findAccounts, findBurn, findPurses, type AccountTotals, type Burn } from '#store/read/find-accounts';
import { findPostings } from '#store/read/find-money';
import type { Database, Sql } from '#store/sql';
import { AccountBook, type AccountTerms } from '../account-book.ts';
import { DATABASE, PARTITIONS } from '../injection.ts';
import { readAsOf, readTogether, type ProjectedLog } from '../read-scope.ts';
import {
  account as accountRule,
  formatTimeCursor,
  instant,
  limit,
  LIMIT_DEFAULT,
  merchantId,
  pageOf,
  readId,
  readQuery,
  timeCursor,
  type Query as Parsed,
  type QueryRule,
} from './query.ts';
import { badRequest, notFound } from './refusal.ts';
import { ReaderGuard } from './reader.guard.ts';

const LOGS: readonly ProjectedLog[] = ['capability', 'decisions', 'treasury'];
/** A burn has a sample an hour; longer spans are asked for in parts. */
const BURN_MAX_MS = 31 * DAY_MS;

/** `next` of a page of holders: a partition, or a partition and a merchant. */
const holderCursor: QueryRule<{ partition: number; holder: string }> = {
  rule: 'must be the `next` of an earlier page',
  parse: (text) => {
    const [, partition, holder = ''] = /^(\d{1,9})(?:\/(.+))?$/.exec(text) ?? [];
    if (partition === undefined || (holder !== '' && merchantId.parse(holder) === undefined))
      return undefined;
    return { partition: Number(partition), holder };
  },
};

const burnRules = { since: instant, until: instant };

/** Accounts by instance: how they stand over all purses, how they burn, what was posted to them. */
@Controller('v1/accounts')
@UseGuards(ReaderGuard)
export class AccountsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PARTITIONS) private readonly partitions: number,
    @Inject(AccountBook) private readonly book: AccountBook,
  ) {}

  @Get()
  async list(@Query() raw: unknown): Promise<unknown> {
    const query = readQuery(raw, { account: accountRule, after: accountRule, limit, ...burnRules });
    const hours = hoursOf(query);
    const size = query.limit ?? LIMIT_DEFAULT;
    const found = await readTogether(this.database, async (sql) => {
      const accounts = await findAccounts(sql, query.account, query.after ?? null, size + 1);
      const { page, next } = pageOf(accounts, size, ({ account }) => account);
      return {
        asOf: await readAsOf(sql, LOGS, this.partitions),
        page,
        next,
        burn: await burnOf(sql, page, hours),
      };
    });
    const terms = await this.book.terms(found.page.map(({ account }) => account));
    const accounts = found.page.map((totals, i) => accountAnswer(totals, terms[i]!, found.burn));
    return { asOf: found.asOf, accounts, next: found.next };
  }

  @Get(':id')
  async one(@Param('id') id: string, @Query() raw: unknown): Promise<unknown> {
    const instance = readId(id, accountRule);
    const hours = hoursOf(readQuery(raw, burnRules));
    const found = await readTogether(this.database, async (sql) => {
      const totals = await this.known(sql, instance);
      return {
        asOf: await readAsOf(sql, LOGS, this.partitions),
        totals,
        burn: await burnOf(sql, [totals], hours),
      };
    });
    const [terms] = await this.book.terms([instance]);
    return { asOf: found.asOf, ...accountAnswer(found.totals, terms!, found.burn) };
  }

  /** Whose purses they are: partitions, or merchants of them where the account is per legal entity. */
  @Get(':id/holders')
  async holders(@Param('id') id: string, @Query() raw: unknown): Promise<unknown> {
    const instance = readId(id, accountRule);
    const query = readQuery(raw, { after: holderCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    return readTogether(this.database, async (sql) => {
      await this.known(sql, instance);
      const found = await findPurses(sql, instance, query.after ?? null, size + 1);
      const { page, next } = pageOf(found, size, cursorOfHolder);
      const holders = page.map(({ partition, holder, position, atMs, balance }) => ({
        partition,
        merchant: holder === '' ? null : holder,
        position,
        at: formatInstant(atMs),
        balance,
      }));
      return { asOf: await readAsOf(sql, LOGS, this.partitions), account: instance, holders, next };
    });
  }

  @Get(':id/postings')
  async postings(@Param('id') id: string, @Query() raw: unknown): Promise<unknown> {
    const instance = readId(id, accountRule);
    const query = readQuery(raw, { after: timeCursor, limit });
    const size = query.limit ?? LIMIT_DEFAULT;
    return readTogether(this.database, async (sql) => {
      await this.known(sql, instance);
      const found = await findPostings(sql, instance, query.after ?? null, size + 1);
      const { page, next } = pageOf(found, size, formatTimeCursor);
      const postings = page.map(({ position, atMs, holder, account: _account, ...posting }) => ({
        decision: position,
        at: formatInstant(atMs),
        holder: holder === '' ? null : holder,
        ...posting,
      }));
      const asOf = await readAsOf(sql, ['decisions'], this.partitions);
      return { asOf, account: instance, postings, next };
    });
  }

  private async known(sql: Sql, instance: string): Promise<AccountTotals> {
    const found = await findAccounts(sql, instance, null, 1);
    const totals = found.find(({ account }) => account === instance);
    if (totals !== undefined) return totals;
    const asOf = await readAsOf(sql, LOGS, this.partitions);
    throw notFound(`no purse of account instance ${instance} has been seen yet`, { asOf });
  }
}

interface Hours {
  readonly since: number;
  readonly until: number;
}

/** Hours since 1970 of `since` to before `until`; null where no burn is asked for. */
function hoursOf({ since, until }: Parsed<typeof burnRules>): Hours | null {
  if (since === undefined && until === undefined) return null;
  if (since === undefined) {
    throw badRequest([{ field: 'since', value: 'absent', rule: 'must be given where `until` is' }]);
  }
  const end = until ?? since + BURN_MAX_MS;
  if (end <= since || end - since > BURN_MAX_MS) {
    const rule = 'must be after `since`, by at most 31 days';
    throw badRequest([{ field: 'until', value: JSON.stringify(formatInstant(end)), rule }]);
  }
  return { since: Math.floor(since / HOUR_MS), until: Math.ceil(end / HOUR_MS) };
}

async function burnOf(
  sql: Sql,
  page: readonly AccountTotals[],
  hours: Hours | null,
): Promise<ReadonlyMap<string, Burn[]> | null> {
  if (hours === null) return null;
  const names = page.map(({ account }) => account);
  const burn = new Map<string, Burn[]>(names.map((each) => [each, []]));
  for (const sample of await findBurn(sql, names, hours.since, hours.until)) {
    burn.get(sample.account)!.push(sample);
  }
  return burn;
}

function accountAnswer(
  { account, unit, holders, balance, leased, atMs }: AccountTotals,
  terms: AccountTerms,
  burn: ReadonlyMap<string, Burn[]> | null,
): object {
  return {
    account,
    ...terms,
    unit: terms.unit ?? unit,
    holders,
    balance,
    leased,
    // Logs are read side by side: a balance may be shown before the lease that made it.
    inFlight: Math.max(0, leased - balance.leasedIn),
    at: formatInstant(atMs),
    ...(burn === null ? {} : { burn: burn.get(account)!.map(sampleOf) }),
  };
}

function sampleOf({ hour, account: _account, ...parts }: Burn): object {
  return { hour: formatInstant(hour * HOUR_MS), ...parts };
}

function cursorOfHolder({ partition, holder }: { partition: number; holder: string }): string {
  return holder === '' ? String(partition) : `${partition}/${holder}`;
}
