import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, formatInstant } from '#domain/time';
import { createFeeMeter, fakeTrade, keepRegister, loseHeart, type FeeMeter } from './affairs.ts';
import { createBoostDelivery, type BoostDelivery } from './boost-delivery.ts';
import type { ActiveGrant, TrainingOffer } from './in-force.ts';
import type { Life } from './life.ts';
import { learn } from './learning.ts';
import {
  emptyBench,
  lendHand,
  playOrder,
  SHIP_WITHIN_MS,
  shipParcels,
  stressBps,
  type Maker,
} from './order-life.ts';
import type { Persona } from './persona.ts';
import type { Prng } from './prng.ts';
import { hourShare, localHour, seasonFactor, type SeasonName } from './season.ts';
import { createStockOuts, INVENTORY_HOUR, type Goods, type StockOuts } from './stock-outs.ts';

const BPS = 10_000;
const PPM = 1_000_000;
const LEARNING_HOUR = 10;
/** Enquiries per order; three in ten have a second answer in the same thread. */
const THREADS_PER_ORDER = 0.5;
const STOCK_DAYS = 20;
/** Who is slow takes so many times as long, half a day for an ordinary answer. */
const SLOW_TIMES = 8;

/** Who is new gets so much more to do, and can do so much more, after a day on which nothing left late. */
const GROWTH_A_DAY_BPS = 11_500;

/** One merchant at work. */
export interface Shop extends Maker {
  readonly boosts: BoostDelivery;
  readonly fees: FeeMeter;
  readonly stockOuts: StockOuts;
  /** What befalls it and how it takes it; `prng` is for its buyers. */
  readonly luck: Prng;
  /** Slow to answer, until it takes up a tool. */
  readonly isSlow: boolean;
  capacityPerDay: number;
  /** How far it has come to what it will be, in visitors and in hands. */
  grownBps: number;
  /** Parcels that left today, and of them late ones. */
  today: { left: number; late: number };
  qualityBps: number;
  stock: number;
  threads: number;
  exposures: number;
  /** Exposures that grants brought, by programme. */
  readonly boosted: { [programme: string]: Boosted };
  hasCourse: boolean;
  /** When the course that it enrolled in will be done; null: it did not enrol. */
  doneAtMs: number | null;
  hasTool: boolean;
  isToolGranted: boolean;
  /** When it was last given anything. */
  givenAtMs: number;
  closedAtMs: number | null;
}

export interface Boosted {
  exposures: number;
  /** Of those, what came when an order could not have been served in time. */
  wasted: number;
}

export interface ShopWorld {
  /** How far the season lies from the calendar's, ms. */
  readonly seasonShiftMs: number;
  /** At the hour that is played. */
  readonly zoneOffsetMinutes: number;
  readonly season: SeasonName;
  readonly course: string;
  readonly tool: string;
  /** Class of the violation that fake trades are. */
  readonly violation: string;
  /** Of what a merchant lacks in quality, how much a finished course makes good. */
  readonly courseEffectBps: number;
}

/** What befalls merchants besides demand. */
export interface Troubles {
  readonly stockOutPpm: number;
  readonly slowReplyPpm: number;
}

/** Troubles come from a stream of their own: with or without them, the same buyers come. */
export function openShop(persona: Persona, prng: Prng, life: Life, troubles: Troubles, luck: Prng): Shop {
  const isSlow = luck.chance(troubles.slowReplyPpm);
  return {
    persona,
    luck,
    isSlow,
    stockOuts: createStockOuts(troubles.stockOutPpm, luck),
    bench: emptyBench(persona.opensAtMs),
    boosts: createBoostDelivery(persona.conversionPpm),
    fees: createFeeMeter(),
    prng,
    say: life.say,
    life,
    capacityPerDay: grownTo(persona, persona.startsAtBps),
    grownBps: persona.startsAtBps,
    today: { left: 0, late: 0 },
    qualityBps: persona.qualityBps,
    stock: persona.capacityPerDay * prng.between(3, STOCK_DAYS) + 5,
    threads: 0,
    exposures: 0,
    boosted: {},
    hasCourse: false,
    doneAtMs: null,
    hasTool: false,
    isToolGranted: false,
    givenAtMs: persona.opensAtMs,
    closedAtMs: null,
  };
}

