import { DAY_MS, HOUR_MS, MINUTE_MS, formatInstant } from '#domain/time';
import type { Aspect, Hour, Scene } from './aspect.ts';

// What merchants owe. Everybody pays for the papers once; who is new, and some of the others, owes a deposit, which
// most pay in time, some late and some never. Commission is charged once a day on what was sold the day before, at the
// relieved rate for what relief covered; a little is charged for what was sold live. Where it is that fee which is
// relieved, what relief covered bears none of it. The rates are ours.

const BPS = 10_000;
const CHARGED_AT = 1;
const CONTENT_BPS = 100;
/** In prices of the shop's ordinary article. */
const DEPOSIT_ARTICLES = 20;
const PAPERS_ARTICLES = 2;
const DUE_WITHIN_DAYS = 10;
const OTHERS_OWE_PPM = 300_000;
const IN_PARTS_PPM = 250_000;

export function dues(scene: Scene): Aspect {
  const { tell, terms } = scene;
  const relief = countRelief();
  let salesMinor = 0;
  let liveMinor = 0;
  let isKnown = false;
  const charge = (kind: 'commission' | 'content', minor: number, atMs: number): void => {
    const amountMinor = Math.floor(minor);
    if (amountMinor > 0) tell('updraft.fee.charged.v1', atMs, { kind, amountMinor });
  };
  return {
    hears: {
      'updraft.order.paid.v1': (_, { amountMinor }) => {
        salesMinor += amountMinor;
        return undefined;
      },
      'updraft.live.ended.v1': (_, { gmvMinor = 0 }) => {
        liveMinor += gmvMinor;
        return undefined;
      },
      'updraft.grant.used.v1': (_, { grantId, used }) => relief.use(grantId, used),
    },
    playHour(_, hour) {
      if (!isKnown) {
        isKnown = true;
        introduce(scene);
      }
      relief.see(hour);
      if (hour.local !== CHARGED_AT) return;
      const relieved = relief.settle();
      const full = Math.max(0, salesMinor - relieved.salesMinor);
      const atMs = hour.hourMs + MINUTE_MS;
      const isOfSales = terms.relieves === 'commission';
      const commissionMinor = ((isOfSales ? full : salesMinor) * terms.commissionBps) / BPS;
      charge('commission', commissionMinor + (isOfSales ? relieved.feeMinor : 0), atMs);
      charge('content', ((isOfSales ? liveMinor : Math.min(liveMinor, full)) * CONTENT_BPS) / BPS, atMs);
      salesMinor = 0;
      liveMinor = 0;
    },
  };
}

function introduce({ persona, prng, tell }: Scene): void {
  const { opensAtMs, priceMinor, traits } = persona;
  const papersAtMs = opensAtMs + prng.between(1, 24) * HOUR_MS;
  const owes = prng.chance(OTHERS_OWE_PPM) || persona.isNewcomer;
  const dueAtMs = opensAtMs + prng.between(1, 15 * 24) * HOUR_MS;
  const daysLeft = prng.between(1, DUE_WITHIN_DAYS - 1);
  const daysLate = prng.between(1, 20);
  const isInParts = prng.chance(IN_PARTS_PPM);
  const amountMinor = priceMinor * DEPOSIT_ARTICLES;
  const dueByMs = dueAtMs + DUE_WITHIN_DAYS * DAY_MS;
  tell('updraft.fee.charged.v1', papersAtMs, { kind: 'other', amountMinor: priceMinor * PAPERS_ARTICLES });
  if (!owes) return;
  tell('updraft.deposit.due.v1', dueAtMs, { amountMinor, dueBy: formatInstant(dueByMs) });
  if (traits.depositPaid === 'never') return;
  const isLate = traits.depositPaid === 'late';
  const paidAtMs = isLate ? dueByMs + daysLate * DAY_MS : dueByMs - daysLeft * DAY_MS;
  const first = isInParts ? Math.floor(amountMinor / 2) : amountMinor;
  tell('updraft.deposit.paid.v1', paidAtMs - (isInParts ? 12 * HOUR_MS : 0), { amountMinor: first });
  if (isInParts) tell('updraft.deposit.paid.v1', paidAtMs, { amountMinor: amountMinor - first });
}

/** Follows fee relief: what of the day's sales it covered, and what is charged for that. */
function countRelief() {
  const rates = new Map<string, number>();
  const used = new Map<string, number>();
  const settled = new Map<string, number>();
  return {
    see({ inForce }: Hour): void {
      for (const { grantId, benefit } of inForce.grants) {
        if ('feeRelief' in benefit) rates.set(grantId, benefit.feeRelief.rateBps);
      }
    },
    use(grantId: string, soFar: number): undefined {
      used.set(grantId, soFar);
    },
    settle(): { readonly salesMinor: number; readonly feeMinor: number } {
      let salesMinor = 0;
      let feeMinor = 0;
      for (const [grantId, soFar] of used) {
        const rateBps = rates.get(grantId);
        if (rateBps === undefined) continue;
        const fresh = soFar - (settled.get(grantId) ?? 0);
        settled.set(grantId, soFar);
        salesMinor += fresh;
        feeMinor += (fresh * rateBps) / BPS;
      }
      return { salesMinor, feeMinor };
    },
  };
}
