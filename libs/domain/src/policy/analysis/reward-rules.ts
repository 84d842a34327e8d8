import type { Programme } from '../bundle.ts';
import type { Condition } from '../condition.ts';
import { benefitName } from '../read-benefit.ts';
import type { Inquiry } from './advice.ts';
import { demandsOf, largestSize, tierFrom } from './fit.ts';
import { placedAtoms } from './placed.ts';
import { isPossible, type Demand } from './possible.ts';

// Whether a merchant that becomes better is given less.

export function adviseOnRewards(inquiry: Inquiry): void {
  const gifts = inquiry.bundle.programmes.filter(({ kind }) => kind !== 'limit');
  for (const programme of gifts) {
    adviseOnTop(inquiry, programme, gifts);
    adviseOnBounds(inquiry, programme, gifts);
    for (const other of gifts) adviseOnPair(inquiry, programme, other);
  }
}

/** Lowest place on each ladder that a programme asks for; 0 where it asks for none. */
function lowestTier({ bundle, world }: Inquiry, programme: Programme, ladder: string): number {
  const { tiers } = bundle.ladders.find(({ id }) => id === ladder)!;
  let place = 0;
  while (place + 1 < tiers.length) {
    const below: Demand = [tierFrom(ladder, tiers[place + 1]!.id), 'not-true'];
    if (isPossible(world, [...demandsOf(programme), below])) break;
    place += 1;
  }
  return place;
}

/** Of two programmes alike that follow each other on a ladder, the higher must give no less. */
function adviseOnPair(inquiry: Inquiry, lower: Programme, higher: Programme): void {
  const { bundle, world, advise } = inquiry;
  if (lower === higher || lower.account === null || higher.account === null) return;
  const unitOf = (id: string): string | undefined => bundle.accounts.find((each) => each.id === id)?.unit;
  if (unitOf(lower.account) !== unitOf(higher.account)) return;
  const less = whatIsLess(lower, higher);
  if (less === null) return;
  for (const { id, tiers } of bundle.ladders) {
    const from = lowestTier(inquiry, higher, id);
    if (from <= lowestTier(inquiry, lower, id)) continue;
    const isLeft = !isPossible(world, [...demandsOf(lower), [tierFrom(id, tiers[from]!.id), 'true']]);
    const isInSet = higher.exclusive !== null && higher.exclusive === lower.exclusive;
    const isFirst = bundle.programmes.indexOf(higher) < bundle.programmes.indexOf(lower);
    if (!isLeft && !(isInSet && isFirst)) continue;
    const says = `${higher.id} gives ${less.gives} from ${tiers[from]!.id} on, and ${lower.id} below it ${less.below}`;
    advise('rewards-fall', `/programmes/${higher.id}/${less.key}`, less.gives, says);
  }
}

interface Less {
  readonly key: string;
  readonly gives: number;
  readonly below: number;
}

/** In what the higher of two gives less; null where it doesn't, or gives something else. */
function whatIsLess(lower: Programme, higher: Programme): Less | null {
  const [one, other] = [lower.benefit, higher.benefit];
  if (benefitName(one) !== benefitName(other)) return null;
  const key = 'fixed' in higher.size ? 'size/fixed' : 'size/maximum';
  const [gives, below] = [largestSize(higher), largestSize(lower)];
  if (gives < below) return { key, gives, below };
  if ('boost' in one && 'boost' in other && other.boost.weightBps < one.boost.weightBps) {
    return { key: 'gives/boost/weight', gives: other.boost.weightBps, below: one.boost.weightBps };
  }
  if ('feeRelief' in one && 'feeRelief' in other && other.feeRelief.rateBps > one.feeRelief.rateBps) {
    return { key: 'gives/feeRelief/rate', gives: other.feeRelief.rateBps, below: one.feeRelief.rateBps };
  }
  return null;
}

/** A programme that the highest tier may not have, and none of its kind that it may. */
function adviseOnTop(inquiry: Inquiry, programme: Programme, gifts: readonly Programme[]): void {
  const { bundle, world, advise } = inquiry;
  for (const { id, tiers } of bundle.ladders) {
    const highest = world.ranges.get(`ladder:${id}`)?.high ?? -1;
    if (highest < 1) continue;
    const top: Demand = [tierFrom(id, tiers[highest]!.id), 'true'];
    const isOpen = (each: Programme): boolean => isPossible(world, [...demandsOf(each), top]);
    if (isOpen(programme) || !isPossible(world, demandsOf(programme))) continue;
    if (gifts.some((each) => each.kind === programme.kind && isOpen(each))) continue;
    const says = `nothing of kind ${programme.kind} is open to ${tiers[highest]!.id}`;
    advise('better-tier-gets-nothing', `/programmes/${programme.id}/who`, programme.id, says);
  }
}

/** An upper bound on a metric of which more is better, and nothing of the kind above it. */
function adviseOnBounds(inquiry: Inquiry, programme: Programme, gifts: readonly Programme[]): void {
  const { world, advise } = inquiry;
  const good = goodMetrics(inquiry);
  const field = `/programmes/${programme.id}/who`;
  if (!isPossible(world, demandsOf(programme))) return;
  for (const { field: at, condition } of placedAtoms({ field, condition: programme.who })) {
    if (!('value' in condition) || !good.has(condition.metric)) continue;
    if (condition.op !== '<' && condition.op !== '<=') continue;
    const above: Condition = { ...condition, op: condition.op === '<' ? '>=' : '>', missing: null };
    const isOpen = (each: Programme): boolean => isPossible(world, [...demandsOf(each), [above, 'true']]);
    if (isOpen(programme)) continue;
    if (!isPossible(world, [[above, 'true']])) continue;
    if (gifts.some((each) => each.kind === programme.kind && isOpen(each))) continue;
    const { metric, value } = condition;
    const says = `more ${metric} is better, and no ${programme.kind} is open above ${value}`;
    advise('good-metric-capped', at, condition.value, says);
  }
}

/** Of which more is better: what scores rise with, what ladders climb by, what volume they ask for. */
function goodMetrics({ bundle }: Inquiry): ReadonlySet<string> {
  const good = new Set<string>();
  for (const { formula } of bundle.metrics) {
    if (!('score' in formula)) continue;
    for (const { metric, from, to } of formula.score.components) if (to > from) good.add(metric);
  }
  for (const { by, assessed, tiers } of bundle.ladders) {
    if (by !== null) good.add(by);
    const conditions = [assessed, ...tiers.map(({ enter }) => enter)].filter((each) => each !== null);
    for (const { condition } of conditions.flatMap((each) => placedAtoms({ field: '', condition: each }))) {
      if ('value' in condition && (condition.op === '>=' || condition.op === '>')) good.add(condition.metric);
    }
  }
  return good;
}
