import { partsOf, type Atom, type Condition } from '../condition.ts';
import { worldsWhere, type KnownWorld, type Wanted } from './known-world.ts';

// Whether a condition can be true at all: every way of making it so is followed until one is left without
// contradiction. Where there are too many ways it is called possible, so that "never" is always right.

/** Of `of` at least so many must be as wanted. */
interface Goal {
  readonly atLeast: number;
  readonly of: readonly Condition[];
  readonly wanted: Wanted;
}

/** A condition, and what is wanted of its verdict. */
export type Demand = readonly [condition: Condition | null, wanted: Wanted];

/** Ways that are followed before it is given up. */
const WAYS_MAX = 20_000;

const OPPOSITE: Readonly<Record<Wanted, Wanted>> = {
  true: 'false',
  false: 'true',
  'not-true': 'not-false',
  'not-false': 'not-true',
};

/** Whether all that is demanded can be so at once. A condition that is left out is always true. */
export function isPossible(world: KnownWorld, demands: readonly Demand[]): boolean {
  const goals: Goal[] = [];
  for (const [condition, wanted] of demands) {
    if (condition !== null) goals.push({ atLeast: 1, of: [condition], wanted });
    else if (wanted === 'false' || wanted === 'not-true') return false;
  }
  return follow(world, goals, { ways: WAYS_MAX });
}

/** What is plain is done first; then the first choice is tried one way and the other. */
function follow(world: KnownWorld, goals: readonly Goal[], left: { ways: number }): boolean {
  if (--left.ways < 0) return true;
  const choices: Goal[] = [];
  const atoms: [Atom, Wanted][] = [];
  const open = [...goals];
  for (let goal = open.pop(); goal !== undefined; goal = open.pop()) {
    const { atLeast, of, wanted } = goal;
    if (atLeast <= 0) continue;
    if (of.length < atLeast) return false;
    if (of.length > atLeast) {
      choices.push(goal);
      continue;
    }
    for (const part of of) {
      const goalOfPart = goalOf(part, wanted);
      if (goalOfPart === null) atoms.push([part as Atom, wanted]);
      else open.push(goalOfPart);
    }
  }
  return followAtoms(world, atoms, choices, left);
}

function followAtoms(
  world: KnownWorld,
  atoms: readonly (readonly [Atom, Wanted])[],
  choices: readonly Goal[],
  left: { ways: number },
): boolean {
  const [first, ...others] = atoms;
  if (first !== undefined) {
    const found = worldsWhere(world, first[0], first[1]);
    return found.some((each) => --left.ways < 0 || followAtoms(each, others, choices, left));
  }
  const [choice, ...later] = choices;
  if (choice === undefined) return true;
  const [part, ...rest] = choice.of;
  const { atLeast, wanted } = choice;
  const taken = [{ atLeast: 1, of: [part!], wanted }, { atLeast: atLeast - 1, of: rest, wanted }, ...later];
  return follow(world, taken, left) || follow(world, [{ atLeast, of: rest, wanted }, ...later], left);
}

/** What is wanted of the parts; null of an atom. */
function goalOf(condition: Condition, wanted: Wanted): Goal | null {
  const parts = partsOf(condition);
  if (parts === null) return null;
  if ('not' in condition) return { atLeast: 1, of: parts, wanted: OPPOSITE[wanted] };
  const needed = 'all' in condition ? parts.length : 'of' in condition ? condition.atLeast : 1;
  const isFor = wanted === 'true' || wanted === 'not-false';
  // It fails as soon as so many fail that too few are left.
  return { atLeast: isFor ? needed : parts.length - needed + 1, of: parts, wanted };
}
