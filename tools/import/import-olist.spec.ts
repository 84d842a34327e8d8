import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HOUR_MS } from '#domain/time';
import type { CloudEvent } from '#domain/stage/stage';
import { activityInMemory, type ActivityInMemory } from '#sim/marketplace/history-fixture';
import {
  importOlist,
  olistGenesis,
  type ImportState,
  type ImportSummary,
  type OlistImport,
} from './import-olist.ts';
import { SMALL_MARKET, writeOlist } from './olist-fixture.ts';
import { summaryLines } from './run-import.ts';

const KEY = Buffer.alloc(32, 3);
const PARTITIONS = 2;

describe('an import', () => {
  test('writes every accepted event once, in the order of its own time', async () => {
    const { activity, summary } = await run(await writeOlist(SMALL_MARKET));
    const events = merchantEvents(activity);
    expect(summary.eventsSent).toBe(events.length);
    expect(Object.fromEntries(summary.accepted)).toEqual({
      'updraft.survey.answered.v1': 4,
      'updraft.merchant.registered.v1': 3,
      'updraft.order.paid.v1': 3,
    });
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const times = activity
        .events(partition)
        .filter(isMerchantEvent)
        .map((event) => event.time);
      expect(times).toEqual([...times].sort());
    }
  });

  test('moves the clock so that no event lies further ahead than the log allows', async () => {
    const { activity } = await run(await writeOlist(SMALL_MARKET));
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      let nowMs = Date.parse(activity.events(partition)[0]!.time);
      for (const event of activity.events(partition).slice(1)) {
        if (isMerchantEvent(event)) expect(Date.parse(event.time) - nowMs).toBeLessThanOrEqual(HOUR_MS / 6);
        else nowMs = Number(event.data['atMs']);
      }
    }
  });

  test('ticks at each midnight of the market zone, summer time included', async () => {
    const { activity } = await run(await writeOlist(SMALL_MARKET));
    const ticks = new Set(
      activity
        .events(0)
        .filter((event) => !isMerchantEvent(event))
        .map((event) => event.time),
    );
    // Summer time ended in the night to 18 February 2018.
    expect([...ticks]).toEqual(
      expect.arrayContaining([
        '2018-02-17T02:00:00.000Z',
        '2018-02-18T03:00:00.000Z',
        '2018-02-19T03:00:00.000Z',
      ]),
    );
    expect([...ticks].at(-1)).toBe('2018-03-09T03:00:00.000Z');
  });

  test('leaves the treasury at the beginning, because partitions ask for money of every period long after', async () => {
    const { activity } = await run(await writeOlist(SMALL_MARKET));
    expect(activity.treasury()).toEqual([]);
  });

  test('does not send a finished file again', async () => {
    const dir = await writeOlist(SMALL_MARKET);
    const state = stateInMemory();
    const { activity } = await run(dir, state);
    const before = activity.values(0).length + activity.values(1).length;
    const again = await run(dir, state, activity);
    expect(again.summary.eventsSent).toBe(0);
    expect(again.summary.eventsSkipped).toBe(10);
    expect(activity.values(0).length + activity.values(1).length).toBe(before);
    expect(summaryLines(again.summary).at(-1)).toContain(
      'nothing: these files were already imported (10 events)',
    );
  });

  test('sends a changed file again', async () => {
    const state = stateInMemory();
    const { activity } = await run(await writeOlist(SMALL_MARKET), state);
    const more = {
      ...SMALL_MARKET,
      lines: [...SMALL_MARKET.lines!, 'order3,1,p,dora,2018-03-01 12:00:00,1.00,1'],
    };
    const again = await run(await writeOlist(more), state, activity);
    expect(again.summary.eventsSkipped).toBe(0);
    expect(again.summary.eventsSent).toBe(12);
  });

  test('that was interrupted goes on with the day it was in', async () => {
    const dir = await writeOlist(SMALL_MARKET);
    const whole = await run(dir);
    const state = stateInMemory();
    const activity = await workspace(dir);
    activity.breakAfter(120);
    await expect(run(dir, state, activity)).rejects.toThrow('broken by the spec');
    activity.breakAfter(Infinity);
    const { summary } = await run(dir, state, activity);
    expect(summary.eventsSkipped).toBeGreaterThan(2);
    expect(summary.eventsSkipped).toBeLessThan(10);
    const distinct = (from: ActivityInMemory): Set<string> => new Set([...from.values(0), ...from.values(1)]);
    expect(distinct(activity)).toEqual(distinct(whole.activity));
  });

  test('refuses a workspace whose clock is past the first event', async () => {
    const dir = await writeOlist(SMALL_MARKET);
    const late = activityInMemory({ partitions: 1, zone: 'America/Sao_Paulo', nowMs: Date.UTC(2020, 0, 1) });
    await expect(run(dir, stateInMemory(), late)).rejects.toThrow(
      'nowMs is 2020-01-01T00:00:00.000Z, must not be',
    );
  });

  test('refuses a workspace of another market zone', async () => {
    const dir = await writeOlist(SMALL_MARKET);
    const other = activityInMemory({ partitions: 1, zone: 'Asia/Shanghai', nowMs: 0 });
    await expect(run(dir, stateInMemory(), other)).rejects.toThrow('must be America/Sao_Paulo');
  });

  test('says what it refused and why, and what it kept although it is strange', async () => {
    const { summary } = await run(
      await writeOlist({
        ...SMALL_MARKET,
        lines: [
          ...SMALL_MARKET.lines!,
          'order4,1,p,carl,2018-03-41 12:00:00,1.00,1',
          'order5,1,p,carl,2018-03-01,1.234,1',
        ],
      }),
    );
    expect(summary.refused).toEqual([
      {
        where: 'olist_order_items_slice.csv:6',
        field: 'shipping_limit_date',
        value: '2018-03-41 12:00:00',
        rule: 'must be a time YYYY-MM-DD HH:MM:SS',
      },
      {
        where: 'olist_order_items_slice.csv:7',
        field: 'price',
        value: '1.234',
        rule: 'must be an amount with at most two decimals',
      },
    ]);
    expect(summary.oddities).toEqual([
      { what: 'deal won before its first contact; both times kept', times: 1 },
    ]);
    expect(summaryLines(summary).join('\n')).toContain(
      '1 price must be an amount with at most two decimals, e.g. 1.234',
    );
  });
});

