import { HOUR_MS } from '#domain/time';
import type { ActiveGrant } from './in-force.ts';
import type { Say } from './order-life.ts';
import type { Prng } from './prng.ts';

const BPS = 10_000;
const PPM = 1_000_000;
/** Usage is reported this often, and once more when the grant ends. */
const REPORT_EVERY_HOURS = 4;
/** Of a hundred exposures, so many are clicked. */
const CLICK_PPM = 80_000;

interface Running {
  /** Hours that it had left when it was first seen. */
  readonly hours: number;
  delivered: number;
  reported: number;
}

/** What the platform's gateway does with the traffic grants of one merchant. */
export interface BoostDelivery {
  /** Delivers the hour's share of what runs and returns the exposures that it brought, by programme. */
  deliverHour(
    grants: readonly ActiveGrant[],
    hourMs: number,
    prng: Prng,
    say: Say,
  ): ReadonlyMap<string, number>;
}

/**
 * A boost is spread evenly over the hours it has left, give or take a fifth; a guarantee gets what its weight wins in
 * ranking, which may be less than it needs; credit for traffic is spent evenly, by the merchant. Each ends by itself at
 * `validUntilMs` or when its size is delivered, and at once when the grant is no longer active. What shrank below
 * what was already delivered brings nothing more.
 */
export function createBoostDelivery(conversionPpm: number): BoostDelivery {
  const running = new Map<string, Running>();
  const report = (grantId: string, boost: Running, atMs: number, say: Say): void => {
    if (boost.delivered === boost.reported) return;
    boost.reported = boost.delivered;
    say('updraft.boost.delivered.v1', atMs, {
      grantId,
      exposures: boost.delivered,
      clicks: Math.floor((boost.delivered * CLICK_PPM) / PPM),
      orders: Math.floor((boost.delivered * conversionPpm) / PPM),
    });
  };
  return {
    deliverHour(grants, hourMs, prng, say) {
      const exposures = new Map<string, number>();
      const isReportHour = Math.floor(hourMs / HOUR_MS) % REPORT_EVERY_HOURS === 0;
      const seen = new Set<string>();
      for (const grant of grants) {
        if (!bringsTraffic(grant) || grant.validUntilMs <= hourMs) continue;
        const hours = hoursLeft(grant, hourMs);
        const boost = running.get(grant.grantId) ?? { hours, delivered: 0, reported: 0 };
        running.set(grant.grantId, boost);
        seen.add(grant.grantId);
        const share = drawShare(grant, boost, hours, prng);
        boost.delivered += share;
        exposures.set(grant.programme, (exposures.get(grant.programme) ?? 0) + share);
        if (isReportHour || boost.delivered >= grant.size)
          report(grant.grantId, boost, hourMs + HOUR_MS - 1, say);
      }
      for (const [grantId, boost] of running) {
        if (seen.has(grantId)) continue;
        report(grantId, boost, hourMs, say);
        running.delete(grantId);
      }
      return exposures;
    },
  };
}

function bringsTraffic({ kind, benefit }: ActiveGrant): boolean {
  return kind === 'traffic' && ('boost' in benefit || 'guarantee' in benefit || 'credit' in benefit);
}

function drawShare(grant: ActiveGrant, { hours, delivered }: Running, left: number, prng: Prng): number {
  const rest = grant.size - delivered;
  const jitter = prng.between(80, 120);
  if (rest <= 0) return 0;
  if ('guarantee' in grant.benefit) return Math.min(rest, wonInRanking(grant, hours, jitter));
  return left === 1 ? rest : Math.min(rest, Math.ceil((rest * jitter) / 100 / left));
}

/** At an ordinary weight ranking yields two thirds of what a guarantee needs; the rest takes a larger one. */
function wonInRanking({ size, weightBps }: ActiveGrant, hours: number, jitter: number): number {
  return Math.ceil((size * 2 * (weightBps ?? BPS) * jitter) / (3 * BPS * 100 * hours));
}

function hoursLeft({ validUntilMs }: ActiveGrant, hourMs: number): number {
  return Math.max(1, Math.ceil((validUntilMs - hourMs) / HOUR_MS));
}
