import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApi } from './asyncapi.ts';
import { openApi } from './openapi.ts';
import { readProject } from './project.ts';

// `npm run api-documents`, in the root of the repository: writes what others are told of the logs and of the HTTP API.

const root = process.cwd();
const project = readProject(root);
for (const [file, document] of [
  ['docs/asyncapi.json', asyncApi(project)],
  ['docs/openapi.json', openApi(project)],
] as const) {
  writeFileSync(join(root, file), textOf(document));
  console.log(`wrote ${file}`);
}

function textOf(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
