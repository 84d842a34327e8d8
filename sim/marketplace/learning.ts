import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';
import type { ActiveGrant, TrainingOffer } from './in-force.ts';
import type { Shop, ShopWorld } from './shop.ts';

// Courses and tools. Some merchants come to them by themselves; an offer makes more of them come, and in their own
// way: in time, late or never.

const BPS = 10_000;
/** Chance a day that a trainable merchant finishes the course when nobody asks it to, or has a course as a grant. */
const TRAINING_ALONE_PPM = 40_000;
const TRAINING_GRANTED_PPM = 300_000;
const TOOL_ALONE_PPM = 30_000;
const TOOL_OFFERED_PPM = 250_000;
/** Of its own accord, a day. */
const TOOL_DROPPED_PPM = 4_000;
/** Nobody takes longer than this who does it in time, or less than that who is late. */
const STUDY_DAYS_MAX = 9;

/** Once a day. */
export function learn(
  shop: Shop,
  hourMs: number,
  grants: readonly ActiveGrant[],
  offers: readonly TrainingOffer[],
  world: ShopWorld,
): void {
  const { prng } = shop;
  const isTaught = grants.some(
    ({ benefit }) => 'service' in benefit && benefit.service.course === world.course,
  );
  const mayUse = grants.some(({ benefit }) => 'access' in benefit && benefit.access.includes(world.tool));
  const finishes = prng.chance(isTaught ? TRAINING_GRANTED_PPM : TRAINING_ALONE_PPM);
  const adopts = prng.chance(mayUse ? TOOL_OFFERED_PPM : TOOL_ALONE_PPM);
  const drops = prng.chance(TOOL_DROPPED_PPM);
  const atMs = hourMs + prng.between(0, 59) * MINUTE_MS;
  enrol(shop, hourMs, offers, world);
  study(shop, atMs, finishes, world);
  useTool(shop, atMs, { adopts, drops, mayUse }, world);
}

/** Takes up an offer the first time it sees it: when it will be done is settled then. */
function enrol(shop: Shop, hourMs: number, offers: readonly TrainingOffer[], world: ShopWorld): void {
  const offer = offers.find(({ course }) => course === world.course);
  if (offer === undefined || shop.doneAtMs !== null) return;
  const { isTrainable, conduct } = shop.persona;
  const days = shop.luck.between(1, STUDY_DAYS_MAX);
  const isNever = !isTrainable || conduct.diligence === 'never';
  if (isNever) shop.doneAtMs = Infinity;
  else if (conduct.diligence === 'late') shop.doneAtMs = offer.untilMs + days * DAY_MS;
  else shop.doneAtMs = Math.min(hourMs + days * DAY_MS, offer.untilMs - HOUR_MS);
}

function study(shop: Shop, atMs: number, finishes: boolean, world: ShopWorld): void {
  if (shop.hasCourse || !shop.persona.isTrainable) return;
  const isDone = shop.doneAtMs === null ? finishes : atMs >= shop.doneAtMs;
  if (!isDone) return;
  shop.hasCourse = true;
  shop.qualityBps += Math.floor(((BPS - shop.qualityBps) * world.courseEffectBps) / BPS);
  shop.say('updraft.training.completed.v1', atMs, { course: world.course });
}

/** Who had the tool by a grant loses it with the grant. */
function useTool(
  shop: Shop,
  atMs: number,
  { adopts, drops, mayUse }: { readonly adopts: boolean; readonly drops: boolean; readonly mayUse: boolean },
  { tool }: ShopWorld,
): void {
  if (!shop.hasTool) {
    if (!adopts || !shop.persona.isToolMinded) return;
    shop.hasTool = true;
    shop.isToolGranted = mayUse;
    shop.say('updraft.tool.adopted.v1', atMs, { tool });
  } else if (drops || (shop.isToolGranted && !mayUse)) {
    shop.hasTool = false;
    shop.say('updraft.tool.dropped.v1', atMs, { tool });
  }
}
