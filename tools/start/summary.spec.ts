import type { AccountBalance, Decision } from '#domain/outputs';
import type { LogBatch, Logs } from '#stream/log';
import { createSummary } from './summary.ts';

const NOTHING: AccountBalance = {
  leasedIn: 0,
  free: 0,
  held: 0,
  settling: 0,
  spent: 0,
  returned: 0,
  overrun: 0,
  clawedBack: 0,
};
const ACCOUNTS = [
  { id: 'season', unit: 'exposures', total: 1_000, period: null, within: null, per: null },
  { id: 'growth', unit: 'exposures', total: 900, period: null, within: 'season', per: null },
  { id: 'relief', unit: 'minor', total: 500, period: 'month', within: null, per: 'entity' },
];

test('shows what each programme did, what that meant for merchants, and why so much was withheld', async () => {
  const table = await tableOf([
    decision('m1', 'welcome', 'offer', '0/1/0/0'),
    decision('m2', 'welcome', 'offer', '0/2/0/0'),
    decision('m3', 'welcome', 'offer', '0/3/0/0'),
    decision('m1', 'welcome', 'issue', '0/4/0/0'),
    decision('m2', 'welcome', 'forfeit', '0/5/0/0'),
    decision('m4', 'floor', 'issue', '0/6/0/0', { reasons: ['floor'] }),
    decision('m4', 'relief', 'claw-back', '0/7/0/0'),
    decision('m5', 'growth', 'withhold', '0/8/0/0', { reasons: ['no-headroom', 'cool-down'] }),
    decision('m6', 'growth', 'withhold', '0/9/0/0', { reasons: ['no-headroom'] }),
  ]);
  expect(table).toMatch(/welcome {2,}forfeit 1 {2}issue 1 {2}offer 3/);
  expect(table).toContain('courses offered 3: done and given 1, too late or never 1');
  expect(table).toContain('taken back          grants 1, of merchants 1');
  expect(table.indexOf('2  no-headroom')).toBeLessThan(table.indexOf('1  cool-down'));
  expect(table).toMatch(/no-headroom +it can carry no more orders than it already has/);
});

test('states each account by what was last said of its purses, whoever said it', async () => {
  const first = { ...NOTHING, leasedIn: 400, free: 300, held: 100 };
  const last = { ...NOTHING, leasedIn: 400, free: 250, held: 50, spent: 100 };
  const returned = { ...NOTHING, leasedIn: 400, held: 50, spent: 100, returned: 250 };
  const table = await tableOf(
    [
      decision('m1', 'growth', 'issue', '0/4/0/0', { budget: budget('growth', first) }),
      decision('m1', 'growth', 'expire', '0/5/0/0', { budget: budget('growth', last) }),
      decision('m2', 'growth', 'issue', '1/5/0/0', { budget: budget('growth', first) }),
      decision('m1', 'relief', 'issue', '0/6/0/0', { budget: budget('relief~e@2026-11-01', first) }),
      decision('m9', 'relief', 'issue', '0/7/0/0', { budget: budget('relief~e@2026-11-01', first) }),
    ],
    [
      { account: 'growth', holder: null, position: '0/5/0/1', balance: returned },
      { account: 'growth', holder: null, position: '0/3/0/0', balance: NOTHING },
    ],
  );
  expect(row(table, 'growth')).toEqual(['exposures', '900', '100', '150', '300', '350', '0']);
  expect(row(table, 'season')).toEqual(['exposures', '1000', '100', '150', '300', '450', '0']);
  expect(row(table, 'relief')).toEqual(['minor', 'each', '0', '200', '600', '-', '0']);
});

async function tableOf(decisions: readonly object[], mail: readonly object[] = []): Promise<string> {
  const logs: Record<string, readonly object[]> = {
    decisions,
    policies: [
      {
        accounts: ACCOUNTS.map((account) => ({ ...account, names: {} })),
        programmes: [],
        metrics: [],
        ladders: [],
        currency: 'CNY',
      },
    ],
    treasury: mail.map((data) => ({ type: 'updraft.treasury.return.v1', data })),
  };
  const summary = createSummary(inMemory(logs), { partitions: 1, treasuries: 1 });
  await summary.refresh();
  return summary.table();
}

function inMemory(logs: Readonly<Record<string, readonly object[]>>): Logs {
  const records = (log: string) =>
    logs[log]!.map((value, offset) => ({ key: 'b', value: Buffer.from(JSON.stringify(value)), offset }));
  const reading: Pick<Logs, 'endOffsets' | 'read'> = {
    endOffsets: (log) => Promise.resolve([logs[log]!.length]),
    async *read(log, partition, from): AsyncGenerator<LogBatch> {
      const all = await Promise.resolve(records(log));
      const { length } = all;
      yield { log, partition, records: all.slice(from), nextOffset: length, endOffset: length };
    },
  };
  return reading as Logs;
}

function decision(
  merchantId: string,
  programme: string,
  outcome: Decision['outcome'],
  position: string,
  changes: Partial<Decision> = {},
): object {
  const data = {
    programme,
    outcome,
    position,
    bundle: 'b',
    reasons: [],
    conditions: [],
    budget: null,
    ...changes,
  };
  return { subject: merchantId, data };
}

function budget(account: string, after: AccountBalance): NonNullable<Decision['budget']> {
  return { account, unit: 'exposures', before: NOTHING, after };
}

function row(table: string, account: string): string[] {
  const line = table.split('\n').findLast((each) => each.trim().startsWith(`${account} `))!;
  return line.trim().split(/\s+/).slice(1);
}