/** What is in force for one merchant. */
export interface InForce {
  readonly grants: readonly ActiveGrant[];
  readonly offers: readonly TrainingOffer[];
}

export const NOTHING_IN_FORCE: InForce = { grants: [], offers: [] };

/** Everything that one merchant does, and that is done to it, in the hour that begins at `hourMs`. */
export function playHour(shop: Shop, hourMs: number, inForce: InForce, world: ShopWorld): void {
  const { persona } = shop;
  if (hourMs + HOUR_MS <= persona.opensAtMs) return;
  shop.life.beginHour(hourMs);
  if (shop.closedAtMs === null) trade(shop, hourMs, inForce, world);
  const { left, late } = shipParcels(shop, hourMs + HOUR_MS);
  shop.today.left += left;
  shop.today.late += late;
}

function trade(shop: Shop, hourMs: number, inForce: InForce, world: ShopWorld): void {
  const { grants, offers } = inForce;
  const { persona, prng, say } = shop;
  if (hourMs <= persona.opensAtMs) sayHello(shop);
  keepRegister(shop, hourMs);
  const hour = localHour(hourMs, world.zoneOffsetMinutes);
  if (hour === 0) grow(shop);
  if (grants.some(({ benefit }) => 'service' in benefit && benefit.service.what === 'operator')) {
    lendHand(shop.bench, hourMs);
  }
  const boosted = shop.boosts.deliverHour(grants, hourMs, prng, say);
  const goods = shop.stockOuts.goodsAt(hourMs, hour);
  if (hour === INVENTORY_HOUR) reportInventory(shop, hourMs, goods === 'in-stock');
  if (hour === LEARNING_HOUR) learn(shop, hourMs, grants, offers, world);
  fakeTrade(shop, hourMs, world);
  const salesMinor = sell(shop, hourMs, boosted, goods, world);
  shop.fees.count(grants, salesMinor, hourMs + HOUR_MS - 1, say);
  shop.life.playHour(shop, { hourMs, local: hour, inForce });
  if (loseHeart(shop, hourMs + HOUR_MS - 1, grants, offers.length > 0)) shop.closedAtMs = hourMs;
}

/** What buyers paid, in minor units. */
function sell(
  shop: Shop,
  hourMs: number,
  boosted: ReadonlyMap<string, number>,
  goods: Goods,
  world: ShopWorld,
): number {
  const { persona, prng } = shop;
  const seasonMs = hourMs - world.seasonShiftMs;
  const factor =
    seasonFactor(seasonMs, world.zoneOffsetMinutes, world.season) *
    hourShare(seasonMs, world.zoneOffsetMinutes, world.season);
  const brought = countBoosted(shop, boosted, !canServe(shop, hourMs, goods));
  const exposures = (persona.exposuresPerDay * shop.grownBps * factor) / BPS + brought;
  shop.exposures += exposures;
  const ordersMean = (exposures * persona.conversionPpm) / PPM;
  const fromMs = Math.max(hourMs, persona.opensAtMs);
  const circumstances = { isOversold: goods === 'gone', isSilent: isSilent(shop) };
  let salesMinor = 0;
  for (const atMs of drawMoments(prng, prng.poisson(ordersMean), fromMs, hourMs + HOUR_MS)) {
    // Without stock the exposure is wasted: the buyer finds nothing to pay for.
    if (shop.stock <= 0 || goods === 'sold-out') continue;
    if (!circumstances.isOversold) shop.stock -= 1;
    salesMinor += playOrder(shop, atMs, circumstances);
  }
  const threads = prng.poisson(ordersMean * THREADS_PER_ORDER);
  for (const atMs of drawMoments(prng, threads, fromMs, hourMs + HOUR_MS)) playThread(shop, atMs);
  return salesMinor;
}

function countBoosted(shop: Shop, boosted: ReadonlyMap<string, number>, isWasted: boolean): number {
  let all = 0;
  for (const [programme, exposures] of boosted) {
    const counts = (shop.boosted[programme] ??= { exposures: 0, wasted: 0 });
    counts.exposures += exposures;
    if (isWasted) counts.wasted += exposures;
    all += exposures;
  }
  return all;
}

/** Whether an order of this hour would be there in time. */
function canServe({ bench, stock, capacityPerDay }: Shop, hourMs: number, goods: Goods): boolean {
  if (goods !== 'in-stock' || stock <= 0) return false;
  return bench.freeAtMs + DAY_MS / capacityPerDay <= hourMs + SHIP_WITHIN_MS;
}

