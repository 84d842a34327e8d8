import fc from 'fast-check';
import { countOpen, openOrders, openOrdersAt, tidyOpen } from './open-orders.ts';

const TODAY = 100;

test('open and overdue orders, and the day on which more fall overdue', () => {
  const orders = openOrders([[TODAY - 1, 2], [TODAY, 1], [TODAY + 2, 4]]); // prettier-ignore
  expect(openOrdersAt(orders, TODAY)).toEqual({ open: 7, overdue: 2, nextOverdueDay: TODAY + 1 });
  expect(openOrdersAt(orders, TODAY + 1)).toEqual({ open: 7, overdue: 3, nextOverdueDay: TODAY + 3 });
  expect(openOrdersAt(openOrders(), TODAY)).toEqual({ open: 0, overdue: 0, nextOverdueDay: Infinity });
});

test('an order that left before it was paid for hides no other that falls overdue, and counts as none', () => {
  const orders = openOrders([[TODAY, -1], [TODAY + 1, 1]]); // prettier-ignore
  expect(openOrdersAt(orders, TODAY)).toEqual({ open: 0, overdue: 0, nextOverdueDay: TODAY + 1 });
  expect(openOrdersAt(orders, TODAY + 2)).toEqual({ open: 0, overdue: 0, nextOverdueDay: Infinity });
});

test('days with nothing open, and days too long ago, are forgotten', () => {
  const orders = openOrders([[TODAY - 9, 3], [TODAY, 0], [TODAY + 1, 1]]); // prettier-ignore
  tidyOpen(orders, TODAY - 9);
  expect([...orders.perDay]).toEqual([[TODAY + 1, 1]]);
});

test('kept sums equal those reckoned anew, whatever comes in which order', () => {
  const change = fc.record({
    day: fc.integer({ min: TODAY - 3, max: TODAY + 5 }),
    by: fc.constantFrom(-1, 1),
    turns: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const orders = openOrders();
      let today = TODAY;
      for (const { day, by, turns } of changes) {
        if (turns) today += 1;
        openOrdersAt(orders, today);
        countOpen(orders, day, by);
        expect(openOrdersAt(orders, today)).toEqual(openOrdersAt(openOrders(orders.perDay), today));
      }
    }),
  );
});
