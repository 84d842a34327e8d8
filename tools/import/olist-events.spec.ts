import type { CloudEvent } from '#domain/stage/stage';
import { olistEvents, type LeadChoice } from './olist-events.ts';
import { SMALL_MARKET, writeOlist, type OlistLines } from './olist-fixture.ts';
import { readOlist } from './olist-rows.ts';

async function eventsOf(lines: OlistLines, leads: LeadChoice = 'won'): Promise<CloudEvent[]> {
  return olistEvents(await readOlist(await writeOlist(lines)), leads).events.map(({ event }) => event);
}

const short = (event: CloudEvent): string => `${event.time.slice(0, 16)} ${event.id} of ${event.subject}`;

test('leads, deals and order lines become one history in the order of their own times', async () => {
  expect((await eventsOf(SMALL_MARKET)).map(short)).toEqual([
    '2018-01-05T02:00 contact-lead1 of anna',
    '2018-01-10T18:00 registered-anna of anna',
    '2018-01-10T18:00 onboarding-lead1 of anna',
    '2018-02-15T14:59 registered-carl of carl',
    '2018-02-15T15:00 paid-order1-anna of anna',
    '2018-02-15T15:00 paid-order1-carl of carl',
    '2018-02-24T15:00 paid-order2-carl of carl',
    // Won before its first contact, and kept that way.
    '2018-03-06T19:38 registered-bela of bela',
    '2018-03-06T19:38 onboarding-lead2 of bela',
    '2018-03-08T03:00 contact-lead2 of bela',
  ]);
});

test('an order is what one seller has in it: exact sum, no freight, five days to ship, not tracked', async () => {
  const order = (await eventsOf(SMALL_MARKET)).find((event) => event.id === 'paid-order1-anna')!;
  expect(order.data).toEqual({
    orderId: 'order1',
    orderedAt: '2018-02-15T15:00:00.000Z',
    shipBy: '2018-02-20T15:00:00.000Z',
    amountMinor: 30,
    currency: 'BRL',
    category: 'pet',
    buyer: 'order:order1',
    // Nothing in these files says whether it was shipped (ADR 0010).
    dispatch: 'untracked',
  });
});

test('a seller that was never a lead has an unknown category', async () => {
  const events = await eventsOf(SMALL_MARKET);
  expect(events.find((event) => event.id === 'registered-carl')!.data['category']).toBe('unknown');
  expect(events.find((event) => event.id === 'paid-order2-carl')!.data['category']).toBe('unknown');
});

test('the onboarding survey answers what was answered', async () => {
  const events = await eventsOf(SMALL_MARKET);
  const answers = (id: string): unknown => events.find((event) => event.id === id)!.data['answers'];
  expect(answers('onboarding-lead1')).toEqual({
    business_segment: 'pet',
    lead_type: 'online_big',
    lead_behaviour_profile: 'cat.wolf',
    business_type: 'reseller',
    has_company: 'yes',
    has_gtin: 'no',
    average_stock: '200-plus',
    declared_product_catalog_size: '100',
    declared_monthly_revenue_minor: '2000000',
  });
  // Empty fields and a revenue of 0.0 are no answers.
  expect(answers('onboarding-lead2')).toEqual({ business_segment: 'toys', business_type: 'reseller' });
  expect(answers('contact-lead2')).toEqual({ contact_landing_page: 'page2' });
});

test('no order is said to have been shipped, delivered or cancelled', async () => {
  const types = new Set((await eventsOf(SMALL_MARKET)).map((event) => event.type));
  expect([...types].filter((type) => type.startsWith('updraft.order'))).toEqual(['updraft.order.paid.v1']);
});

test('a lead that was never won is no merchant unless it is asked for', async () => {
  const contacts = (events: CloudEvent[]): unknown[] =>
    events.filter((event) => event.id === 'contact-lead3').map((event) => event.subject);
  expect(contacts(await eventsOf(SMALL_MARKET))).toEqual([]);
  expect(contacts(await eventsOf(SMALL_MARKET, 'all'))).toEqual(['lead:lead3']);
});

test('of two deals of one seller the first counts and the second is refused', async () => {
  const second = 'lead3,anna,x,y,2018-05-10 18:00:00,toys,,,,,,reseller,,0.0';
  const rows = await readOlist(
    await writeOlist({ ...SMALL_MARKET, deals: [...SMALL_MARKET.deals!, second] }),
  );
  expect(rows.deals.map((deal) => deal.sellerId)).toEqual(['anna', 'bela']);
  expect(rows.refused).toEqual([
    {
      where: 'olist_closed_deals_dataset.csv',
      field: 'seller_id',
      value: 'anna',
      rule: 'must not occur twice',
    },
  ]);
});

test('what is strange is counted', async () => {
  const rows = await readOlist(
    await writeOlist({
      leads: ['lead1,2018-01-05,page1,social'],
      deals: [
        'lead1,anna,x,y,2018-01-10 18:00:00,pet,,,,,a/b,,,1.5',
        'lead9,bela,x,y,2018-01-10 18:00:00,pet,,,,,,,1.5,0.0',
      ],
      sellers: ['anna,1,x,SP'],
      lines: ['order1,1,p,anna,2018-01-10 12:00:00,1.00,1', 'order2,1,p,carl,2018-01-10 12:00:00,1.00,1'],
    }),
  );
  expect(olistEvents(rows, 'won').oddities).toEqual([
    { what: 'deal whose lead is not in the leads file', times: 1 },
    { what: 'deal whose seller is not in the sellers file; registered all the same', times: 1 },
    { what: 'won seller with an order before it was won; both times kept', times: 1 },
    { what: 'seller with order lines that is not in the sellers file', times: 1 },
    { what: 'deal with a survey field that is no answer; left out as missing', times: 2 },
  ]);
});
