import { canonicalJson, type Json } from '../canonical.ts';
import type { MerchantCapability } from '../outputs.ts';
import { assess } from '../policy/assess.ts';
import { atomsOf, type Assessment, type Atom, type Condition, type TierOrders } from '../policy/condition.ts';

// What was weighed stands in every decision, condition by condition, and is most of its text. So it is written straight
// away, around what is the same each time.

/** A list of `ConditionEvidence` as canonical JSON. */
export type EvidenceText = string;

export const NOTHING_WEIGHED: EvidenceText = '[]';

/** Every atom of these conditions as evidence. */
export function evidenceFor(
  conditions: readonly (Condition | null)[],
  capability: MerchantCapability,
  tiers: TierOrders,
): EvidenceText {
  const asOf = `{"asOf":"${capability.position}","id":`;
  const texts: string[] = [];
  for (const condition of conditions) {
    if (condition === null) continue;
    for (const atom of atomsOf(condition)) {
      texts.push(`${asOf}${evidenceOn(atom, assess(atom, capability, tiers))}`);
    }
  }
  // Joined, it lies in one piece; added up, in as many as were added, and whoever hashes it goes through them all.
  return `[${texts.join(',')}]`;
}

/**
 * Of one atom, from the text of its id on; members in order of their names. Value and line decide margin and verdict,
 * and most merchants stand before an atom as the one before them did.
 */
function evidenceOn(atom: Atom, assessment: Assessment): string {
  const { line, margin, value, verdict } = assessment;
  const frames = framesOf(atom, assessment);
  const { id, op, what, last } = frames;
  if (last !== null && last.value === value && last.line === line) return last.text;
  const text = [
    id,
    canonicalJson(line),
    ',"margin":',
    canonicalJson(margin),
    ',"op":',
    op,
    canonicalJson(value),
    ',"verdict":"',
    verdict,
    '","what":',
    what,
    '}',
  ].join('');
  frames.last = { value, line, text };
  return text;
}

interface Frames {
  readonly id: string;
  readonly op: string;
  readonly what: string;
  last: { readonly value: Json; readonly line: Json; readonly text: string } | null;
}

const framesKnown = new WeakMap<Atom, Frames>();

/** What is the same in every evidence of an atom. */
function framesOf(atom: Atom, { id, op, what }: Assessment): Frames {
  let frames = framesKnown.get(atom);
  if (frames === undefined) {
    frames = {
      id: `${canonicalJson(id)},"line":`,
      op: `${canonicalJson(op)},"value":`,
      what: canonicalJson(what),
      last: null,
    };
    framesKnown.set(atom, frames);
  }
  return frames;
}
