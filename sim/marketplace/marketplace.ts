import { byCodeUnit } from '#domain/canonical';
import { DAY_MS, HOUR_MS, formatInstant } from '#domain/time';
import type { MerchantEventType, MerchantEvents } from '#domain/events';
import { zoneTransitions } from '#contracts/genesis';
import { TERMS, type AspectName, type Terms } from './aspect.ts';
import { createDelivery, type SimEvent } from './delivery.ts';
import type { ActiveGrant, TrainingOffer } from './in-force.ts';
import { openLife } from './life.ts';
import { shipParcels, type Say } from './order-life.ts';
import { CATEGORIES, drawPersonas, type CategoryOffered, type Persona } from './persona.ts';
import { createPrng, type Prng } from './prng.ts';
import { seasonFactor, type SeasonName } from './season.ts';
import { NOTHING_IN_FORCE, openShop, playHour, type Boosted, type InForce, type Shop } from './shop.ts';

// A marketplace in miniature. Buyers follow exposures, exposures follow popularity and the boosts that were
// granted, and a merchant that gets more orders than it can serve becomes late, then cancels, then gets bad
// reviews. Time moves in whole hours from `startMs`; every merchant draws from streams of its own, so a
// boost for one changes nothing for another, and the same seed and grants give the same bytes.

export const EVENT_SOURCE = '/sim/marketplace';

export interface MarketplaceOptions {
  /** 32-bit integer. */
  readonly seed: number;
  readonly merchants: number;
  readonly startMs: number;
  readonly days: number;
  /** Newcomers open within the first half of so many days. Default `days`. */
  readonly newcomerDays?: number;
  /** IANA name of the zone by whose clock days begin. Default: that of Shanghai, which has no summer time. */
  readonly zone?: string;
  /** Whole days by which the season is moved: +2 puts 11-11 two days later. Default 0. */
  readonly seasonShiftDays?: number;
  /** The shape of demand over the year. Default `double-11`. */
  readonly season?: SeasonName;
  /** Of all days of merchants, those on which the goods are suddenly gone. Default none. */
  readonly stockOutPpm?: number;
  /** Of all merchants, those who let buyers wait for answers until they take up a tool. Default none. */
  readonly slowReplyPpm?: number;
  /** Of what a merchant lacks in quality, how much a finished course makes good. Default nothing. */
  readonly courseEffectBps?: number;
  /** Of all merchants, those that belong to a legal entity, most with other shops. Default none. */
  readonly entityPpm?: number;
  /** Of all merchants, those who buy from themselves. Default none. */
  readonly fraudPpm?: number;
  /** Of all merchants, those who leave when they are given nothing for long. Default none. */
  readonly leavePpm?: number;
  /** Of the visitors and the capacity that newcomers come to, what they begin with. Default all of it. */
  readonly newcomersStartAtBps?: number;
  readonly duplicateRatePpm?: number;
  readonly lateRatePpm?: number;
  /** Beyond the lateness limit of 7 days: these become dead letters. Default none. */
  readonly tooLateRatePpm?: number;
  /** Of all merchants, those whose registration never arrives. */
  readonly unregisteredPpm?: number;
  /** On an ordinary day, on average over all merchants, of trade: what aspects add comes on top. */
  readonly eventsPerMerchantDay?: number;
  /** Default: six categories, priced in fen. Prices are in minor units of `currency`. */
  readonly categories?: readonly CategoryOffered[];
  /** Where merchants are, each equally often. Default `CN`. */
  readonly countries?: readonly string[];
  /** Default `CNY`. */
  readonly currency?: string;
  /** Of all merchants, those who open during the season. Default a tenth. */
  readonly newcomerPpm?: number;
  /**
   * What is told besides trade. Default nothing. At ten events of trade a merchant day, with nothing granted, each
   * adds to a hundred of them: `orders` 28, `messages` 15, `audience` 15, `dues` 6, `aftercare` 2, `practice` 1,
   * `standing` 1; all seven 68. `orders`, `messages` and `aftercare` grow with orders, `audience` with its shares,
   * `practice` with what is granted, the others with merchants and days.
   */
  readonly aspects?: readonly AspectName[];
  /** With `audience`: of all merchants, those who sell live. Default a quarter. */
  readonly livePpm?: number;
  /** With `audience`: of all merchants, those who publish content. Default four in ten. */
  readonly creatorPpm?: number;
  /** With `audience`: how many times as many fans there are as visitors alone would make. Default once. */
  readonly fansTimes?: number;
  /** What its course, its tool and everything else are called. Default: see `TERMS`. */
  readonly terms?: Partial<Terms>;
}

