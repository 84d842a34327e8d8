import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, formatInstant } from '#domain/time';
import { createBoostDelivery, type ActiveGrant, type BoostDelivery } from './boost-delivery.ts';
import { emptyBench, playOrder, stressBps, type Maker, type Say } from './order-life.ts';
import type { Persona } from './persona.ts';
import type { Prng } from './prng.ts';
import { hourShare, localHour, seasonFactor, type SeasonName } from './season.ts';
import { createStockOuts, INVENTORY_HOUR, type StockOuts } from './stock-outs.ts';

const BPS = 10_000;
const PPM = 1_000_000;
const LEARNING_HOUR = 10;
/** Chance a day that a trainable merchant finishes the course: left alone, and after an offer. */
const TRAINING_ALONE_PPM = 80_000;
const TRAINING_OFFERED_PPM = 300_000;
const TOOL_ALONE_PPM = 30_000;
const TOOL_OFFERED_PPM = 250_000;
/** Enquiries per order; three in ten have a second answer in the same thread. */
const THREADS_PER_ORDER = 0.5;
const STOCK_DAYS = 20;
/** Who is slow takes so many times as long, half a day for an ordinary answer. */
const SLOW_TIMES = 8;

/** One merchant at work. */
export interface Shop extends Maker {
  readonly boosts: BoostDelivery;
  readonly stockOuts: StockOuts;
  /** Slow to answer, until it takes up a tool. */
  readonly isSlow: boolean;
  qualityBps: number;
  stock: number;
  threads: number;
  exposures: number;
  boosted: number;
  hasCourse: boolean;
  hasTool: boolean;
}

export interface ShopWorld {
  /** How far the season lies from the calendar's, ms. */
  readonly seasonShiftMs: number;
  readonly zoneOffsetMinutes: number;
  readonly season: SeasonName;
  readonly course: string;
  readonly tool: string;
  /** Of what a merchant lacks in quality, how much a finished course makes good. */
  readonly courseEffectBps: number;
}

/** What befalls merchants besides demand. */
export interface Troubles {
  readonly stockOutPpm: number;
  readonly slowReplyPpm: number;
}

/** Troubles come from a stream of their own: with or without them, the same buyers come. */
export function openShop(persona: Persona, prng: Prng, say: Say, troubles: Troubles, luck: Prng): Shop {
  return {
    persona,
    qualityBps: persona.qualityBps,
    isSlow: luck.chance(troubles.slowReplyPpm),
    stockOuts: createStockOuts(troubles.stockOutPpm, luck),
    bench: emptyBench(persona.opensAtMs),
    boosts: createBoostDelivery(),
    prng,
    say,
    stock: persona.capacityPerDay * prng.between(3, STOCK_DAYS) + 5,
    threads: 0,
    exposures: 0,
    boosted: 0,
    hasCourse: false,
    hasTool: false,
  };
}

/** Everything that one merchant does, and that is done to it, in the hour that begins at `hourMs`. */
export function playHour(shop: Shop, hourMs: number, grants: readonly ActiveGrant[], world: ShopWorld): void {
  const { persona, prng, say } = shop;
  if (hourMs + HOUR_MS <= persona.opensAtMs) return;
  if (hourMs <= persona.opensAtMs) sayHello(shop);
  const boosted = shop.boosts.deliverHour(grants, hourMs, prng, say);
  const hour = localHour(hourMs, world.zoneOffsetMinutes);
  const goods = shop.stockOuts.goodsAt(hourMs, hour);
  if (hour === INVENTORY_HOUR) reportInventory(shop, hourMs, goods === 'in-stock');
  if (hour === LEARNING_HOUR) learn(shop, hourMs, grants, world);

  const seasonMs = hourMs - world.seasonShiftMs;
  const factor =
    seasonFactor(seasonMs, world.zoneOffsetMinutes, world.season) *
    hourShare(seasonMs, world.zoneOffsetMinutes, world.season);
  const exposures = persona.exposuresPerDay * factor + boosted;
  shop.exposures += exposures;
  shop.boosted += boosted;
  const ordersMean = (exposures * persona.conversionPpm) / PPM;
  const fromMs = Math.max(hourMs, persona.opensAtMs);
  const circumstances = { isOversold: goods === 'gone', isSilent: isSilent(shop) };
  for (const atMs of drawMoments(prng, prng.poisson(ordersMean), fromMs, hourMs + HOUR_MS)) {
    // Without stock the exposure is wasted: the buyer finds nothing to pay for.
    if (shop.stock <= 0 || goods === 'sold-out') continue;
    if (!circumstances.isOversold) shop.stock -= 1;
    playOrder(shop, atMs, circumstances);
  }
  const threads = prng.poisson(ordersMean * THREADS_PER_ORDER);
  for (const atMs of drawMoments(prng, threads, fromMs, hourMs + HOUR_MS)) playThread(shop, atMs);
}

/** A tool answers for who does not. */
function isSilent(shop: Shop): boolean {
  return shop.isSlow && !shop.hasTool;
}

function sayHello(shop: Shop): void {
  const { persona, prng, say } = shop;
  if (persona.registersAtMs !== null) {
    say('updraft.merchant.registered.v1', persona.registersAtMs, {
      category: persona.category,
      country: 'CN',
      currency: 'CNY',
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

function learn(shop: Shop, hourMs: number, grants: readonly ActiveGrant[], world: ShopWorld): void {
  const { persona, prng, say } = shop;
  const isOffered = (kind: string): boolean => grants.some((grant) => grant.kind === kind);
  const finishes = prng.chance(isOffered('service') ? TRAINING_OFFERED_PPM : TRAINING_ALONE_PPM);
  const adopts = prng.chance(isOffered('tool') ? TOOL_OFFERED_PPM : TOOL_ALONE_PPM);
  const atMs = hourMs + prng.between(0, 59) * MINUTE_MS;
  if (finishes && persona.isTrainable && !shop.hasCourse) {
    shop.hasCourse = true;
    shop.qualityBps += Math.floor(((BPS - shop.qualityBps) * world.courseEffectBps) / BPS);
    say('updraft.training.completed.v1', atMs, { course: world.course });
  }
  if (adopts && persona.isToolMinded && !shop.hasTool) {
    shop.hasTool = true;
    say('updraft.tool.adopted.v1', atMs, { tool: world.tool });
  }
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
