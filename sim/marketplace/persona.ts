import { HOUR_MS, MINUTE_MS } from '#domain/time';
import { drawConduct, type Conduct, type ConductShares } from './conduct.ts';
import { createPrng, type Prng } from './prng.ts';
import { drawTraits, type Traits, type TraitShares } from './traits.ts';

const BPS = 10_000;
/** Conversion of exposures to orders: 1 % for the worst merchant, 2 % for the best. */
export const CONVERSION_PPM_MIN = 10_000;
const CONVERSION_PPM_MEAN = 15_000;

/** What is sold, and for how much on average. */
export interface CategoryOffered {
  readonly category: string;
  readonly priceMinor: number;
}

export const CATEGORIES: readonly CategoryOffered[] = [
  { category: 'apparel', priceMinor: 15_900 },
  { category: 'beauty', priceMinor: 12_900 },
  { category: 'food', priceMinor: 5_900 },
  { category: 'home', priceMinor: 21_900 },
  { category: 'electronics', priceMinor: 89_900 },
  { category: 'baby', priceMinor: 17_900 },
];

/** What a merchant is. Hidden: the pipeline sees only the events that follow from it. */
export interface Persona {
  readonly merchantId: string;
  readonly category: string;
  readonly priceMinor: number;
  readonly country: string;
  readonly currency: string;
  /** 1 is the most popular merchant. Base exposures are proportional to 1 / rank (Zipf, s = 1). */
  readonly rank: number;
  readonly exposuresPerDay: number;
  readonly conversionPpm: number;
  readonly qualityBps: number;
  /** Orders a day that it can truly serve. */
  readonly capacityPerDay: number;
  /** Orders a day that it says it can serve; null when it says nothing. */
  readonly declaredPerDay: number | null;
  /** Null: its registration never reaches the log, its other events do. */
  readonly registersAtMs: number | null;
  readonly opensAtMs: number;
  readonly isNewcomer: boolean;
  readonly answersSurvey: boolean;
  readonly wantsTraffic: 'yes' | 'no' | 'not_now';
  /** Would ever finish a course, would ever take up a tool. */
  readonly isTrainable: boolean;
  readonly isToolMinded: boolean;
  /** Of what it comes to in the end, in visitors and in capacity, what it begins with. */
  readonly startsAtBps: number;
  readonly conduct: Conduct;
  readonly traits: Traits;
}

export interface PersonaPlan {
  readonly categories: readonly CategoryOffered[];
  readonly countries: readonly string[];
  readonly currency: string;
  /** Of all merchants, those who open during the season; the others were there when it began. */
  readonly newcomerPpm: number;
  readonly traits: TraitShares;
  readonly newcomersStartAtBps: number;
  readonly conduct: ConductShares;
  readonly seed: number;
  readonly merchants: number;
  readonly startMs: number;
  readonly days: number;
  readonly ordersPerMerchantDay: number;
  readonly unregisteredPpm: number;
}

const COUNTRY_STREAM = 6;

export function drawPersonas(plan: PersonaPlan): readonly Persona[] {
  const ranks = shuffledRanks(plan);
  let weights = 0;
  for (let rank = 1; rank <= plan.merchants; rank += 1) weights += 1 / rank;
  const exposures = (plan.ordersPerMerchantDay * plan.merchants * 1_000_000) / CONVERSION_PPM_MEAN;
  return ranks.map((rank, index) => drawPersona(plan, index, rank, exposures / weights / rank));
}

function drawPersona(plan: PersonaPlan, index: number, rank: number, exposuresPerDay: number): Persona {
  const prng = createPrng(plan.seed, index, 0);
  const qualityBps = Math.floor((prng.between(1_000, BPS) + prng.between(3_000, BPS)) / 2);
  const conversionPpm = CONVERSION_PPM_MIN + qualityBps;
  const capacityPerDay = drawCapacity(prng, (exposuresPerDay * conversionPpm) / 1_000_000);
  const { category, priceMinor } = plan.categories[prng.below(plan.categories.length)]!;
  const isNewcomer = prng.chance(plan.newcomerPpm);
  const opensAtMs =
    plan.startMs +
    (isNewcomer ? prng.below(Math.max(1, plan.days * 14)) * HOUR_MS : prng.below(30) * MINUTE_MS);
  const bearer = { seed: plan.seed, index, qualityBps, exposuresPerDay, isNewcomer, category };
  const categories = plan.categories.map((each) => each.category);
  return {
    merchantId: `m-${String(index + 1).padStart(5, '0')}`,
    category,
    priceMinor: Math.floor((priceMinor * prng.between(40, 160)) / 100),
    country: plan.countries[createPrng(plan.seed, index, COUNTRY_STREAM).below(plan.countries.length)]!,
    currency: plan.currency,
    rank,
    exposuresPerDay,
    conversionPpm,
    qualityBps,
    capacityPerDay,
    declaredPerDay: drawDeclared(prng, capacityPerDay),
    registersAtMs: prng.chance(plan.unregisteredPpm) ? null : opensAtMs,
    opensAtMs,
    isNewcomer,
    answersSurvey: prng.chance(700_000),
    wantsTraffic: drawWish(prng, capacityPerDay, (exposuresPerDay * conversionPpm) / 1_000_000),
    isTrainable: prng.chance(600_000),
    isToolMinded: prng.chance(300_000),
    startsAtBps: isNewcomer ? plan.newcomersStartAtBps : BPS,
    conduct: drawConduct(plan.seed, index, plan.merchants, plan.conduct),
    traits: drawTraits({ ...bearer, categories }, plan.traits),
  };
}

/** A quarter runs near its limit on an ordinary day, half has some room, a quarter has much. */
function drawCapacity(prng: Prng, ordersPerDay: number): number {
  const kind = prng.below(4);
  const percent =
    kind === 0 ? prng.between(80, 120) : kind < 3 ? prng.between(150, 300) : prng.between(300, 800);
  return Math.max(prng.between(1, 4), Math.round((ordersPerDay * percent) / 100));
}

/** Four in ten say nothing; of those who do, a quarter promises two to four times what it can do. */
function drawDeclared(prng: Prng, capacityPerDay: number): number | null {
  const isSilent = prng.chance(400_000);
  const percent = prng.chance(250_000) ? prng.between(200, 400) : prng.between(85, 110);
  return isSilent ? null : Math.max(1, Math.round((capacityPerDay * percent) / 100));
}

/** Who has little room mostly knows it; some answer against their interest either way. */
function drawWish(prng: Prng, capacityPerDay: number, ordersPerDay: number): 'yes' | 'no' | 'not_now' {
  const isFull = ordersPerDay * 13 > capacityPerDay * 10;
  const draw = prng.below(100);
  if (isFull) return draw < 25 ? 'yes' : draw < 60 ? 'no' : 'not_now';
  return draw < 80 ? 'yes' : draw < 90 ? 'no' : 'not_now';
}

/** Ids must not give the size away. */
function shuffledRanks(plan: PersonaPlan): number[] {
  const prng = createPrng(plan.seed, 0xffff_ffff);
  const ranks = Array.from({ length: plan.merchants }, (_, index) => index + 1);
  for (let last = ranks.length - 1; last > 0; last -= 1) {
    const other = prng.below(last + 1);
    [ranks[last], ranks[other]] = [ranks[other]!, ranks[last]!];
  }
  return ranks;
}
