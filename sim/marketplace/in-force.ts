import type { Decision, Grant, GrantStatus } from '#domain/outputs';
import type { Benefit } from '#domain/policy/bundle';

// What the platform's gateways know of what was decided: grants that run, from the grants log, and courses that are on
// offer, from the decisions log.

/** A grant as the gateways read it from the grants log. */
export interface ActiveGrant {
  readonly grantId: string;
  readonly merchantId: string;
  readonly programme: string;
  readonly kind: string;
  readonly benefit: Benefit;
  /** Units of its account: exposures of a boost. */
  readonly size: number;
  /** Weight of the ranking score now, basis points; null for grants that have none. */
  readonly weightBps: number | null;
  readonly validUntilMs: number;
}

/** A course that a merchant is offered before it is given anything. */
export interface TrainingOffer {
  readonly merchantId: string;
  readonly programme: string;
  readonly course: string;
  readonly untilMs: number;
}

const RUNNING: readonly GrantStatus[] = ['active', 'shrunk', 'grown'];

/** Null once it has ended. */
export function activeGrant(merchantId: string, grant: Grant): ActiveGrant | null {
  if (!RUNNING.includes(grant.status)) return null;
  const { grantId, programme, kind, benefit, size, weightBps } = grant;
  const validUntilMs = Date.parse(grant.validUntil);
  return { grantId, merchantId, programme, kind, benefit, size, weightBps, validUntilMs };
}

/** The last decision on a merchant in a programme tells whether a course is on offer there. */
export function trainingOffer(merchantId: string, decision: Decision): TrainingOffer | null {
  const { outcome, programme, until, conditions } = decision;
  if (outcome !== 'offer' || until === null) return null;
  const lacking = conditions.find(({ what, verdict }) => what.startsWith(TRAINING) && verdict !== 'true');
  if (lacking === undefined) return null;
  return { merchantId, programme, course: lacking.what.slice(TRAINING.length), untilMs: Date.parse(until) };
}

const TRAINING = 'training:';

/** Follows both logs. */
export function followInForce() {
  const grants = new Map<string, ActiveGrant>();
  const offers = new Map<string, TrainingOffer>();
  return {
    grant(merchantId: string, grant: Grant): void {
      const active = activeGrant(merchantId, grant);
      if (active === null) grants.delete(grant.grantId);
      else grants.set(grant.grantId, active);
    },
    decision(merchantId: string, decision: Decision): void {
      const offer = trainingOffer(merchantId, decision);
      const place = `${merchantId} ${decision.programme}`;
      if (offer === null) offers.delete(place);
      else offers.set(place, offer);
    },
    grants: () => [...grants.values()],
    offers: () => [...offers.values()],
  };
}