/** What the pipeline cannot see, for tests and for judging its decisions. */
export interface MerchantTruth extends Persona {
  readonly exposures: number;
  readonly boostedExposures: number;
  /** The same by programme, and what of it came when an order could not have been served in time. */
  readonly boosted: { readonly [programme: string]: Readonly<Boosted> };
  readonly orders: number;
  readonly late: number;
  readonly cancelled: number;
  readonly refunded: number;
  readonly reviews: number;
  readonly badReviews: number;
  readonly isSlow: boolean;
  readonly stockOuts: number;
  readonly hasCourse: boolean;
  readonly hasTool: boolean;
  /** How far it has come to what it will be. */
  readonly grownBps: number;
  readonly closedAtMs: number | null;
}

export interface Marketplace {
  /**
   * Everything delivered up to and including `toMs`, in order of delivery. Hours that begin before `toMs`
   * and were not yet played see `grants` and `offers`; the caller moves in steps as short as these should matter.
   */
  advance(toMs: number, grants: readonly ActiveGrant[], offers?: readonly TrainingOffer[]): SimEvent[];
  seasonFactor(ms: number): number;
  truth(): readonly MerchantTruth[];
  readonly endMs: number;
}

const BPS = 10_000;
const SHANGHAI_OFFSET_MINUTES = 480;
/** What follows an order on average, itself included, and what a merchant sends besides; measured. */
const EVENTS_PER_ORDER = 3.9;
const EVENTS_BESIDES_ORDERS = 1.15;

export function createMarketplace(options: MarketplaceOptions): Marketplace {
  const offsetMinutesAt = offsetsOf(options.zone);
  const seasonShiftMs = (options.seasonShiftDays ?? 0) * DAY_MS;
  const season = options.season ?? 'double-11';
  const terms = { ...TERMS, ...options.terms };
  const world = {
    season,
    courseEffectBps: options.courseEffectBps ?? 0,
    seasonShiftMs,
    course: terms.course,
    tool: terms.tool,
    violation: terms.violation,
  };
  const delivery = createDelivery({
    duplicateRatePpm: options.duplicateRatePpm ?? 5_000,
    lateRatePpm: options.lateRatePpm ?? 10_000,
    tooLateRatePpm: options.tooLateRatePpm ?? 0,
  });
  const ordersPerMerchantDay =
    Math.max(0.2, (options.eventsPerMerchantDay ?? 10) - EVENTS_BESIDES_ORDERS) / EVENTS_PER_ORDER;
  const personas = drawPersonas({
    ...options,
    categories: options.categories ?? CATEGORIES,
    countries: options.countries ?? ['CN'],
    currency: options.currency ?? 'CNY',
    newcomerPpm: options.newcomerPpm ?? 100_000,
    traits: {
      livePpm: options.livePpm ?? 250_000,
      creatorPpm: options.creatorPpm ?? 400_000,
      fansTimes: options.fansTimes ?? 1,
    },
    days: options.newcomerDays ?? options.days,
    ordersPerMerchantDay,
    unregisteredPpm: options.unregisteredPpm ?? 10_000,
    newcomersStartAtBps: options.newcomersStartAtBps ?? BPS,
    conduct: {
      entityPpm: options.entityPpm ?? 0,
      fraudPpm: options.fraudPpm ?? 0,
      leavePpm: options.leavePpm ?? 0,
    },
  });
  const troubles = { stockOutPpm: options.stockOutPpm ?? 0, slowReplyPpm: options.slowReplyPpm ?? 0 };
  const { seed, aspects = [] } = options;
  const shops = personas.map((persona, index) => {
    const sayAs = (suffix: string, travel: Prng): Say => sayerOf(persona, suffix, travel, delivery.send);
    const say = sayAs('-', createPrng(seed, index, 2));
    const life = openLife({ seed, index, persona, terms, aspects, say, sayAs });
    return openShop(persona, createPrng(seed, index, 1), life, troubles, createPrng(seed, index, 3));
  });
  const endMs = options.startMs + options.days * DAY_MS;
  let hourMs = options.startMs;
  return {
    advance(toMs, grants, offers = []) {
      const byMerchant = inForceByMerchant(grants, offers);
      for (; hourMs < Math.min(toMs, endMs); hourMs += HOUR_MS) {
        const now = { ...world, zoneOffsetMinutes: offsetMinutesAt(hourMs) };
        for (const shop of shops) {
          playHour(shop, hourMs, byMerchant.get(shop.persona.merchantId) ?? NOTHING_IN_FORCE, now);
        }
      }
      // What is on the benches at the end leaves them all the same.
      if (hourMs >= endMs) for (const shop of shops) shipParcels(shop, Infinity);
      return delivery.take(toMs);
    },
    seasonFactor: (ms) => seasonFactor(ms - seasonShiftMs, offsetMinutesAt(ms), season),
    truth: () => shops.map(truthOf),
    endMs,
  };
}

