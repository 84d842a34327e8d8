import fc from 'fast-check';
import { BUYERS_MAX, buyersSince, defectBuyers, nameOfBuyer, noteBuyer, recentBuyers } from './buyers.ts';
import { DEFECT, DISPUTE } from './marked-orders.ts';

const pseudonym = (n: number): string => `b_${n.toString(16).padStart(32, '0')}`;

test('as many different buyers as bought since any day, up to the bound, in whatever order they arrive', () => {
  const sale = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(sale, { maxLength: 300 }), fc.nat(300), (sales, restart) => {
      let kept = recentBuyers();
      for (const [at, [buyer, day]] of sales.entries()) {
        noteBuyer(kept, pseudonym(buyer), day);
        if (at === restart)
          kept = recentBuyers(JSON.parse(JSON.stringify([...kept.days])) as [string, number][]);
      }
      expect(kept.days.size).toBeLessThanOrEqual(BUYERS_MAX);
      for (let from = 0; from <= 41; from++) {
        const exact = new Set(sales.filter(([, day]) => day >= from).map(([buyer]) => buyer)).size;
        expect(buyersSince(kept, from)).toBe(Math.min(BUYERS_MAX, exact));
      }
    }),
  );
});

test('a pseudonym is told apart by its last sixteen characters', () => {
  expect(nameOfBuyer(`b_${'0'.repeat(16)}${'a'.repeat(16)}`)).toBe('a'.repeat(16));
});

test('different buyers with a defect are counted over the days on which their orders were placed', () => {
  const orders = new Map([
    ['a', { day: 10, buyer: 'x', marks: DEFECT }],
    ['b', { day: 11, buyer: 'x', marks: DEFECT | DISPUTE }],
    ['c', { day: 12, buyer: 'y', marks: DEFECT }],
    ['d', { day: 12, buyer: 'z', marks: DISPUTE }],
  ]);
  expect(defectBuyers(orders, 10, 12)).toBe(2);
  expect(defectBuyers(orders, 10, 11)).toBe(1);
  expect(defectBuyers(orders, 13, 20)).toBe(0);
});
