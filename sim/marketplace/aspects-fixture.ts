import type { MerchantEvents, MerchantEventType } from '#domain/events';
import type { Benefit } from '#domain/policy/bundle';
import { DAY_MS } from '#domain/time';
import type { SimEvent } from './delivery.ts';
import type { ActiveGrant, TrainingOffer } from './in-force.ts';
import { createMarketplace, type MarketplaceOptions, type MerchantTruth } from './marketplace.ts';

// For specs of the aspects: a marketplace played to its end and beyond, and what it said by type.

export const START_MS = Date.parse('2026-09-01T00:00:00+08:00');
export const OPTIONS: MarketplaceOptions = {
  seed: 46,
  merchants: 80,
  startMs: START_MS,
  days: 20,
  eventsPerMerchantDay: 12,
  duplicateRatePpm: 0,
};

export interface Played {
  readonly events: readonly SimEvent[];
  readonly truth: readonly MerchantTruth[];
}

export function play(
  changes: Partial<MarketplaceOptions> = {},
  grants: readonly ActiveGrant[] = [],
  offers: readonly TrainingOffer[] = [],
): Played {
  const marketplace = createMarketplace({ ...OPTIONS, ...changes });
  // What follows from the last orders comes up to two months after them.
  const events = marketplace.advance(marketplace.endMs + 60 * DAY_MS, grants, offers);
  return { events, truth: marketplace.truth() };
}

export interface Told<T extends MerchantEventType> {
  readonly merchantId: string;
  readonly atMs: number;
  readonly data: MerchantEvents[T];
}

/** In the order in which they occurred. */
export function told<T extends MerchantEventType>({ events }: Pick<Played, 'events'>, type: T): Told<T>[] {
  return events
    .filter(({ event }) => event.type === type)
    .map(({ event }) => ({
      merchantId: event.subject!,
      atMs: Date.parse(event.time),
      data: event.data as unknown as MerchantEvents[T],
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** Of each order, or each merchant, the first. */
export function firstBy<T>(all: readonly T[], key: (one: T) => string): ReadonlyMap<string, T> {
  return new Map([...all].reverse().map((one) => [key(one), one]));
}

/** One for each merchant, in force all the time. */
export function grantsTo(
  truth: readonly MerchantTruth[],
  kind: string,
  benefit: Benefit,
  size: number,
): ActiveGrant[] {
  return truth.map(({ merchantId }) => ({
    grantId: `${kind}/${merchantId}`,
    merchantId,
    programme: 'p',
    kind,
    benefit,
    size,
    weightBps: null,
    validUntilMs: START_MS + 40 * DAY_MS,
  }));
}

export function share(part: number, whole: number): number {
  return part / Math.max(1, whole);
}

/** The better and the worse half of the merchants. */
export function halvesBy(
  truth: readonly MerchantTruth[],
  of: (merchant: MerchantTruth) => number,
): { readonly high: ReadonlySet<string>; readonly low: ReadonlySet<string> } {
  const ids = [...truth].sort((a, b) => of(b) - of(a)).map(({ merchantId }) => merchantId);
  const half = ids.length >> 1;
  return { high: new Set(ids.slice(0, half)), low: new Set(ids.slice(half)) };
}
