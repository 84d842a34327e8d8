import fc from 'fast-check';
import { QUANTITY_MAX } from '../number.ts';
import { addFact, dropThrough, emptyBuckets, type Buckets } from './bucket.ts';
import { FACT, FACTS } from './fact.ts';
import { packBefore, packDays, unpackBefore, unpackDays } from './pack-days.ts';

const TODAY = 20_000;

/** Fact, day, amount. */
function listOf({ columns }: Buckets): [string, number, number][] {
  return columns.flatMap((column, fact) =>
    (column?.days ?? []).map((day, at): [string, number, number] => [
      FACTS[fact]!,
      day,
      column!.amounts[at]!,
    ]),
  );
}

function unpacked(...parts: readonly string[]): Buckets {
  const buckets = emptyBuckets();
  for (const packed of parts) unpackDays(buckets, packed);
  return buckets;
}

test('days come back from their packed form, without what was not asked for', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, FACT.ordersPaid, 2);
  addFact(buckets, TODAY - 1, FACT.gmvMinor, QUANTITY_MAX);
  for (const day of [0, 1, 2, 3, 40]) addFact(buckets, TODAY - day, FACT.serviceUses, 31 + day);
  expect(listOf(unpacked(packDays(buckets, () => true)))).toEqual(listOf(buckets));
  expect(listOf(unpacked(packDays(buckets, (day) => day === TODAY)))).toEqual([
    ['ordersPaid', TODAY, 2],
    ['serviceUses', TODAY, 31],
  ]);
  expect(packDays(emptyBuckets(), () => true)).toBe('');
});

test('whatever days are packed come back, in rows that were unpacked in parts as well', () => {
  const fact = fc.record({
    day: fc.nat({ max: 30_000 }),
    place: fc.nat({ max: FACTS.length - 1 }),
    amount: fc.integer({ min: 1, max: QUANTITY_MAX }),
  });
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 40 }), fc.nat({ max: 30_000 }), (facts, through) => {
      const buckets = emptyBuckets();
      for (const each of facts) addFact(buckets, each.day, each.place, each.amount);
      dropThrough(buckets, through);
      const open = packDays(buckets, (day) => day >= 25_000);
      const again = unpacked(
        open,
        packDays(buckets, (day) => day < 25_000),
      );
      unpackBefore(again, packBefore(buckets));
      expect(again).toEqual(buckets);
    }),
  );
});

test('a day that follows the one before it takes no more than its amount', () => {
  const buckets = emptyBuckets();
  const lengthOf = (): number => packDays(buckets, () => true).length;
  for (let day = 0; day < 100; day++) addFact(buckets, TODAY + day, FACT.ordersPaid, 15);
  const before = lengthOf();
  for (let day = 100; day < 200; day++) addFact(buckets, TODAY + day, FACT.ordersPaid, 15);
  expect(lengthOf() - before).toBe(100);
});

test.each(['é', packedOne().slice(0, -1), `${packedOne()}A`, 'A__A'])(
  'what is no packed form is refused, never taken for less: %s',
  (packed) => {
    expect(() => unpacked(packed)).toThrow('days cannot be unpacked');
  },
);

function packedOne(): string {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, FACT.ordersPaid, 2);
  return packDays(buckets, () => true);
}
