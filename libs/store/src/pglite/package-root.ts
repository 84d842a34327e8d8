import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of our package.json, found upwards from a module's URL. Sources and compiled code lie at different
 * depths (libs/… and dist/libs/…); both find the same root, so one path serves jest and production.
 */
export function packageRoot(moduleUrl: string): string {
  let folder = dirname(fileURLToPath(moduleUrl));
  for (;;) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && isOurs(file)) return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json of updraft above ${moduleUrl}.`);
    folder = parent;
  }
}

function isOurs(file: string): boolean {
  return (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'updraft';
}
