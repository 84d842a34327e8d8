import fc from 'fast-check';
import { QUANTITY_MAX } from '../number.ts';
import {
  balanceOf,
  beginSettling,
  commitUsage,
  openAccount,
  release,
  reserve,
  setShare,
  shareOfTotal,
  type Account,
} from './account.ts';

const funded = (share: number): Account => setShare(openAccount(), share);

test('the shares of a total add up to it, the remainder one by one to the lowest partitions', () => {
  expect([0, 1, 2, 3].map((partition) => shareOfTotal(10, 4, partition))).toEqual([3, 3, 2, 2]);
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000_000_000 }), fc.integer({ min: 1, max: 64 }), (total, partitions) => {
      const shares = Array.from({ length: partitions }, (_, partition) =>
        shareOfTotal(total, partitions, partition),
      );
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a grant goes from free to held to settling, is spent on the way, and what is left returns', () => {
  let account = reserve(funded(100), 60);
  expect(balanceOf(account)).toMatchObject({ leasedIn: 100, free: 40, held: 60 });
  account = commitUsage(account, 25, 'held', 0);
  account = beginSettling(account, 35);
  account = commitUsage(account, 5, 'settling', 7);
  account = release(account, 30, 'settling');
  expect(balanceOf(account)).toEqual({
    leasedIn: 100,
    free: 70,
    held: 0,
    settling: 0,
    spent: 30,
    returned: 0,
    overrun: 7,
  });
});

test('a cut takes what is free now and the rest as it comes free; a raise forgives what is owed first', () => {
  let account = setShare(reserve(funded(100), 60), 10);
  expect(account).toMatchObject({ free: 0, returned: 40, owed: 50 });
  account = release(account, 20, 'held');
  expect(account).toMatchObject({ free: 0, returned: 60, owed: 30, held: 40 });
  account = setShare(account, 45);
  expect(account).toMatchObject({ free: 5, returned: 60, owed: 0, leasedIn: 105 });
});

test.each<[string, (account: Account) => Account]>([
  ['more than is free', (account) => reserve(account, 41)],
  ['more than is held', (account) => commitUsage(account, 61, 'held', 0)],
  ['more than settles', (account) => release(account, 1, 'settling')],
  ['more held than there is into settling', (account) => beginSettling(account, 61)],
  ['less than nothing', (account) => reserve(account, -61)],
  ['a fraction', (account) => commitUsage(account, NaN, 'held', 0)],
])('nobody can take %s', (_name, posting) => {
  expect(() => posting(reserve(funded(100), 60))).toThrow(/overdrawn|out of balance/);
});

test('overrun stands outside the budget and stops at the maximum', () => {
  const over = commitUsage(reserve(funded(100), 60), 60, 'held', Number.MAX_SAFE_INTEGER);
  expect(balanceOf(commitUsage(over, 0, 'held', 5))).toMatchObject({
    spent: 60,
    overrun: QUANTITY_MAX,
    free: 40,
  });
});

test('whatever is posted, the parts add up to what was leased, none is negative, and a share is kept in the end', () => {
  const posting = fc.record({
    verb: fc.constantFrom('share', 'reserve', 'held', 'settling', 'release', 'expire', 'settled'),
    amount: fc.nat({ max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(posting, { maxLength: 80 }), (postings) => {
      let account = openAccount();
      for (const { verb, amount } of postings) {
        const within = (part: number): number => Math.min(amount, part);
        if (verb === 'share') account = setShare(account, amount * 3);
        if (verb === 'reserve') account = reserve(account, within(account.free));
        if (verb === 'held') account = commitUsage(account, within(account.held), 'held', 1);
        if (verb === 'settling') account = commitUsage(account, within(account.settling), 'settling', 0);
        if (verb === 'release') account = release(account, within(account.held), 'held');
        if (verb === 'expire') account = beginSettling(account, within(account.held));
        if (verb === 'settled') account = release(account, within(account.settling), 'settling');
        const { leasedIn, free, held, settling, spent, returned, share, owed } = account;
        expect(free + held + settling + spent + returned).toBe(leasedIn);
        expect(Math.min(free, held, settling, spent, returned, owed)).toBeGreaterThanOrEqual(0);
        // What is owed is never free at the same time, and leased less returned less owed is what policy gave.
        expect(Math.min(owed, free)).toBe(0);
        expect(leasedIn - returned - owed).toBe(share);
      }
    }),
  );
});
