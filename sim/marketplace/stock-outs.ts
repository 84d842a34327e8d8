import { DAY_MS, HOUR_MS } from '#domain/time';
import type { Prng } from './prng.ts';

/** Stock is counted in this local hour. */
export const INVENTORY_HOUR = 8;
const HOURS_PER_DAY = 24;
const DAYS_MAX = 4;

/** `gone` is worse than `sold-out`: nobody has noticed, and the shop goes on selling what it does not have. */
export type Goods = 'in-stock' | 'gone' | 'sold-out';

/** Goods that are suddenly not there: a supplier fails, a lorry is late. After one to four days they are back. */
export interface StockOuts {
  goodsAt(hourMs: number, localHour: number): Goods;
  count(): number;
}

/** Drawn at each local midnight, equally often whatever comes of it. */
export function createStockOuts(ppm: number, prng: Prng): StockOuts {
  let fromMs = Infinity;
  let noticedMs = Infinity;
  let untilMs = -Infinity;
  let count = 0;
  return {
    goodsAt(hourMs, localHour) {
      if (localHour === 0) {
        const isStruck = prng.chance(ppm);
        const hour = prng.below(HOURS_PER_DAY);
        const days = prng.between(1, DAYS_MAX);
        if (isStruck && hourMs >= untilMs) {
          count += 1;
          fromMs = hourMs + hour * HOUR_MS;
          noticedMs = hourMs + INVENTORY_HOUR * HOUR_MS + (hour <= INVENTORY_HOUR ? 0 : DAY_MS);
          untilMs = fromMs + days * DAY_MS;
        }
      }
      if (hourMs < fromMs || hourMs >= untilMs) return 'in-stock';
      return hourMs < noticedMs ? 'gone' : 'sold-out';
    },
    count: () => count,
  };
}
