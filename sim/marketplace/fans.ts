import { DAY_MS } from '#domain/time';
import type { Hour, Scene } from './aspect.ts';
import type { Prng } from './prng.ts';
import type { Shop } from './shop.ts';

// Who follows a shop. Of those whom it is shown to a few stay, more where it is good at that; a few leave every day,
// more where it is careless. The fans of who sells live or publishes are counted every day, those of others once a
// week. The rates are ours.

const BPS = 10_000;
const PPM = 1_000_000;
/** Of a million exposures. */
const FOLLOW_PPM_MIN = 1_000;
const LEAVE_PPM_MAX = 800;
const COUNTED_AT = 1;
const OTHERS_EVERY_MS = 7 * DAY_MS;
/** Means above this are not drawn: nobody would see the difference. */
const DRAWN_MAX = 40;

export interface Following {
  fans(): number;
  gain(fans: number): void;
  playHour(shop: Shop, hour: Hour): void;
}

export function createFollowing({ persona, prng, tell }: Scene): Following {
  const { traits } = persona;
  const everyMs = traits.live === null && traits.creator === null ? OTHERS_EVERY_MS : DAY_MS;
  const followPpm = FOLLOW_PPM_MIN + Math.floor(traits.knackBps / 5);
  const leavePpm = Math.floor((LEAVE_PPM_MAX * (BPS - persona.qualityBps)) / BPS);
  let { fans } = traits;
  let gained = 0;
  let seenExposures = 0;
  let told: number | null = null;
  let toldAtMs = -Infinity;
  return {
    fans: () => fans,
    gain: (more) => (gained += more),
    playHour(shop, { hourMs, local }) {
      if (told !== null && local !== COUNTED_AT) return;
      const shown = shop.exposures - seenExposures;
      seenExposures = shop.exposures;
      const come = gained + countOf(prng, (shown * followPpm) / PPM);
      const gone = Math.min(fans, countOf(prng, (fans * leavePpm) / PPM));
      gained = 0;
      fans += come - gone;
      if (fans === told || hourMs - toldAtMs < everyMs) return;
      told = fans;
      toldAtMs = hourMs;
      const { fansOffSite } = traits;
      const atMs = Math.max(hourMs, persona.opensAtMs);
      tell('updraft.fans.changed.v1', atMs, { fans, ...(fansOffSite === null ? {} : { fansOffSite }) });
    },
  };
}

function countOf(prng: Prng, mean: number): number {
  return mean > DRAWN_MAX ? Math.floor(mean) : prng.poisson(mean);
}
