import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Policies that stand in pages of the guide, as files.

const FENCED = /^```yaml ?(\S*)\n([^]*?)^```$/gm;

export function pageOf(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** The YAML of a page with what is said behind the fence: a path, or nothing. In order. */
export function yamlIn(page: string): { readonly path: string; readonly text: string }[] {
  return [...page.matchAll(FENCED)].map(([, path, text]) => ({ path: path!, text: text! }));
}

/** The examples of the reference as one bundle: each is a file of its own in the one pack. */
export function referenceFiles(): ReadonlyMap<string, string> {
  const examples = yamlIn(pageOf('reference.md'));
  return new Map(
    examples.map(({ text }, i) => {
      const key = /^\w+/.exec(text)![0];
      const part = `reference/${String(i).padStart(2, '0')}-${key}.yaml`;
      return [key === 'bundle' ? 'bundle.yaml' : key === 'pack' ? 'reference/pack.yaml' : part, text];
    }),
  );
}
