import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';
import type { Aspect, Scene, Terms } from './aspect.ts';
import type { Following } from './fans.ts';
import type { Prng } from './prng.ts';

// What creators publish, mostly of one kind. A piece is shown to fans and to passers-by, most of that on its first day,
// and after a week to hardly anybody. The better it is, the more it is shown. The figures are ours.

const BPS = 10_000;
const DAYS_PER_WEEK = 7;
const PLANNED_AT = 9;
const FIRST_KIND_PERCENT = 70;
/** How often it was shown is reported so long after it was published, and how much of all that it had been by then. */
const REPORTS: readonly { readonly afterMs: number; readonly percent: number }[] = [
  { afterMs: DAY_MS, percent: 60 },
  { afterMs: 7 * DAY_MS, percent: 100 },
];
/** Of a thousand who saw it. */
const FOLLOW_PER_MILLE = 2;

export function content({ persona, terms, prng, tell }: Scene, following: Following): Aspect {
  const { creator, knackBps } = persona.traits;
  if (creator === null) return {};
  let pieces = 0;
  const publish = (atMs: number): void => {
    pieces += 1;
    const contentId = `${persona.merchantId}-p${pieces}`;
    tell('updraft.content.published.v1', atMs, { contentId, kind: drawKind(prng, terms) });
    const shown = following.fans() * prng.between(20, 120) + persona.exposuresPerDay * prng.between(5, 30);
    const appealBps = prng.between(2_000, 8_000) + knackBps;
    const all = Math.floor(((shown / 100) * appealBps) / BPS);
    following.gain(Math.floor((all * FOLLOW_PER_MILLE) / 1_000));
    for (const { afterMs, percent } of REPORTS) {
      const exposures = Math.floor((all * percent) / 100);
      tell('updraft.content.exposed.v1', atMs + afterMs, { contentId, exposures });
    }
  };
  return {
    playHour(_, { hourMs, local }) {
      if (local !== PLANNED_AT) return;
      for (let left = prng.poisson(creator.piecesPerWeek / DAYS_PER_WEEK); left > 0; left -= 1) {
        publish(hourMs + HOUR_MS + prng.below(12 * 60) * MINUTE_MS);
      }
    },
  };
}

function drawKind(prng: Prng, { contentKinds }: Terms): Terms['contentKinds'][number] {
  const isUsual = prng.below(100) < FIRST_KIND_PERCENT;
  const kind = contentKinds[prng.below(contentKinds.length)]!;
  return isUsual ? contentKinds[0]! : kind;
}
