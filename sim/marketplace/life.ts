import type { MerchantEventType } from '#domain/events';
import { aftercare } from './aftercare.ts';
import { ASPECTS, type Aspect, type AspectName, type Bookkeeper, type Hour } from './aspect.ts';
import type { OrderEnd, Scene, Terms } from './aspect.ts';
import { audience } from './audience.ts';
import { breaches } from './breaches.ts';
import { checkout } from './checkout.ts';
import { conversations } from './conversations.ts';
import { dues } from './dues.ts';
import type { Say } from './order-life.ts';
import type { Persona } from './persona.ts';
import { createPrng, type Prng } from './prng.ts';
import type { Shop } from './shop.ts';
import { standing } from './standing.ts';
import { studies } from './studies.ts';
import { usage } from './usage.ts';

// The aspects of one merchant's life, put together: trade says what it says through them.

export interface Life {
  /** What trade says; the aspects hear it. */
  readonly say: Say;
  beginHour(hourMs: number): void;
  playHour(shop: Shop, hour: Hour): void;
  orderedAtMs(paidAtMs: number): number;
  orderEnded(shop: Bookkeeper, end: OrderEnd): void;
}

const MADE_OF: Readonly<Record<AspectName, readonly ((scene: Scene) => Aspect)[]>> = {
  orders: [checkout],
  messages: [conversations],
  aftercare: [aftercare],
  audience: [audience],
  practice: [studies, usage],
  standing: [standing, breaches],
  dues: [dues],
};

/** Streams of a merchant from here on belong to its aspects, two to each. */
const STREAM = 16;

export interface LifePlan {
  readonly seed: number;
  /** Of the merchant. */
  readonly index: number;
  readonly persona: Persona;
  readonly terms: Terms;
  readonly aspects: readonly AspectName[];
  /** Says as trade does. */
  readonly say: Say;
  /** Says under ids that end like this, with delays from this stream. */
  readonly sayAs: (suffix: string, travel: Prng) => Say;
}

export function openLife(plan: LifePlan): Life {
  const { seed, index, persona, terms } = plan;
  const clock = { hourMs: persona.opensAtMs };
  const parts: Aspect[] = [];
  const ears = new Map<MerchantEventType, Ear[]>();
  ASPECTS.forEach((name, number) => {
    if (!plan.aspects.includes(name)) return;
    const stream = STREAM + 2 * number;
    const tell = through(ears, plan.sayAs(`-${name}-`, createPrng(seed, index, stream + 1)));
    const prng = createPrng(seed, index, stream);
    for (const open of MADE_OF[name]) parts.push(open({ persona, terms, prng, tell, clock }));
  });
  for (const { hears = {} } of parts) {
    for (const [type, ear] of Object.entries(hears) as [MerchantEventType, Ear][]) {
      ears.set(type, [...(ears.get(type) ?? []), ear]);
    }
  }
  const hourly = parts.filter(({ playHour }) => playHour !== undefined);
  return {
    say: ears.size === 0 ? plan.say : through(ears, plan.say),
    beginHour: (hourMs) => (clock.hourMs = hourMs),
    playHour(shop, hour) {
      for (const part of hourly) part.playHour!(shop, hour);
    },
    orderedAtMs: (paidAtMs) => parts.reduce((atMs, part) => part.orderedAtMs?.(atMs) ?? atMs, paidAtMs),
    orderEnded(shop, end) {
      for (const part of parts) part.orderEnded?.(shop, end);
    },
  };
}

/** An ear without the type that it is for: the map keeps them apart. */
type Ear = (atMs: number, payload: unknown) => object | undefined;

function through(ears: ReadonlyMap<MerchantEventType, readonly Ear[]>, say: Say): Say {
  return (type, atMs, payload) => {
    let told = payload;
    for (const ear of ears.get(type) ?? []) told = (ear(atMs, told) as typeof told | undefined) ?? told;
    say(type, atMs, told);
  };
}
