import { DAY_MS, HOUR_MS } from '#domain/time';
import { createPrng } from './prng.ts';

// How merchants take what they are offered, and what they do that no queue explains. Drawn from a stream of its own:
// with these shares at nothing, everything else is as it would be without them.

/** Of a million merchants, so many; 0 for none. */
export interface ConductShares {
  /** Belong to a legal entity, most with other shops. */
  readonly entityPpm: number;
  /** Buy from themselves. */
  readonly fraudPpm: number;
  /** Leave when they are given nothing for long. */
  readonly leavePpm: number;
}

export interface Conduct {
  /** What it makes of a course it is offered: done in time, done too late, or never. */
  readonly diligence: 'in-time' | 'late' | 'never';
  readonly entity: Membership | null;
  readonly fraud: Fraud | null;
  /** How long it stays without being given anything, ms; null: it does not leave for that. */
  readonly patienceMs: number | null;
}

/** Shops of one legal entity share what the entity is given. */
export interface Membership {
  readonly entityId: string;
  /** When the platform learns of it, from the opening; 0: at registration. */
  readonly linkedAfterMs: number;
  /** When the shop is sold to somebody else; null: it stays. */
  readonly unlinkedAfterMs: number | null;
}

export interface Fraud {
  readonly beginsAfterMs: number;
  readonly ordersPerDay: number;
  /** How long until the platform notices. */
  readonly noticedAfterMs: number;
  /** A finding that does not stand is cleared so long after it; null: it stands. */
  readonly clearedAfterMs: number | null;
}

const STREAM = 4;
const SHOPS_PER_ENTITY = 3;
const PATIENCE_DAYS_MIN = 16;
const PATIENCE_DAYS_MAX = 24;

export function drawConduct(seed: number, index: number, merchants: number, shares: ConductShares): Conduct {
  const prng = createPrng(seed, index, STREAM);
  const diligence = prng.below(100);
  const isMember = prng.chance(shares.entityPpm);
  const entities = Math.max(1, Math.ceil((merchants * shares.entityPpm) / 1_000_000 / SHOPS_PER_ENTITY));
  const entity: Membership = {
    entityId: `entity-${prng.below(entities) + 1}`,
    linkedAfterMs: prng.chance(600_000) ? 0 : prng.between(1, 10 * 24) * HOUR_MS,
    unlinkedAfterMs: prng.chance(100_000) ? prng.between(12, 60) * DAY_MS : null,
  };
  const isFraud = prng.chance(shares.fraudPpm);
  const fraud: Fraud = {
    beginsAfterMs: prng.between(1, 5) * DAY_MS,
    ordersPerDay: prng.between(2, 8),
    noticedAfterMs: prng.between(3 * 24, 14 * 24) * HOUR_MS,
    clearedAfterMs: prng.chance(200_000) ? prng.between(2, 7) * DAY_MS : null,
  };
  const patienceMs = prng.between(PATIENCE_DAYS_MIN * 24, PATIENCE_DAYS_MAX * 24) * HOUR_MS;
  return {
    diligence: diligence < 60 ? 'in-time' : diligence < 75 ? 'late' : 'never',
    entity: isMember ? entity : null,
    fraud: isFraud ? fraud : null,
    patienceMs: prng.chance(shares.leavePpm) ? patienceMs : null,
  };
}
