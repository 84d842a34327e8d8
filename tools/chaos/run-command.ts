import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { repositoryRoot } from '#tools/cluster/run-cluster';

export interface CommandResult {
  readonly code: number | null;
  /** Standard output, unless it went to a file. */
  readonly said: string;
  readonly complained: string;
}

/** `updraft ARGS` from dist, with this environment and nothing else. */
export async function updraft(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  outputFile: string | null = null,
): Promise<CommandResult> {
  const main = join(repositoryRoot(), 'dist/tools/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd: repositoryRoot(),
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const complained = textOf(child.stderr);
  const said =
    outputFile === null
      ? textOf(child.stdout)
      : pipeline(child.stdout, createWriteStream(outputFile)).then(() => '');
  const [[code], text, complaint] = await Promise.all([ended, said, complained]);
  return { code, said: text, complained: complaint };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) text += String(chunk);
  return text;
}
