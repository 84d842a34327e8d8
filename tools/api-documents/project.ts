import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What both documents say of themselves. */
export interface Project {
  readonly version: string;
  readonly license: { readonly name: string; readonly url: string };
}

/** From `package.json` in the root of the repository. */
export function readProject(root: string): Project {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly license: string;
  };
  return { version, license: { name: license, url: `https://spdx.org/licenses/${license}.html` } };
}
