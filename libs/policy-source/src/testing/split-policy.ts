import { LISTS } from '../merge.ts';

const HEAD = { pack: 'parts', names: { en: 'Parts' }, description: { en: 'For specs' }, version: 'a1' };

/** A policy of one file as a bundle with a pack, one file for each kind of thing; as JSON, which is YAML as well. */
export function splitIntoPack(source: Readonly<Record<string, unknown>>): {
  readonly files: ReadonlyMap<string, string>;
  readonly entry: string;
} {
  const kinds: readonly string[] = [...LISTS, 'capacity'];
  const own = Object.entries(source).filter(([key]) => !kinds.includes(key));
  const head = { ...Object.fromEntries(own), packs: [{ pack: 'parts' }] };
  const parts = Object.entries(source).filter(([key]) => kinds.includes(key));
  const files = new Map([
    ['bundle.yaml', textOf(head)],
    ['parts/pack.yaml', textOf(HEAD)],
    ...parts.map(([key, value]) => [`parts/${key}.yaml`, textOf({ [key]: value })] as const),
  ]);
  return { files, entry: 'bundle.yaml' };
}

function textOf(value: unknown): string {
  return JSON.stringify(value, null, 1);
}