const OLIST_DIR = process.env['UPDRAFT_OLIST_DIR'] ?? join(import.meta.dirname, '../../../shared/data/olist');
const describeReal = existsSync(join(OLIST_DIR, 'olist_closed_deals_dataset.csv')) ? describe : describe.skip;

describeReal(`the real files (UPDRAFT_OLIST_DIR)`, () => {
  test('merge into the merchants, orders and answers that they hold', async () => {
    const { activity, summary } = await run(OLIST_DIR);
    expect(summary.rowsRead).toEqual({ leads: 8_000, deals: 842, sellers: 3_095, lines: 5_154 });
    expect(summary.merchants).toEqual({ won: 842, withLines: 1_151, both: 101 });
    expect(summary.refused).toEqual([]);
    expect(summary.oddities).toContainEqual({
      what: 'deal won before its first contact; both times kept',
      times: 1,
    });
    const events = merchantEvents(activity);
    expect(Object.fromEntries(summary.accepted)).toEqual({
      'updraft.survey.answered.v1': 2 * 842,
      'updraft.merchant.registered.v1': 842 + 1_151 - 101,
      'updraft.order.paid.v1': 4_587,
    });
    expect(events).toHaveLength(summary.eventsSent);
    const total = events.reduce((sum, event) => sum + Number(event.data['amountMinor'] ?? 0), 0);
    expect(total).toBe(await priceSumMinor());
  });

  test('leave what is missing missing', async () => {
    const { activity } = await run(OLIST_DIR);
    const answers = merchantEvents(activity)
      .filter((event) => event.data['survey'] === 'olist-onboarding')
      .map((event) => event.data['answers'] as Record<string, string>);
    const answered = (question: string): number => answers.filter((answer) => question in answer).length;
    expect(answered('has_company')).toBe(63);
    expect(answered('has_gtin')).toBe(64);
    expect(answered('average_stock')).toBe(66);
    expect(answered('declared_product_catalog_size')).toBe(69);
    expect(answered('declared_monthly_revenue_minor')).toBe(45);
  });
});

if (describeReal === describe.skip) {
  console.warn(`SKIPPED: the Olist files are not in ${OLIST_DIR}; set UPDRAFT_OLIST_DIR to run their suite`);
}

/** The sum of all prices, by a reader that shares nothing with the importer. */
async function priceSumMinor(): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(join(OLIST_DIR, 'olist_order_items_slice.csv'), 'utf8');
  const prices = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[5]!);
  return prices.reduce((sum, price) => sum + Number(price.replace('.', '')), 0);
}

async function run(
  dir: string,
  state: ImportState = stateInMemory(),
  activity?: ActivityInMemory,
): Promise<{ activity: ActivityInMemory; summary: ImportSummary }> {
  const into = activity ?? (await workspace(dir));
  const options: OlistImport = { dir, logs: into.logs, pseudonymKey: KEY, workspaceState: state };
  return { activity: into, summary: await importOlist(options) };
}

async function workspace(dir: string): Promise<ActivityInMemory> {
  return activityInMemory({ partitions: PARTITIONS, ...(await olistGenesis(dir)) });
}

function stateInMemory(): ImportState {
  const counts = new Map<string, number>();
  return {
    read: (fileHash) => Promise.resolve(counts.get(fileHash) ?? 0),
    write: (fileHash, acknowledged) => Promise.resolve(void counts.set(fileHash, acknowledged)),
  };
}

function merchantEvents(activity: ActivityInMemory): CloudEvent[] {
  return [...activity.events(0), ...activity.events(1)].filter(isMerchantEvent);
}

function isMerchantEvent(event: CloudEvent): boolean {
  return !event.type.startsWith('updraft.control.');
}
