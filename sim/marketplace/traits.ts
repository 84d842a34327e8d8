import { createPrng, type Prng } from './prng.ts';

// What a merchant is besides a seller. Drawn for everybody from a stream of its own; it shows only in the aspects that
// a marketplace tells of. The figures are ours.

const BPS = 10_000;
const STREAM = 5;

/** Of a million merchants, so many. */
export interface TraitShares {
  readonly livePpm: number;
  readonly creatorPpm: number;
  /** How many times as many fans there are as a shop's own visitors would make. */
  readonly fansTimes: number;
}

export interface Traits {
  /** How well it does what it does besides selling: mostly its quality, partly a gift. */
  readonly knackBps: number;
  /** Null: it does not sell live. Who is better at it does so more often and for longer. */
  readonly live: LiveHabit | null;
  /** Null: it publishes nothing. */
  readonly creator: CreatorHabit | null;
  /** When it opens. */
  readonly fans: number;
  /** Null: nobody knows it elsewhere. */
  readonly fansOffSite: number | null;
  readonly depositPaid: 'in-time' | 'late' | 'never';
  /** Whether its papers are in order. */
  readonly isLicensed: boolean;
  /** The category that it wrongly registers in; null: it registers in its own. */
  readonly filedAs: string | null;
  /** Articles on sale. */
  readonly listings: number;
}

export interface LiveHabit {
  readonly sessionsPerWeek: number;
  readonly hours: number;
  /** Local hour. */
  readonly startsAt: number;
}

export interface CreatorHabit {
  readonly piecesPerWeek: number;
}

/** Whose traits they are. */
export interface Bearer {
  readonly seed: number;
  readonly index: number;
  readonly qualityBps: number;
  readonly exposuresPerDay: number;
  readonly isNewcomer: boolean;
  readonly category: string;
  /** All that there are. */
  readonly categories: readonly string[];
}

const MISFILED_PPM = 80_000;
const KNOWN_ELSEWHERE_PPM = 200_000;

export function drawTraits(bearer: Bearer, shares: TraitShares): Traits {
  const prng = createPrng(bearer.seed, bearer.index, STREAM);
  const knackBps = Math.floor((3 * bearer.qualityBps + prng.below(BPS)) / 4);
  const isLive = prng.chance(shares.livePpm);
  const live: LiveHabit = {
    sessionsPerWeek: prng.between(1, 3) + Math.floor((knackBps * 4) / BPS),
    hours: prng.between(1, 3) + Math.floor((knackBps * 3) / BPS),
    // Evenings are better.
    startsAt: Math.max(prng.between(9, 20), prng.between(9, 20)),
  };
  const isCreator = prng.chance(shares.creatorPpm);
  const creator: CreatorHabit = { piecesPerWeek: prng.between(1, 3) + Math.floor((knackBps * 5) / BPS) };
  const fans = drawFans(prng, bearer, isLive || isCreator) * shares.fansTimes;
  const timesOffSite = prng.between(1, 60);
  const isKnownElsewhere = prng.chance(KNOWN_ELSEWHERE_PPM) && (isLive || isCreator);
  const paying = prng.below(100);
  const other = bearer.categories[prng.below(bearer.categories.length)]!;
  const isMisfiled = prng.chance(MISFILED_PPM) && other !== bearer.category;
  return {
    knackBps,
    live: isLive ? live : null,
    creator: isCreator ? creator : null,
    fans,
    fansOffSite: isKnownElsewhere ? fans * timesOffSite : null,
    depositPaid: paying < 75 ? 'in-time' : paying < 92 ? 'late' : 'never',
    isLicensed: prng.chance(800_000),
    filedAs: isMisfiled ? other : null,
    listings: prng.between(4, 40) + Math.floor(bearer.exposuresPerDay / prng.between(10, 40)),
  };
}

/** Fans have gathered from those whom the shop was shown to; who talks to buyers has more of them. */
function drawFans(prng: Prng, { exposuresPerDay, isNewcomer }: Bearer, isPublic: boolean): number {
  const days = prng.between(2, 40) * (isPublic ? 3 : 1);
  const brought = prng.below(200);
  return isNewcomer ? brought : Math.floor(exposuresPerDay * days);
}
