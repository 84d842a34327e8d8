import type { Atom } from '../condition.ts';
import type { Inquiry } from './advice.ts';
import { placedAtoms, placedConditions, placedWaivers, type Placed } from './placed.ts';
import { isPossible } from './possible.ts';

export function adviseOnConditions(inquiry: Inquiry): void {
  const { bundle, world, advise } = inquiry;
  for (const placed of placedConditions(bundle)) {
    const { field, condition } = placed;
    const atoms = placedAtoms(placed);
    const isOneAtom = atoms.length === 1 && atoms[0]!.condition === condition;
    const before = atoms.filter((atom) => adviseOnAtom(inquiry, atom)).length;
    for (const waiver of placedWaivers(placed)) adviseOnWaiver(inquiry, waiver);
    // What is wrong with an atom was said there, and tiers, who and need have rules of their own.
    if (isOneAtom || before > 0 || /\/(who|need|tiers\/.*|minimum)$/.test(field)) continue;
    if (!isPossible(world, [[condition, 'true']])) {
      advise('condition-never-true', field, placeName(field), 'its parts contradict each other');
    } else if (!isPossible(world, [[condition, 'not-true']])) {
      advise('condition-always-true', field, placeName(field), 'it is true for everybody');
    }
  }
  adviseOnAlways(inquiry);
}

/** True where something was said of it. */
function adviseOnAtom({ world, advise }: Inquiry, { field, condition }: Placed<Atom>): boolean {
  if (!('metric' in condition) && !('ladder' in condition)) return false;
  const said = shown(condition);
  if (!isPossible(world, [[condition, 'true']])) {
    advise('comparison-never-true', field, said, `${said} is never true${whatIsPossible(world, condition)}`);
    return true;
  }
  if (isPossible(world, [[condition, 'not-true']])) return false;
  advise('comparison-always-true', field, said, `${said} is always true${whatIsPossible(world, condition)}`);
  return true;
}

function adviseOnWaiver(
  { world, advise }: Inquiry,
  { field, condition }: Placed<Parameters<typeof placedAtoms>[0]['condition']>,
): void {
  if (!isPossible(world, [[condition, 'not-true']])) {
    advise('waiver-always-holds', field, placeName(field), 'it is true for everybody');
  } else if (!isPossible(world, [[condition, 'true']])) {
    advise('waiver-never-holds', field, placeName(field), 'it is true for nobody');
  }
}

/** Who and need that are true for everybody; for everybody is meant where `who` asks only whether one is known. */
function adviseOnAlways({ bundle, world, advise }: Inquiry): void {
  for (const { id, who, need } of bundle.programmes) {
    for (const [key, condition] of [
      ['who', who],
      ['need', need],
    ] as const) {
      const isFlag = condition !== null && 'flag' in condition;
      if (condition === null || isFlag || isPossible(world, [[condition, 'not-true']])) continue;
      if ('metric' in condition || 'ladder' in condition) continue;
      advise('condition-always-true', `/programmes/${id}/${key}`, key, 'it is true for everybody');
    }
  }
}

function placeName(field: string): string {
  return field.split('/').at(-1)!;
}

export function shown(atom: Atom): string {
  if ('value' in atom) return `${atom.metric} ${atom.op} ${atom.value}`;
  if ('than' in atom) return `${atom.metric} ${atom.op} ${atom.times} × ${atom.than}`;
  if ('assessed' in atom) return `${atom.metric} assessed ${atom.assessed}`;
  if ('tierAtLeast' in atom) return `${atom.ladder} at least ${atom.tierAtLeast}`;
  return 'warned' in atom ? `${atom.ladder} warned ${atom.warned}` : atom.id;
}

function whatIsPossible(world: Inquiry['world'], atom: Atom): string {
  if (!('metric' in atom)) return '';
  const range = world.ranges.get(`metric:${atom.metric}`);
  if (range === undefined) return '';
  if (!range.mayBe) return `: ${atom.metric} is never assessed`;
  return `: ${atom.metric} is from ${range.low} to ${range.high}${range.mayMiss ? ', or not assessed' : ''}`;
}
