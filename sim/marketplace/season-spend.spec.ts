import { spendOf } from './season-bound.ts';

// The worst case that is said of a policy before it is live, against what seasons spend under it. A thousand seasons
// are in season-spend.long.spec.ts.

const SEASONS = 50;
const MERCHANTS = 3;
const DAYS = 3;

test('no season spends more than the worst case: of no account, on no day, in no period, not in all', async () => {
  let exhausted = 0;
  let spenders = 0;
  for (let seed = 1; seed <= SEASONS; seed += 1) {
    const { broken, spent, bound } = await spendOf(seed, MERCHANTS, DAYS);
    expect([seed, broken]).toEqual([seed, []]);
    if (spent > 0) spenders += 1;
    if (spent * 2 >= bound) exhausted += 1;
  }
  process.stdout.write(
    `${spenders} of ${SEASONS} seasons spent, ${exhausted} at least half of the worst case\n`,
  );
  expect(spenders).toBeGreaterThan(SEASONS / 2);
  expect(exhausted).toBeGreaterThan(SEASONS / 10);
});
