import { byCodeUnit } from '../canonical.ts';
import { formatInstant } from '../time.ts';
import {
  isDifferent,
  isOtherInMoney,
  type LastDecision,
  type Outcomes,
  type Pair,
  type Tally,
} from './tally.ts';

/** A merchant about whom the two decide differently, with what each decided last; null: nothing ever. */
export interface Example {
  readonly merchant: string;
  readonly change: 'would-newly-get' | 'would-no-longer-get' | 'otherwise';
  readonly live: LastDecision | null;
  readonly shadow: LastDecision | null;
}

/** What a side did in a programme since the comparison began. */
export interface SideReport {
  readonly outcomes: Outcomes;
  /** Merchants that were issued a grant. */
  readonly merchants: number;
  readonly grants: number;
  /** Units of the account issued, and added by renewal, growth and stages. */
  readonly granted: number;
}

export interface ProgrammeReport {
  readonly programme: string;
  readonly live: SideReport;
  readonly shadow: SideReport;
  /** Merchants about whom the two decided differently: other outcomes, reasons or sizes, or in another order. */
  readonly differing: number;
  /** Besides: the same grants, but one side was withheld for want of money on the way, because of when leases come. */
  readonly byMoneyOnly: number;
  /** Of those that differ: got grants from the shadow only, and from the live bundle only. */
  readonly newlyGet: number;
  readonly noLongerGet: number;
  /** The first EXAMPLES_MAX of each change. */
  readonly examples: readonly Example[];
}

export interface ShadowReport {
  /** Hash of the candidate. */
  readonly bundle: string;
  /** Log time from which on it governs the shadow. */
  readonly since: string;
  /** The candidate governs every partition; before that only `before` means something. */
  readonly isComparing: boolean;
  /** Bundles that were live meanwhile. */
  readonly liveBundles: readonly string[];
  readonly asOf: {
    /** Last record of activity read, by partition; null: none yet. */
    readonly positions: readonly (string | null)[];
    /** Log time that every partition has reached; null before all have begun. */
    readonly now: string | null;
  };
  /** Records of activity read. */
  readonly records: number;
  /**
   * Merchants and programmes, counted before the candidate governed, and about how many of them the shadow decided
   * otherwise than what stands in the log: there it had the same bundle, and only its treasury was another. By money
   * only: the grants were the same.
   */
  readonly before: { readonly pairs: number; readonly differing: number; readonly byMoneyOnly: number };
  /** Live grants whose usage counts for a grant of the shadow, and for none. */
  readonly usage: { readonly attributed: number; readonly unattributed: number };
  readonly programmes: readonly ProgrammeReport[];
}

export const EXAMPLES_MAX = 10;

/** By id, over the tallies of all partitions. */
export function programmeReports(tallies: readonly Tally[]): ProgrammeReport[] {
  const ids = new Set(tallies.flatMap(({ programmes }) => [...programmes.keys()]));
  return [...ids].sort(byCodeUnit).map((id) => programmeReport(id, tallies));
}

function programmeReport(programme: string, tallies: readonly Tally[]): ProgrammeReport {
  const sides = { live: emptySide(), shadow: emptySide() };
  const changes = { 'would-newly-get': 0, 'would-no-longer-get': 0, otherwise: 0 };
  const examples: Example[] = [];
  let byMoneyOnly = 0;
  for (const { programmes } of tallies) {
    const tally = programmes.get(programme);
    if (tally === undefined) continue;
    for (const side of ['live', 'shadow'] as const) addOutcomes(sides[side].outcomes, tally[side]);
    for (const [merchant, pair] of tally.pairs) {
      for (const side of ['live', 'shadow'] as const) addSide(sides[side], pair[side]);
      if (isOtherInMoney(pair)) byMoneyOnly += 1;
      if (!isDifferent(pair)) continue;
      const change = changeOf(pair);
      if (changes[change]++ >= EXAMPLES_MAX) continue;
      examples.push({ merchant, change, live: pair.live.last, shadow: pair.shadow.last });
    }
  }
  return {
    programme,
    ...sides,
    differing: changes['would-newly-get'] + changes['would-no-longer-get'] + changes.otherwise,
    byMoneyOnly,
    newlyGet: changes['would-newly-get'],
    noLongerGet: changes['would-no-longer-get'],
    examples,
  };
}

function changeOf({ live, shadow }: Pair): Example['change'] {
  if (shadow.grants > 0 && live.grants === 0) return 'would-newly-get';
  return live.grants > 0 && shadow.grants === 0 ? 'would-no-longer-get' : 'otherwise';
}

type Growing = { -readonly [member in keyof SideReport]: SideReport[member] };

function emptySide(): Growing {
  return { outcomes: {}, merchants: 0, grants: 0, granted: 0 };
}

function addOutcomes(sum: Outcomes, outcomes: Outcomes): void {
  for (const outcome of Object.keys(outcomes).sort(byCodeUnit)) {
    sum[outcome] = (sum[outcome] ?? 0) + outcomes[outcome]!;
  }
}

function addSide(sum: Growing, { grants, granted }: Pair['live']): void {
  if (grants > 0) sum.merchants += 1;
  sum.grants += grants;
  sum.granted += granted;
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : formatInstant(ms);
}
