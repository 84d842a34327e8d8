import { conditionsOf, type Bundle } from '#domain/policy/bundle';
import { atomsOf } from '#domain/policy/condition';
import { openTrials, type Remedy } from '#domain/recourse/find-recourse';
import type { MerchantSnapshot } from '#domain/scoring/look-once';
import { sha256 } from '#stage/sha256';
import { PHRASES, type Language, type Recourse } from './explain.ts';

/** What would help, in words as well. */
export interface SaidRemedy extends Remedy {
  readonly say: string;
}

export interface RemediedRecourse extends Recourse {
  /** Fewest first; empty where nothing that can be counted helps, null where time did not suffice to find out. */
  readonly remedies: readonly SaidRemedy[] | null;
}

/** The console may share its processor with the stages: what is not found by then is not looked for. */
const SEARCH_MS_MAX = 250;

/** Recourse with what each condition takes, found by the policy itself on a copy of the merchant's row. */
export function remedy(
  recourse: readonly Recourse[],
  snapshot: MerchantSnapshot,
  bundle: Bundle,
  language: Language,
  clock: () => number = () => performance.now(),
): RemediedRecourse[] {
  const endsAt = clock() + SEARCH_MS_MAX;
  const trials = openTrials(snapshot, bundle, sha256);
  return recourse.map((each) => {
    const programme = bundle.programmes.find(({ id }) => id === each.programme);
    const atoms = programme === undefined ? [] : conditionsOf(programme).flatMap(atomsOf);
    const atom = atoms.find(({ id }) => id === each.reason);
    // What is asked for by name says itself what to do.
    const isCounted = atom !== undefined && ('metric' in atom || 'ladder' in atom || 'during' in atom);
    if (!isCounted) return { ...each, remedies: [] };
    if (clock() >= endsAt) return { ...each, remedies: null };
    const wanted = each.margin === null || each.margin < 0;
    const found = trials.remediesOf(atom, wanted);
    return { ...each, remedies: found.map((one) => ({ ...one, say: PHRASES[language].remedy(one) })) };
  });
}
