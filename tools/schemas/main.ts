import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { schemas } from './schema-files.ts';

// Writes docs/schemas; the repository is where it is started.

const FOLDER = 'docs/schemas';

await mkdir(FOLDER, { recursive: true });
for (const [name, schema] of schemas()) {
  await writeFile(join(FOLDER, name), `${JSON.stringify(schema, null, 2)}\n`);
  process.stdout.write(`${join(FOLDER, name)}\n`);
}
