import { NOBODY_COUNTED, worstCaseSpend } from '#domain/policy/analysis/spend';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { playSeasonInMemory } from './season-fixture.ts';
import { openSpendBook, spendingPolicy } from './season-spend.ts';

// For specs: one season under a random policy, against the worst case that was said of it before.

const START_MS = Date.parse('2026-11-09T00:00:00+08:00');
const SHANGHAI_MS = 8 * HOUR_MS;
/** A grant lives at least as long, so that no spending is missed between two looks. */
const STEP_MS = 4 * HOUR_MS;

export interface Bounded {
  readonly broken: readonly string[];
  /** Spent in all, of how much at most. */
  readonly spent: number;
  readonly bound: number;
}

export async function spendOf(seed: number, merchants: number, days: number): Promise<Bounded> {
  const policy = spendingPolicy((seed * 48_271) % 2_147_483_647);
  const book = openSpendBook(policy.bundle);
  await playSeasonInMemory({
    marketplace: {
      seed,
      merchants,
      startMs: START_MS,
      days,
      newcomerDays: 1,
      eventsPerMerchantDay: 30,
      duplicateRatePpm: 0,
    },
    policy,
    stepMs: STEP_MS,
    afterStep: (pipeline, atMs) => book.look(pipeline, Math.floor((atMs - 1 + SHANGHAI_MS) / DAY_MS)),
  });
  const bounds = worstCaseSpend(policy.bundle, { ...NOBODY_COUNTED, merchants });
  const outermost = ['fixed', 'fitting'];
  return {
    broken: book.broken(bounds),
    spent: outermost.reduce((sum, id) => sum + book.spent(id), 0),
    bound: outermost.reduce((sum, id) => sum + bounds.find(({ account }) => account === id)!.inAll.units!, 0),
  };
}
