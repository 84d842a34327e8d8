import type { Outcome } from '../outputs.ts';
import { isOfMoneyOnly, type Told } from './told.ts';

// What was decided live and by the shadow in one partition, side by side. Per merchant and programme both sides are
// kept as a running digest of what was decided, in order: equal digests mean the same outcomes for the same reasons and
// sizes, whenever exactly they came. Waiting for money, and being withheld for want of nothing else, is counted and not
// compared: whether a grant comes at once, after a wait or after the account's deadline depends on how soon the
// treasury answers, and a shadow's answers at once. Where that is all, the pair differs by money only. A grant that one
// side gives and the other never does is another matter: it is a difference.

export type SideName = 'live' | 'shadow';

export interface Outcomes {
  [outcome: string]: number;
}

/** The last decision about a merchant and a programme. */
export interface LastDecision {
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly size: number;
}

interface Side {
  digest: number;
  /** Digest of the withholds for want of money among the rest. */
  moneyDigest: number;
  decisions: number;
  /** Grants issued since the comparison began. */
  grants: number;
  /** Units of the account issued and added since then. */
  granted: number;
  /** Of the grant that runs. */
  size: number;
  last: LastDecision | null;
  /** Decisions still to come that belong to the time before: the other side came to them sooner. */
  owed: number;
  /** Digest as of when it began, and of what was owed since. */
  digestBefore: number;
}

export interface Pair {
  readonly live: Side;
  readonly shadow: Side;
  /** When both had last decided equally often, it was the same. */
  isInStep: boolean;
}

export interface ProgrammeTally {
  readonly pairs: Map<string, Pair>;
  readonly live: Outcomes;
  readonly shadow: Outcomes;
}

export interface Tally {
  /** By id. A merchant has a pair in the programmes that ever decided about it. */
  readonly programmes: Map<string, ProgrammeTally>;
  /** Bundles of the live decisions since the comparison began. */
  readonly liveBundles: Set<string>;
  /** Of the time before it began, while the live bundle governed the shadow as well. */
  readonly before: { pairs: number; differing: number; byMoneyOnly: number };
  hear(side: SideName, told: Told): void;
  /** The candidate governs from here on: the comparison begins. What was decided last stays known. */
  begin(): void;
}

const NOTHING_YET = { decisions: 0, grants: 0, granted: 0 };

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Outcomes that add to what a merchant has. */
const ADDING: readonly Outcome[] = ['issue', 'advance', 'renew', 'grow'];

export function createTally(): Tally {
  const programmes = new Map<string, ProgrammeTally>();
  const liveBundles = new Set<string>();
  const before = { pairs: 0, differing: 0, byMoneyOnly: 0 };
  /** Merchants share few sets of reasons; each is kept once. */
  const reasonsKept = new Map<string, readonly string[]>();

  /** Reasons as one text, and the list of them that is kept. */
  const keptOf = (
    reasons: readonly string[],
  ): { readonly key: string; readonly reasons: readonly string[] } => {
    const key = reasons.join(' ');
    const kept = reasonsKept.get(key) ?? reasons;
    reasonsKept.set(key, kept);
    return { key, reasons: kept };
  };

  return {
    programmes,
    liveBundles,
    before,
    hear(sideName, told) {
      const { outcome, programme, merchant, size } = told;
      // Usage that is refused belongs to no programme.
      if (programme === '') return;
      if (sideName === 'live') liveBundles.add(told.bundle);
      const tally = tallyOf(programmes, programme);
      if (outcome === 'wait') return count(tally[sideName], outcome);
      const pair = pairOf(tally, merchant);
      const side = pair[sideName];
      const { key, reasons } = keptOf(told.reasons);
      const text = `${outcome} ${key} ${size}`;
      side.last = { outcome, reasons, size };
      if (isOfMoneyOnly(told)) {
        count(tally[sideName], outcome);
        side.moneyDigest = fold(side.moneyDigest, text);
        return;
      }
      const sizeBefore = side.size;
      if (told.grantId !== null) side.size = size;
      if (side.owed > 0) {
        side.owed -= 1;
        side.digestBefore = fold(side.digestBefore, text);
        if (side.owed === 0 && pair.live.digestBefore === pair.shadow.digestBefore) before.differing -= 1;
        return;
      }
      count(tally[sideName], outcome);
      side.digest = fold(side.digest, text);
      side.moneyDigest = fold(side.moneyDigest, text);
      side.decisions += 1;
      if (pair.live.decisions === pair.shadow.decisions)
        pair.isInStep = pair.live.digest === pair.shadow.digest;
      if (outcome === 'issue') side.grants += 1;
      if (outcome === 'issue') side.granted += size;
      else if (ADDING.includes(outcome)) side.granted += Math.max(0, size - sizeBefore);
    },
    begin() {
      for (const tally of programmes.values()) {
        for (const pair of tally.pairs.values()) {
          before.pairs += 1;
          if (isDifferent(pair)) before.differing += 1;
          else if (isOtherInMoney(pair)) before.byMoneyOnly += 1;
          beginPair(pair);
        }
        for (const side of [tally.live, tally.shadow]) for (const outcome in side) delete side[outcome];
      }
      liveBundles.clear();
    },
  };
}

function count(outcomes: Outcomes, outcome: Outcome): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}

/**
 * A lease that is on its way live has arrived in the shadow: what it leads to belongs to the time before. Where the two
 * had decided otherwise before that, none is ahead of the other, and both begin anew.
 */
function beginPair(pair: Pair): void {
  const { live, shadow } = pair;
  const ahead = pair.isInStep ? live.decisions - shadow.decisions : 0;
  pair.isInStep = true;
  Object.assign(live, {
    ...NOTHING_YET,
    digest: FNV_OFFSET,
    moneyDigest: FNV_OFFSET,
    digestBefore: live.digest,
    owed: Math.max(0, -ahead),
  });
  Object.assign(shadow, {
    ...NOTHING_YET,
    digest: FNV_OFFSET,
    moneyDigest: FNV_OFFSET,
    digestBefore: shadow.digest,
    owed: Math.max(0, ahead),
  });
}

export function isDifferent({ live, shadow }: Pair): boolean {
  return live.digest !== shadow.digest || live.decisions !== shadow.decisions;
}

/** The same grants, but one side was withheld for want of money where the other was not. */
export function isOtherInMoney(pair: Pair): boolean {
  return !isDifferent(pair) && pair.live.moneyDigest !== pair.shadow.moneyDigest;
}

function tallyOf(programmes: Map<string, ProgrammeTally>, programme: string): ProgrammeTally {
  let tally = programmes.get(programme);
  if (tally === undefined) programmes.set(programme, (tally = { pairs: new Map(), live: {}, shadow: {} }));
  return tally;
}

function pairOf(tally: ProgrammeTally, merchant: string): Pair {
  let pair = tally.pairs.get(merchant);
  if (pair === undefined)
    tally.pairs.set(merchant, (pair = { live: emptySide(), shadow: emptySide(), isInStep: true }));
  return pair;
}

function emptySide(): Side {
  return {
    ...NOTHING_YET,
    digest: FNV_OFFSET,
    moneyDigest: FNV_OFFSET,
    digestBefore: FNV_OFFSET,
    owed: 0,
    size: 0,
    last: null,
  };
}

/** FNV-1a over code units: it need not resist anybody, only tell two lists of decisions apart. */
function fold(digest: number, text: string): number {
  let folded = digest;
  for (let at = 0; at < text.length; at++) folded = Math.imul(folded ^ text.charCodeAt(at), FNV_PRIME) >>> 0;
  return folded;
}
