import { conditionsIn, type Bundle } from './bundle.ts';
import { isPeriod } from './calendar.ts';
import { checkKnown } from './check-names.ts';
import { atomsOf, type Atom } from './condition.ts';
import { conditionsRead } from './formula.ts';
import type { Reader } from './reader.ts';

/**
 * Conditions name metrics, ladders, tiers and periods of the bundle, and their ids, the reasons of decisions, are
 * unique in it. `written` says where each atom stands, those among them that the compiler made of a ladder's lines.
 */
export function checkConditions(bundle: Bundle, written: ReadonlyMap<Atom, Reader>): void {
  const tiersFirst = new Set(
    bundle.metrics.flatMap(({ formula }) => conditionsRead(formula).flatMap(atomsOf)),
  );
  const first = new Map<string, Atom>();
  // A tier may be kept by the very condition that it is entered by.
  for (const atom of new Set(conditionsIn(bundle).flatMap(atomsOf))) {
    const at = written.get(atom)!;
    checkNames(bundle, at, atom);
    if ('ladder' in atom && tiersFirst.has(atom)) {
      at.fail('must not ask for a tier, because metrics are worked out before ladders');
    }
    const before = first.get(atom.id) ?? atom;
    first.set(atom.id, before);
    if (before === atom || atom.id === '') continue;
    at.fail(`has a condition ${atom.id}, and ${written.get(before)!.field} has one of that id already`);
  }
}

function checkNames(bundle: Bundle, at: Reader, atom: Atom): void {
  const idsOf = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id);
  if ('metric' in atom) {
    const ids = idsOf(bundle.metrics);
    // The metric of a ladder's lines is checked where the ladder names it, not at each tier.
    if (at.has('metric')) checkKnown(at, 'metric', atom.metric, ids);
    if ('than' in atom) checkKnown(at, 'metric', atom.than, ids);
  }
  if ('ladder' in atom) {
    const ladder = bundle.ladders.find(({ id }) => id === atom.ladder);
    if (atom.ladder === '') at.fail('asks for a tier, and there is no ladder');
    checkKnown(at, 'ladder', atom.ladder, idsOf(bundle.ladders));
    if (ladder !== undefined && 'tierAtLeast' in atom) {
      checkKnown(at, 'tier', atom.tierAtLeast, idsOf(ladder.tiers));
    }
  }
  if ('during' in atom) {
    checkKnown(at, 'period', atom.during, idsOf(bundle.calendars.filter(isPeriod)));
  }
}
