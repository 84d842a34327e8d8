import { DAY_MS, MINUTE_MS } from '#domain/time';
import type { Aspect, Hour, Scene } from './aspect.ts';
import type { ActiveGrant } from './in-force.ts';
import type { Shop } from './shop.ts';

// What merchants make of what they have. Some take up tools of their own accord. Tools are used daily, the more the
// busier the shop; a right that was granted is taken up within days by those who mind tools, sooner or later by the
// others, and falls away with its grant. Services that were granted are used, and credit, seats and amounts of them
// counted until nothing is left; now and then somebody uses a service without being given it. The rates are ours.

const REPORTED_AT = 21;
/** Of a million, a day: who takes up a right, and who uses a service. */
const ADOPTS_PPM = { minded: 400_000, other: 120_000 };
const SERVED_PPM = 600_000;
const ALONE_PPM = 8_000;
/** Of a million, a day: who takes up another tool of its own accord, and who gives it up. */
const OWN_ADOPTS_PPM = { minded: 90_000, other: 25_000 };
const OWN_DROPS_PPM = 3_000;
/** A day, and for each parcel that left, up to a number of parcels. */
const USES_MIN = 1;
const PARCELS_MAX = 30;
const RIGHTS_MAX = 32;

export function usage(scene: Scene): Aspect {
  const { persona, terms, prng, tell } = scene;
  const held = new Set<string>();
  const own = new Set<string>();
  const counted = new Map<string, number>();
  return {
    playHour(shop, hour) {
      if (hour.local !== REPORTED_AT) return;
      const { grants } = hour.inForce;
      const atMs = Math.max(hour.hourMs, persona.opensAtMs) + prng.between(0, 59) * MINUTE_MS;
      takeUpRights(scene, held, rightsIn(hour, terms.tool), atMs);
      for (const tool of terms.otherTools) useOwn(scene, own, tool, atMs);
      for (const tool of toolsOf(shop, [...held, ...own], terms.tool)) {
        const times = USES_MIN + prng.poisson(Math.min(PARCELS_MAX, shop.today.left));
        tell('updraft.tool.used.v1', atMs, { tool, times });
      }
      for (const grant of grants) useGrant(scene, counted, grant, atMs);
      const isAlone = prng.chance(ALONE_PPM);
      if (isAlone) tell('updraft.service.used.v1', atMs, { service: terms.service, times: 1 });
    },
  };
}

/** The tool that trade knows is taken up there. */
function rightsIn({ inForce }: Hour, known: string): ReadonlySet<string> {
  const rights = inForce.grants.flatMap(({ benefit }) => ('access' in benefit ? benefit.access : []));
  return new Set(rights.filter((right) => right !== known).slice(0, RIGHTS_MAX));
}

function toolsOf({ hasTool }: Shop, held: readonly string[], known: string): readonly string[] {
  return hasTool ? [known, ...held] : held;
}

function useOwn({ persona, prng, tell }: Scene, own: Set<string>, tool: string, atMs: number): void {
  const adopts = prng.chance(persona.isToolMinded ? OWN_ADOPTS_PPM.minded : OWN_ADOPTS_PPM.other);
  const drops = prng.chance(OWN_DROPS_PPM);
  if (own.has(tool)) {
    if (!drops) return;
    own.delete(tool);
    tell('updraft.tool.dropped.v1', atMs, { tool });
  } else if (adopts) {
    own.add(tool);
    tell('updraft.tool.adopted.v1', atMs, { tool });
  }
}

function takeUpRights(
  { persona, prng, tell }: Scene,
  held: Set<string>,
  rights: ReadonlySet<string>,
  atMs: number,
): void {
  for (const tool of held) {
    if (rights.has(tool)) continue;
    held.delete(tool);
    tell('updraft.tool.dropped.v1', atMs, { tool });
  }
  for (const tool of rights) {
    if (held.has(tool)) continue;
    if (!prng.chance(persona.isToolMinded ? ADOPTS_PPM.minded : ADOPTS_PPM.other)) continue;
    held.add(tool);
    tell('updraft.tool.adopted.v1', atMs, { tool });
  }
}

/** Cumulative; an even share of what is left goes each day. Traffic and fee relief are counted where they arise. */
function useGrant(
  { prng, tell }: Scene,
  counted: Map<string, number>,
  grant: ActiveGrant,
  atMs: number,
): void {
  const { grantId, benefit, kind, size, validUntilMs } = grant;
  const isService = 'service' in benefit;
  const isCredit = 'credit' in benefit && kind !== 'traffic';
  if ((!isService && !isCredit) || validUntilMs <= atMs) return;
  const isUsed = prng.chance(SERVED_PPM);
  const percent = prng.between(60, 180);
  if (!isUsed) return;
  if (isService) tell('updraft.service.used.v1', atMs, { service: benefit.service.what, times: 1 });
  const before = counted.get(grantId) ?? 0;
  const left = Math.max(0, size - before);
  const days = Math.max(1, Math.ceil((validUntilMs - atMs) / DAY_MS));
  const used = before + Math.min(left, Math.ceil((left * percent) / 100 / days));
  if (used === before) return;
  counted.set(grantId, used);
  tell('updraft.grant.used.v1', atMs, { grantId, used });
}
