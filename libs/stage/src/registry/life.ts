import type { PolicyState, PolicyVersion } from '#store/policy/policy-versions';
import { STOP_RULES } from '../stop.ts';

// The life of a bundle. It is submitted as a draft, and checked at once: what the check finds errors in stays a draft.
// A checked one may be tried beside the live one, as a shadow. Once a second person approved it, it may be activated;
// it is live when every partition has confirmed, and the one that was live before is superseded. A superseded one comes
// back by a rollback, which is an activation by two people. A retired one is out for good: it must be submitted again,
// and lives from the beginning. At most one activation is pending; a newer one takes its place, and so a bundle that
// halts its partitions can be rolled back from. Every step is a row of a history that nobody can rewrite.

/** The registry refuses. `unknown`: there is no such bundle. `people`: somebody else must do it. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';

  constructor(
    readonly kind: 'unknown' | 'people' | 'state',
    message: string,
  ) {
    super(message);
  }
}

/** What may be done with a bundle, and the states it must stand in for that. */
const MAY = {
  approve: ['checked', 'shadow'],
  activate: ['checked', 'shadow', 'live'],
  shadow: ['checked', 'shadow'],
  'roll back to': ['superseded', 'live'],
  retire: ['draft', 'checked', 'superseded', 'retired'],
} as const satisfies Readonly<Record<string, readonly PolicyState[]>>;

const WHY_NOT: Readonly<Record<PolicyState, string>> = {
  draft: 'its check found errors: repair the source and submit it again',
  checked: 'it was never live',
  shadow: 'end its shadow first, or activate it',
  live: 'activate another one first',
  superseded: 'it was live before: roll back to it',
  retired: 'submit it again',
};

/** Refuses what is not allowed where it stands. */
export function requireState({ hash, state }: PolicyVersion, what: keyof typeof MAY): void {
  if ((MAY[what] as readonly PolicyState[]).includes(state)) return;
  throw new RegistryError('state', `${hash}: is ${state}, and so nobody can ${what} it: ${WHY_NOT[state]}`);
}

/** Refuses names and reasons that the history should not hold. */
export function requireWords(people: readonly string[], why: string): void {
  const { by } = STOP_RULES;
  const wrong = people.find((name: unknown) => !by.isKept(name));
  if (wrong !== undefined) throw new RegistryError('people', `${wrong}: ${by.rule}`);
  if (!STOP_RULES.reason.isKept(why)) throw new RegistryError('state', `why: ${STOP_RULES.reason.rule}`);
}

/** Two spellings of one name are one person. */
export function isSamePerson(one: string, other: string): boolean {
  return spelling(one) === spelling(other);
}

function spelling(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
