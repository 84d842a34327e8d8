import type { Json } from '#domain/canonical';
import type { CloudEvent } from '#domain/stage/stage';
import { DAY_MS, MINUTE_MS, formatInstant, parseInstant } from '#domain/time';
import { createMarketplace, type MarketplaceOptions } from '#sim/marketplace/marketplace';
import { createPrng } from '#sim/marketplace/prng';
import type { SeasonName } from '#sim/marketplace/season';
import { createRunClock } from './run-clock.ts';
import { spoil } from './spoil.ts';

// What the marketplace says, as it would be said today: ids of this run, instants of now, merchants of this seed.

export interface LiveSeasonOptions {
  /** 31-bit integer. */
  readonly seed: number;
  readonly merchants: number;
  readonly season: SeasonName;
  /** What the marketplace is like, but for its calendar. Left out: the ordinary one, which tells of trade alone. */
  readonly shape?: Omit<MarketplaceOptions, 'seed' | 'merchants'>;
  readonly eventsPerSecond: number;
  /** When the run began: its first event is due then. */
  readonly startMs: number;
  readonly duplicatesPpm: number;
  readonly latePpm: number;
  readonly poisonPpm: number;
}

export interface PlannedEvent {
  /** Malformed on purpose where `isPoison`. */
  readonly event: unknown;
  /** From 0: what belongs to one merchant is sent in order. */
  readonly merchant: number;
  readonly isPoison: boolean;
}

export interface LiveSeason {
  /** There is always another one. */
  next(): PlannedEvent;
}

/** Five days before the great day; where there is none, any day will do. */
const SIM_STARTS: Readonly<Record<SeasonName, number>> = {
  'double-11': Date.parse('2026-11-06T00:00:00+08:00'),
  '618': Date.parse('2026-06-13T00:00:00+08:00'),
  flat: Date.parse('2026-09-01T00:00:00+08:00'),
};
/** Everything that can befall a merchant, often enough to be seen in minutes. The figures are ours. */
const TROUBLES = {
  stockOutPpm: 20_000,
  slowReplyPpm: 150_000,
  courseEffectBps: 3_000,
  entityPpm: 400_000,
  fraudPpm: 30_000,
  // Nobody here knows what is granted, so whoever may leave for want of it does.
  leavePpm: 50_000,
  newcomersStartAtBps: 3_000,
};
/** Nobody waits for the end of this. */
const DAYS = 36_500;
const NEWCOMER_DAYS = 10;
const EVENTS_PER_MERCHANT_DAY = 10;
/** To ten events of trade, all aspects together add so many tenths; measured. */
const ASPECTS_ADD = 0.68;
const MINUTES_PER_DAY = DAY_MS / MINUTE_MS;
/** Ids that a second run must not be taken to repeat. */
const IDS_OF_A_RUN = ['orderId', 'threadId', 'sessionId', 'contentId', 'violationId'];
/** Instants of what has been. */
const PAST = ['orderedAt', 'receivedAt', 'startedAt'];
/** Instants of what is to come, and since when: null, since the event. */
const AHEAD: readonly (readonly [field: string, since: string | null])[] = [
  ['shipBy', 'orderedAt'],
  ['deliverBy', 'orderedAt'],
  ['dueBy', null],
];
const SOURCE = '/updraft/simulate';
/** No merchant has this number. */
const POISON_STREAM = 0xffff_fffe;

export function createLiveSeason(options: LiveSeasonOptions): LiveSeason {
  const { seed, merchants, startMs, eventsPerSecond, shape } = options;
  const simStartMs = SIM_STARTS[options.season] + (shape?.seasonShiftDays ?? 0) * DAY_MS;
  const sim = createMarketplace({
    ...TROUBLES,
    ...shape,
    leavePpm: TROUBLES.leavePpm,
    seed,
    merchants,
    season: options.season,
    startMs: simStartMs,
    days: DAYS,
    newcomerDays: NEWCOMER_DAYS,
    eventsPerMerchantDay: EVENTS_PER_MERCHANT_DAY,
    duplicateRatePpm: options.duplicatesPpm,
    lateRatePpm: options.latePpm,
    unregisteredPpm: 0,
  });
  const prng = createPrng(seed, POISON_STREAM);
  const run = startMs.toString(36);
  const clock = createRunClock({ simStartMs, startMs, eventsPerSecond });
  const told = 1 + ((shape?.aspects ?? []).length === 0 ? 0 : ASPECTS_ADD);
  const ordinary = (merchants * EVENTS_PER_MERCHANT_DAY * told) / MINUTES_PER_DAY;
  /** Demand decides how many events the next days hold, and with that how long they take. */
  const ahead = (fromMs: number, untilMs: number): string => {
    const factor = (sim.seasonFactor(fromMs) + sim.seasonFactor(fromMs + DAY_MS)) / 2;
    return formatInstant(
      clock.past(fromMs) + Math.round(clock.expected(untilMs - fromMs, ordinary * factor)),
    );
  };

  function live(event: CloudEvent): CloudEvent {
    const data: Record<string, Json | undefined> = { ...event.data };
    const instantOf = (field: string): number => parseInstant(event.data[field] as string);
    for (const field of IDS_OF_A_RUN) if (field in data) data[field] = `${run}-${data[field] as string}`;
    if ('entityId' in data) data['entityId'] = `s${seed}-${data['entityId'] as string}`;
    for (const field of PAST) if (field in data) data[field] = formatInstant(clock.past(instantOf(field)));
    for (const [field, since] of AHEAD) {
      if (!(field in data)) continue;
      const fromMs = since === null ? parseInstant(event.time) : instantOf(since);
      data[field] = ahead(fromMs, instantOf(field));
    }
    return {
      ...event,
      id: `${run}-${event.id}`,
      source: SOURCE,
      subject: `s${seed}-${event.subject}`,
      time: formatInstant(clock.past(parseInstant(event.time))),
      data,
    };
  }

  let simMs = simStartMs;
  let poisons = 0;
  let waiting: (() => PlannedEvent)[] = [];

  function playMinute(): void {
    simMs += MINUTE_MS;
    waiting = sim.advance(simMs, []).flatMap(({ event }) => {
      const merchant = Number(event.subject!.slice(event.subject!.lastIndexOf('-') + 1)) - 1;
      const healthy = (): PlannedEvent => ({ event: live(event), merchant, isPoison: false });
      const poisoned = (): PlannedEvent => {
        poisons += 1;
        return { event: spoil(live(event), `${run}-poison-${poisons}`, prng), merchant, isPoison: true };
      };
      return prng.chance(options.poisonPpm) ? [poisoned, healthy] : [healthy];
    });
    // Only now is it known when each of them is due, and so what its instants are.
    clock.minute(waiting.length);
    waiting.reverse();
  }

  return {
    next() {
      while (waiting.length === 0) playMinute();
      return waiting.pop()!();
    },
  };
}
