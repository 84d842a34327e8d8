import type { Decision, MerchantCapability, Outcome } from '#domain/outputs';
import { DAY_MS, HOUR_MS, SECOND_MS } from '#domain/time';
import type { PipelineInMemory, Said } from './pipeline-fixture.ts';
import type { SeasonInMemory } from './season-fixture.ts';
import type { Boosted } from './shop.ts';

// For specs: what a season came to, judged from outside: by what was said, and by what the simulator alone knows.

const FLOOR = 'floor-boost';
const FLOOR_WITHIN_MS = 14 * DAY_MS;
const FLOOR_COOL_DOWN_MS = 14 * DAY_MS;
/** A due floor is seen with the next tick, which a history has every two hours at least. */
const TICK_MS = 3 * HOUR_MS;
const GROWTH = {
  programme: 'growth-boost',
  perHeadroom: 150,
  minimum: 300,
  maximum: 15_000,
  shrinkBelowBps: 6_000,
};
const SHRINK_MS_MAX = 5 * SECOND_MS;
const LIMIT = 'dispatch-cap';
const ENDINGS: readonly Outcome[] = ['expire', 'revoke', 'claw-back'];
const BPS = 10_000;

/** A capability record or a decision, in the order in which they were said. */
type Step =
  | { readonly kind: 'capability'; readonly said: Said<MerchantCapability> }
  | { readonly kind: 'decision'; readonly said: Said<Decision> };

/** By merchant, what was said of it. */
function stepsByMerchant({
  capabilities,
  decisions,
}: PipelineInMemory): ReadonlyMap<string, readonly Step[]> {
  const byMerchant = new Map<string, Step[]>();
  const add = (step: Step): void => {
    const own = byMerchant.get(step.said.merchantId);
    if (own === undefined) byMerchant.set(step.said.merchantId, [step]);
    else own.push(step);
  };
  let next = 0;
  for (const said of capabilities) {
    for (; next < said.decisionsBefore; next += 1) add({ kind: 'decision', said: decisions[next]! });
    add({ kind: 'capability', said });
  }
  for (; next < decisions.length; next += 1) add({ kind: 'decision', said: decisions[next]! });
  return byMerchant;
}

/** Merchants who were fit for the floor for as long as it takes, had nothing meanwhile, and were not served. */
export function forgotten({ pipeline }: SeasonInMemory, endMs: number): readonly string[] {
  const all = [...stepsByMerchant(pipeline)].filter(
    ([, steps]) => longestInVainMs(steps, endMs) > FLOOR_WITHIN_MS + TICK_MS,
  );
  return all.map(([merchantId]) => merchantId);
}

function longestInVainMs(steps: readonly Step[], endMs: number): number {
  const running = new Set<string>();
  let isFit = false;
  let sinceMs = 0;
  let longestMs = 0;
  const close = (atMs: number): void => {
    if (isFit && running.size === 0) longestMs = Math.max(longestMs, atMs - sinceMs);
  };
  for (const { kind, said } of steps) {
    if (kind === 'capability') {
      const isFitNow = isFitForFloor(said);
      if (isFitNow === isFit) continue;
      close(said.atMs);
      isFit = isFitNow;
      sinceMs = Math.max(sinceMs, said.atMs);
      continue;
    }
    if (said.programme === LIMIT || said.grant === null) continue;
    const { grantId } = said.grant;
    if (said.outcome === 'issue') {
      close(said.atMs);
      running.add(grantId);
    } else if (ENDINGS.includes(said.outcome) && running.delete(grantId)) {
      // Who just had a floor waits out its cool-down before it is eligible again.
      sinceMs = Math.max(sinceMs, said.atMs + (said.programme === FLOOR ? FLOOR_COOL_DOWN_MS : 0));
    }
  }
  close(endMs);
  return longestMs;
}

function isFitForFloor(said: MerchantCapability): boolean {
  const { isKnown, isClosed, trainings, metrics, survey } = said;
  const overdue = metrics['overdue'] ?? null;
  const isFit = trainings.includes('first-sale') && overdue !== null && overdue <= 2;
  return isKnown && !isClosed && isFit && survey['wants_traffic'] !== 'no';
}

export interface Saturations {
  /** Times that what a merchant can carry fell below the line of its running boost. */
  readonly times: number;
  /** Of those, the ones that were not answered in time, with what was there instead. */
  readonly unanswered: readonly string[];
}

/** Whether each boost was cut to what fits, or ended, within seconds of the event that saturated its merchant. */
export function saturations({ pipeline }: SeasonInMemory): Saturations {
  const unanswered: string[] = [];
  let times = 0;
  for (const [merchantId, steps] of stepsByMerchant(pipeline)) {
    let size: number | null = null;
    for (const [index, { kind, said }] of steps.entries()) {
      if (kind === 'decision') {
        if (said.programme === GROWTH.programme) size = sizeAfter(said, size);
        continue;
      }
      const fits = fitting(said.headroom);
      if (size === null || fits >= (size * GROWTH.shrinkBelowBps) / BPS) continue;
      const answer = answerTo(steps, index);
      const seenAtMs = pipeline.readAtMs(said.cause.position);
      // What was used already cannot be taken back: then nothing of the boost is left to run.
      times += 1;
      if (answer === null) unanswered.push(`${merchantId} ${said.position}: ${size} runs, ${fits} fits`);
      else if (answer.atMs - seenAtMs > SHRINK_MS_MAX) {
        unanswered.push(`${merchantId} ${said.position}: answered after ${answer.atMs - seenAtMs} ms`);
      }
    }
  }
  return { times, unanswered };
}

/** The next decision on the boost that cuts or ends it, before anything else is said of the merchant. */
function answerTo(steps: readonly Step[], index: number): Said<Decision> | null {
  for (const { kind, said } of steps.slice(index + 1)) {
    if (kind === 'capability') return null;
    const isCut = said.outcome === 'shrink' || ENDINGS.includes(said.outcome);
    if (said.programme === GROWTH.programme && isCut) return said;
  }
  return null;
}

function sizeAfter({ outcome, grant }: Decision, size: number | null): number | null {
  if (ENDINGS.includes(outcome)) return null;
  return ['issue', 'shrink', 'grow'].includes(outcome) ? grant!.size : size;
}

function fitting(headroom: number): number {
  const fits = Math.min(headroom * GROWTH.perHeadroom, GROWTH.maximum);
  return fits < GROWTH.minimum ? 0 : fits;
}

/** What grants brought, by programme, and of it what nobody could serve. */
export function traffic({ sim }: SeasonInMemory): ReadonlyMap<string, Boosted> {
  const all = new Map<string, Boosted>();
  for (const { boosted } of sim.truth()) {
    for (const [programme, { exposures, wasted }] of Object.entries(boosted)) {
      const sum = all.get(programme) ?? { exposures: 0, wasted: 0 };
      all.set(programme, { exposures: sum.exposures + exposures, wasted: sum.wasted + wasted });
    }
  }
  return all;
}

/** Of what grants brought, the share that nobody could serve, basis points. */
export function wastedBps(season: SeasonInMemory): number {
  let exposures = 0;
  let wasted = 0;
  for (const each of traffic(season).values()) {
    exposures += each.exposures;
    wasted += each.wasted;
  }
  return exposures === 0 ? 0 : Math.round((wasted * BPS) / exposures);
}
