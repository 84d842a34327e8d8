import { HOUR_MS, MINUTE_MS, formatInstant } from '#domain/time';
import type { Aspect, Scene } from './aspect.ts';
import type { Following } from './fans.ts';
import type { Prng } from './prng.ts';

// Live selling. Who sells live does so on some days of the week, at its hour, give or take half an hour. Fans come, and
// passers-by in proportion to what the shop is shown meanwhile; the better the host, the longer they stay and the more
// of them follow. What is sold in the room is a part of what the shop sells in those hours. The figures are ours.

const BPS = 10_000;
const PPM = 1_000_000;
const DAYS_PER_WEEK = 7;
/** Of a hundred: exposures that become entries, entries that are new people, sales that were made in the room. */
const PASSING_PERCENT = 10;
const WATCH_SECONDS_MIN = 20;
const WATCH_SECONDS_MORE = 160;
const FOLLOW_PPM_MIN = 4_000;

interface Session {
  readonly sessionId: string;
  readonly startedAtMs: number;
  readonly endsAtMs: number;
  readonly exposuresBefore: number;
  salesMinor: number;
}

export function liveSessions(scene: Scene, following: Following): Aspect {
  const { persona, prng, tell } = scene;
  const habit = persona.traits.live;
  if (habit === null) return {};
  let plannedAtMs = Infinity;
  let session: Session | null = null;
  let sessions = 0;
  const plan = (hourMs: number): void => {
    const isOn = prng.chance(Math.floor((habit.sessionsPerWeek * PPM) / DAYS_PER_WEEK));
    const atMs = hourMs + habit.startsAt * HOUR_MS + prng.between(-30, 30) * MINUTE_MS;
    if (isOn) plannedAtMs = atMs;
  };
  return {
    hears: {
      'updraft.order.paid.v1': (atMs, { amountMinor }) => {
        if (session === null || atMs < session.startedAtMs || atMs >= session.endsAtMs) return undefined;
        session.salesMinor += amountMinor;
        return undefined;
      },
    },
    playHour(shop, { hourMs, local }) {
      const endMs = hourMs + HOUR_MS;
      if (local === 0) plan(hourMs);
      if (session !== null && session.endsAtMs < endMs) {
        const ended = comeTo(scene, session, shop.exposures, following.fans());
        following.gain(ended.newFans);
        tell('updraft.live.ended.v1', session.endsAtMs, ended);
        session = null;
      }
      if (session !== null || plannedAtMs < hourMs || plannedAtMs >= endMs) return;
      sessions += 1;
      session = open(`${persona.merchantId}-s${sessions}`, plannedAtMs, habit.hours, prng, shop.exposures);
      tell('updraft.live.started.v1', plannedAtMs, { sessionId: session.sessionId });
    },
  };
}

function open(
  sessionId: string,
  startedAtMs: number,
  hours: number,
  prng: Prng,
  exposuresBefore: number,
): Session {
  const endsAtMs = startedAtMs + hours * HOUR_MS + prng.between(0, 40) * MINUTE_MS;
  return { sessionId, startedAtMs, endsAtMs, exposuresBefore, salesMinor: 0 };
}

function comeTo({ persona, prng }: Scene, session: Session, exposures: number, fans: number) {
  const { knackBps } = persona.traits;
  const fansComePpm = prng.between(10_000, 30_000) + knackBps * 3;
  const passing = ((exposures - session.exposuresBefore) * PASSING_PERCENT) / 100;
  const viewers = Math.floor((fans * fansComePpm) / PPM + passing);
  const visitors = Math.floor((viewers * prng.between(60, 85)) / 100);
  const watch = WATCH_SECONDS_MIN + Math.floor((WATCH_SECONDS_MORE * knackBps) / BPS) + prng.below(40);
  const followPpm = FOLLOW_PPM_MIN + knackBps * 2 + prng.below(4_000);
  return {
    sessionId: session.sessionId,
    startedAt: formatInstant(session.startedAtMs),
    viewers,
    visitors,
    watchSeconds: visitors * watch,
    newFans: Math.floor((visitors * followPpm) / PPM),
    gmvMinor: Math.floor((session.salesMinor * prng.between(40, 90)) / 100),
  };
}
