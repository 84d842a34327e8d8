import { DAY_MS, HOUR_MS, formatInstant } from '#domain/time';
import type { OrderFacts } from '#domain/events';
import type { ActiveGrant } from './in-force.ts';
import { SHIP_WITHIN_MS, type Say } from './order-life.ts';
import type { Shop, ShopWorld } from './shop.ts';

// What merchants are up to besides selling: the entities they belong to, fees they pay less of, buyers they make up,
// and the day they have had enough.

const HOURS_PER_DAY = DAY_MS / HOUR_MS;

/** The platform learns that shops belong together, or no longer do. */
export function keepRegister({ persona, say }: Shop, hourMs: number): void {
  const { opensAtMs, conduct } = persona;
  if (conduct.entity === null) return;
  const { entityId, linkedAfterMs, unlinkedAfterMs } = conduct.entity;
  const isLinked = linkedAfterMs > 0 && isWithin(hourMs, opensAtMs + linkedAfterMs);
  if (isLinked) say('updraft.merchant.linked.v1', opensAtMs + linkedAfterMs, { entityId });
  if (unlinkedAfterMs === null || !isWithin(hourMs, opensAtMs + unlinkedAfterMs)) return;
  say('updraft.merchant.unlinked.v1', opensAtMs + unlinkedAfterMs, { entityId });
}

function isWithin(hourMs: number, atMs: number): boolean {
  return atMs >= hourMs && atMs < hourMs + HOUR_MS;
}

/** Counts sales against fee relief, as the platform's billing does: up to the size, cumulative, told every hour. */
export interface FeeMeter {
  count(grants: readonly ActiveGrant[], salesMinor: number, atMs: number, say: Say): void;
}

export function createFeeMeter(): FeeMeter {
  const used = new Map<string, number>();
  return {
    count(grants, salesMinor, atMs, say) {
      let left = salesMinor;
      for (const { grantId, benefit, size, validUntilMs } of grants) {
        if (!('feeRelief' in benefit) || validUntilMs <= atMs || left <= 0) continue;
        const before = used.get(grantId) ?? 0;
        const taken = Math.min(left, Math.max(0, size - before));
        if (taken === 0) continue;
        left -= taken;
        used.set(grantId, before + taken);
        say('updraft.grant.used.v1', atMs, { grantId, used: before + taken });
      }
    },
  };
}

/** Orders that a merchant places with itself leave at once and are praised, until somebody looks. */
export function fakeTrade(shop: Shop, hourMs: number, { violation }: ShopWorld): void {
  const { fraud } = shop.persona.conduct;
  if (fraud === null) return;
  const beganAtMs = shop.persona.opensAtMs + fraud.beginsAfterMs;
  const noticedAtMs = beganAtMs + fraud.noticedAfterMs;
  if (isWithin(hourMs, noticedAtMs)) shop.say('updraft.violation.recorded.v1', noticedAtMs, { violation });
  const clearedAtMs = fraud.clearedAfterMs === null ? null : noticedAtMs + fraud.clearedAfterMs;
  if (clearedAtMs !== null && isWithin(hourMs, clearedAtMs)) {
    shop.say('updraft.violation.cleared.v1', clearedAtMs, { violation });
  }
  if (hourMs < beganAtMs || hourMs >= noticedAtMs) return;
  if (shop.luck.below(HOURS_PER_DAY) >= fraud.ordersPerDay) return;
  const atMs = hourMs + shop.luck.below(HOUR_MS);
  const order = fakeOrder(shop, shop.life.orderedAtMs(atMs), atMs);
  shop.say('updraft.order.paid.v1', atMs, order);
  shop.say('updraft.order.shipped.v1', atMs + HOUR_MS, order);
  shop.say('updraft.order.delivered.v1', atMs + DAY_MS, order);
  shop.say('updraft.review.posted.v1', atMs + DAY_MS + HOUR_MS, { ...order, stars: 5 });
}

function fakeOrder({ persona, bench, luck }: Shop, orderedAtMs: number, paidAtMs: number): OrderFacts {
  const { merchantId, category, priceMinor, currency } = persona;
  bench.orders += 1;
  return {
    orderId: `${merchantId}-o${bench.orders}`,
    orderedAt: formatInstant(orderedAtMs),
    shipBy: formatInstant(paidAtMs + SHIP_WITHIN_MS),
    amountMinor: priceMinor,
    currency,
    category,
    buyer: `buyer-of-${merchantId}-${luck.below(3)}`,
  };
}

/** True when the merchant closes: it was given nothing for longer than it has patience. Limits are no gifts. */
export function loseHeart(
  shop: Shop,
  hourMs: number,
  grants: readonly ActiveGrant[],
  hasOffer: boolean,
): boolean {
  const { patienceMs } = shop.persona.conduct;
  if (hasOffer || grants.some(({ kind }) => kind !== 'limit')) shop.givenAtMs = hourMs;
  if (patienceMs === null || hourMs - shop.givenAtMs < patienceMs) return false;
  shop.say('updraft.merchant.closed.v1', hourMs, { reason: 'nothing-given' });
  return true;
}
