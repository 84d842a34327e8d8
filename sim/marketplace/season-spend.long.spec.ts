import { spendOf } from './season-bound.ts';

// The same as season-spend.spec.ts over a thousand seasons, with more merchants and more days from time to time.

const SEASONS = 1_000;
const FIRST_SEED = 10_001;
const HOURS_MS = 3_600_000;

test(
  'no season of a thousand spends more than the worst case',
  async () => {
    let exhausted = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEASONS; seed += 1) {
      const { broken, spent, bound } = await spendOf(seed, 1 + (seed % 6), 2 + (seed % 4));
      expect([seed, broken]).toEqual([seed, []]);
      if (spent * 2 >= bound) exhausted += 1;
    }
    process.stdout.write(`${exhausted} of ${SEASONS} seasons spent at least half of the worst case\n`);
    expect(exhausted).toBeGreaterThan(SEASONS / 10);
  },
  HOURS_MS,
);