function grow(shop: Shop): void {
  const { left, late } = shop.today;
  shop.today = { left: 0, late: 0 };
  if (shop.grownBps === BPS || left === 0 || late > 0) return;
  shop.grownBps = Math.min(BPS, Math.floor((shop.grownBps * GROWTH_A_DAY_BPS) / BPS));
  shop.capacityPerDay = grownTo(shop.persona, shop.grownBps);
}

function grownTo({ capacityPerDay }: Persona, grownBps: number): number {
  return Math.max(1, Math.floor((capacityPerDay * grownBps) / BPS));
}

/** A tool answers for who does not. */
function isSilent(shop: Shop): boolean {
  return shop.isSlow && !shop.hasTool;
}

function sayHello(shop: Shop): void {
  const { persona, prng, say } = shop;
  const { entity } = persona.conduct;
  if (persona.registersAtMs !== null) {
    say('updraft.merchant.registered.v1', persona.registersAtMs, {
      category: persona.category,
      country: persona.country,
      currency: persona.currency,
      ...(entity?.linkedAfterMs === 0 ? { entityId: entity.entityId } : {}),
    });
  }
  const declaredAtMs = persona.opensAtMs + prng.between(5, 300) * MINUTE_MS;
  if (persona.declaredPerDay !== null) {
    say('updraft.capacity.declared.v1', declaredAtMs, { ordersPerDay: persona.declaredPerDay });
  }
  const surveyedAtMs = persona.opensAtMs + prng.between(10, 36 * 60) * MINUTE_MS;
  if (!persona.answersSurvey) return;
  const hasStock = shop.stock >= persona.capacityPerDay * 5 ? 'yes' : 'no';
  say('updraft.survey.answered.v1', surveyedAtMs, {
    survey: 'double-11',
    answers: { wants_traffic: persona.wantsTraffic, has_stock: hasStock },
  });
}

/**
 * Stock is counted every morning, which is when goods are missed; before that, a good merchant orders in time, a bad
 * one often forgets.
 */
function reportInventory(shop: Shop, hourMs: number, isThere: boolean): void {
  const { persona, prng, say } = shop;
  const willRestock = prng.chance(200_000 + shop.qualityBps * 60);
  if (willRestock && shop.stock < persona.capacityPerDay * 5)
    shop.stock += persona.capacityPerDay * STOCK_DAYS;
  say('updraft.inventory.reported.v1', hourMs + prng.between(0, 59) * MINUTE_MS, {
    units: isThere ? shop.stock : 0,
  });
}

/** An enquiry and its answers. Replies slow down as the bench fills up; a tool halves the time. */
function playThread(shop: Shop, receivedAtMs: number): void {
  const { persona, bench, prng, say, qualityBps } = shop;
  shop.threads += 1;
  const threadId = `${persona.merchantId}-t${shop.threads}`;
  const slowMinutes = 5 + Math.floor(((BPS - qualityBps) * 240) / BPS);
  const stress = stressBps(bench, receivedAtMs);
  const usualMs = prng.between(30, slowMinutes * 60) * SECOND_MS;
  const readyMs = Math.floor((usualMs * (BPS + 4 * stress)) / BPS / (shop.hasTool ? 2 : 1));
  const replyMs = readyMs * (isSilent(shop) ? SLOW_TIMES : 1);
  const receivedAt = formatInstant(receivedAtMs);
  say('updraft.message.answered.v1', receivedAtMs + replyMs, { threadId, receivedAt, isFirst: true });
  const hasSecond = prng.chance(300_000);
  const pauseMs = prng.between(1, 120) * MINUTE_MS;
  if (!hasSecond) return;
  const secondAtMs = receivedAtMs + replyMs + pauseMs;
  say('updraft.message.answered.v1', Math.min(secondAtMs + replyMs, secondAtMs + DAY_MS), {
    threadId,
    receivedAt: formatInstant(secondAtMs),
    isFirst: false,
  });
}

function drawMoments(prng: Prng, count: number, fromMs: number, toMs: number): number[] {
  const moments: number[] = [];
  for (let drawn = 0; drawn < count; drawn += 1) moments.push(fromMs + prng.below(toMs - fromMs));
  return moments.sort((a, b) => a - b);
}
