#!/usr/bin/env node
// The command line. In a clone it first brings dependencies and dist up to date; an installed copy (the container
// image) carries dist only and has nothing to bring up.
import { existsSync } from 'node:fs';

const setup = new URL('../setup.mjs', import.meta.url);
if (existsSync(setup)) {
  const { setUp } = await import(setup.href);
  // What a command prints may be piped into another program: progress goes to standard error.
  const code = await setUp({ build: true, say: console.error, output: 'stderr' });
  if (code !== 0) process.exit(code);
}
await import(new URL('../dist/tools/cli/main.js', import.meta.url).href);
