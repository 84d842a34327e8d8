import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { logShapes } from '#contracts/logs';
import { packageRoot } from '#store/pglite/package-root';
import type { Logs } from '#stream/log';
import { TREASURIES, type WorkspaceInMemory } from '#tools/replay/workspace-fixture';
import { runCommandLine } from './command-line.ts';

// For specs: the command line as a person calls it, in a process of its own; and in this one, for what a process of
// its own would add nothing to but its start.

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables that would lead a command elsewhere are not passed on. */
function bareEnvironment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, ...env };
}

export function updraft(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Outcome> {
  const main = join(packageRoot(import.meta.url), 'dist/tools/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], { cwd, env: bareEnvironment(env), stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export async function updraftHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const before = process.exitCode;
  const environment = jest.replaceProperty(process, 'env', bareEnvironment(env));
  const [stdout, stderr] = [listenTo(process.stdout), listenTo(process.stderr)];
  process.exitCode = 0;
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode), stdout: stdout.end(), stderr: stderr.end() };
  } finally {
    process.exitCode = before;
    environment.restore();
    for (const each of [stdout, stderr]) each.end();
  }
}

/** What is written there from now on, and goes nowhere else until `end`. */
function listenTo(stream: NodeJS.WriteStream): { end(): string } {
  let heard = '';
  const spy = jest.spyOn(stream, 'write').mockImplementation((text) => {
    heard += String(text);
    return true;
  });
  return {
    end() {
      spy.mockRestore();
      return heard;
    },
  };
}

/** Everything that a season left, into the logs of an empty workspace. */
export async function fill(logs: Logs, season: WorkspaceInMemory, partitions: number): Promise<void> {
  await logs.create(logShapes(partitions, TREASURIES));
  const writer = logs.writer('spec');
  for (const { log, partitions: count } of logShapes(partitions, TREASURIES)) {
    for (let partition = 0; partition < count; partition += 1) {
      await writer.append(log, partition, season.partition(log, partition));
    }
  }
  await writer.close();
}
