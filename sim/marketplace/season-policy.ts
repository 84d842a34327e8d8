import type { PipelineInMemory } from './pipeline-fixture.ts';
import { starterPolicy, type CompiledPolicy } from './pipeline-fixture.ts';

// For specs: policies of a season, as edits of the starter policy.

/** The starter policy as it stands: boosts are sized by what a merchant can carry. */
export const SIGHTED: CompiledPolicy = starterPolicy();

/** The same without the capacity model: everybody is given what was given on average, and keeps all of it. */
export function blind(sizes: { readonly welcome: number; readonly growth: number }): CompiledPolicy {
  return starterPolicy((yaml) =>
    edited(yaml, [
      ['size: { perHeadroom: 150, minimum: 300, maximum: 2000 }', `size: { fixed: ${sizes.welcome} }`],
      ['perMerchant: 4000, shrinkBelow: 60% }', 'perMerchant: 4000 }'],
      ['size: { perHeadroom: 150, minimum: 300, maximum: 15000 }', `size: { fixed: ${sizes.growth} }`],
      ['perMerchant: 200000, shrinkBelow: 60% }', 'perMerchant: 200000 }'],
      ['    grow: { step: 50%, dwell: 1h }\n', ''],
    ]),
  );
}

/** The same with a floor that nobody lives to see, so that nobody is given anything only because it went without. */
export const FLOORLESS: CompiledPolicy = starterPolicy((yaml) =>
  edited(yaml, [['floor: { within: 14d }', 'floor: { within: 365d }']]),
);

/** A policy that no longer says what is to be replaced must not pass for the edited one. */
function edited(yaml: string, edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`the starter policy must say once: ${from}`);
    return text.replace(from, to);
  }, yaml);
}

/** Mean size of the grants of a programme as issued, units. */
export function meanIssued({ decisions }: PipelineInMemory, programme: string): number {
  const issued = decisions.filter((each) => each.programme === programme && each.outcome === 'issue');
  return Math.round(issued.reduce((sum, { grant }) => sum + grant!.size, 0) / issued.length);
}
