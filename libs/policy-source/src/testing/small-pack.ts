import { stringify } from 'yaml';
import { smallSource } from '#domain/testing/small-bundle';

// For specs: the small source of the domain's specs, as a bundle of one pack whose parts stand in files of their own.

export const BUNDLE = 'bundles/small/bundle.yaml';
const PACK = 'packs/one';

export interface SmallSources {
  readonly bundle: Record<string, unknown>;
  /** By the name of the file in the pack's folder. */
  readonly pack: Record<string, Record<string, unknown>>;
}

export function smallSources(): SmallSources {
  const { metrics, accounts, programmes, capacity, ladders, ...bundle } = smallSource();
  return {
    bundle: { ...bundle, packs: [{ pack: '../../packs/one' }] },
    pack: {
      'pack.yaml': {
        pack: 'one',
        names: { en: 'One' },
        description: { en: 'For specs' },
        version: 'a1',
        illustrative: { why: 'invented for specs' },
      },
      'accounts.yaml': { accounts },
      'metrics.yaml': { metrics, ...(ladders === undefined ? {} : { ladders }) },
      'programmes/all.yaml': { programmes, capacity },
    },
  };
}

export function filesOf({ bundle, pack }: SmallSources): Map<string, string> {
  const texts = Object.entries(pack).map(([name, value]) => [`${PACK}/${name}`, stringify(value)] as const);
  return new Map([[BUNDLE, stringify(bundle)], ...texts]);
}
