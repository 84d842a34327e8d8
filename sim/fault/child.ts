import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The clone. */
export const ROOT = join(import.meta.dirname, '../..');
/** Short-lived garbage is most of what a schedule makes. */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--enable-source-maps'];

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs the compiled simulation below `root`: plain Node is several times faster than jest's module system. */
export function runSimulation(root: string, args: readonly string[]): Promise<Ended> {
  return runNode(root, [...NODE_OPTIONS, join(root, 'dist/sim/fault/main.js'), ...args]);
}

/** Brings dist up to date; `npm test` has done so already. */
export async function build(): Promise<void> {
  const { code, output } = await runNode(ROOT, ['setup.mjs', '--build']);
  if (code !== 0) throw new Error(`setup.mjs --build ended with ${code}: ${output}`);
}

function runNode(cwd: string, args: readonly string[]): Promise<Ended> {
  // jest's own options are not for the child.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 1, output: signal === null ? output : `${output}\nended by ${signal}` });
    });
  });
}
