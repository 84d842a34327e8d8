import type { Atom, Condition } from '../condition.ts';
import type { Bundle, Programme } from '../bundle.ts';
import type { Demand } from './possible.ts';

// What a programme asks of whoever is given it, and the largest it gives.

const KNOWN: Condition = { id: '', flag: 'known', is: true };
const OPEN: Condition = { id: '', flag: 'closed', is: false };

/** Who may be given it, as far as conditions go, revocation aside. */
export function demandsOf({ who, need }: Programme): readonly Demand[] {
  return [
    [KNOWN, 'true'],
    [OPEN, 'true'],
    [need, 'true'],
    [who, 'true'],
  ];
}

/** The same, and neither revoked nor clawed back at once. */
export function demandsToGrant(programme: Programme): readonly Demand[] {
  const { revokeWhen, clawBackWhen } = programme;
  const against = [revokeWhen, clawBackWhen].filter((each) => each !== null);
  return [...demandsOf(programme), ...against.map((each) => [each, 'not-true'] as const)];
}

/** Nobody who grants, but where the highest or lowest tiers begin: at least this tier. */
export function tierFrom(ladder: string, tier: string): Atom {
  return { id: '', ladder, tierAtLeast: tier, missing: null };
}

/** Units of the largest opening grant, before stages and renewals. */
export function largestSize({ size }: Programme): number {
  return 'fixed' in size ? size.fixed : size.maximum;
}

/** The most that a size can come to from what it follows; never more than its maximum. */
export function mostThatFits({ capacity, metrics }: Bundle, { size }: Programme, high: number): number {
  if ('fixed' in size) return size.fixed;
  if (!('metric' in size)) return Math.min(capacity.edges.at(-1)! * size.perHeadroom, size.maximum);
  const edges = metrics.find(({ id }) => id === size.metric)?.grain?.edges ?? [];
  const edge = edges.findLast((each) => each <= high) ?? 0;
  return Math.min(Math.floor(edge / size.per) * size.times, size.maximum);
}
