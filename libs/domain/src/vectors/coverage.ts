import { conditionsIn, type Bundle } from '../policy/bundle.ts';
import { atomsOf, type Atom } from '../policy/condition.ts';
import type { VectorOutcome } from './play-vector.ts';

/** A condition of which no vector shows one side: a mistake there would go unnoticed. */
export interface Uncovered {
  readonly condition: string;
  readonly never: readonly ('true' | 'false')[];
}

/** Conditions that were never true or never false in any vector, in the order of the bundle. */
export function uncoveredBy(bundle: Bundle, outcomes: readonly VectorOutcome[]): readonly Uncovered[] {
  const atoms = conditionsIn(bundle)
    .flatMap(atomsOf)
    .filter((atom) => !isFloorOfLadder(bundle, atom));
  const ids = [...new Set(atoms.map(({ id }) => id))];
  return ids.flatMap((condition) => {
    const was = (letter: 't' | 'f'): boolean =>
      outcomes.some(({ verdicts }) => verdicts.get(condition)?.has(letter) === true);
    const never = [...(was('t') ? [] : (['true'] as const)), ...(was('f') ? [] : (['false'] as const))];
    return never.length === 0 ? [] : [{ condition, never }];
  });
}

/** The line of a lowest tier at 0 says that every score is enough; no vector can show it false. */
function isFloorOfLadder({ ladders }: Bundle, atom: Atom): boolean {
  const isLowest = ladders.some(
    ({ by, tiers }) => by !== null && [tiers[0]?.enter, tiers[0]?.keep].includes(atom),
  );
  return isLowest && 'value' in atom && atom.value === 0;
}