/** Minutes east of UTC at an instant. */
function offsetsOf(zone: string | undefined): (ms: number) => number {
  if (zone === undefined) return () => SHANGHAI_OFFSET_MINUTES;
  const transitions = zoneTransitions(zone);
  return (ms) => (transitions.findLast(({ fromMs }) => fromMs <= ms) ?? transitions[0]!).offsetMinutes;
}

/** In the order of their ids: how the caller came by its lists must not show in what happens. */
function inForceByMerchant(
  grants: readonly ActiveGrant[],
  offers: readonly TrainingOffer[],
): ReadonlyMap<string, InForce> {
  const byMerchant = new Map<string, { grants: ActiveGrant[]; offers: TrainingOffer[] }>();
  const own = (merchantId: string): { grants: ActiveGrant[]; offers: TrainingOffer[] } => {
    const found = byMerchant.get(merchantId) ?? { grants: [], offers: [] };
    byMerchant.set(merchantId, found);
    return found;
  };
  for (const grant of [...grants].sort((a, b) => byCodeUnit(a.grantId, b.grantId))) {
    own(grant.merchantId).grants.push(grant);
  }
  for (const offer of [...offers].sort((a, b) => byCodeUnit(a.programme, b.programme))) {
    own(offer.merchantId).offers.push(offer);
  }
  return byMerchant;
}

/** Ids are the merchant's, the suffix and a number. */
function sayerOf(
  persona: Persona,
  suffix: string,
  travel: Prng,
  send: (prng: Prng, occurredAtMs: number, event: SimEvent['event']) => void,
): Say {
  let sequence = 0;
  return <T extends MerchantEventType>(type: T, atMs: number, payload: MerchantEvents[T]): void => {
    sequence += 1;
    send(travel, atMs, {
      specversion: '1.0',
      id: `${persona.merchantId}${suffix}${sequence}`,
      source: EVENT_SOURCE,
      type,
      subject: persona.merchantId,
      time: formatInstant(atMs),
      datacontenttype: 'application/json',
      data: { ...payload },
    });
  };
}

function truthOf(shop: Shop): MerchantTruth {
  const { orders, late, cancelled, refunded, reviews, badReviews } = shop.bench;
  const exposures = Math.floor(shop.exposures);
  const boosted = structuredClone(shop.boosted);
  const boostedExposures = Object.values(boosted).reduce((sum, each) => sum + each.exposures, 0);
  return {
    ...shop.persona,
    exposures,
    boostedExposures,
    boosted,
    orders,
    late,
    cancelled,
    refunded,
    reviews,
    badReviews,
    isSlow: shop.isSlow,
    stockOuts: shop.stockOuts.count(),
    hasCourse: shop.hasCourse,
    hasTool: shop.hasTool,
    grownBps: shop.grownBps,
    closedAtMs: shop.closedAtMs,
  };
}
