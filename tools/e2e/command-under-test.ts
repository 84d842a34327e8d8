import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#store/pglite/package-root';
import { until } from './process-under-test.ts';

const ROOT = packageRoot(import.meta.url);
const COMMAND = join(ROOT, 'dist/tools/cli/main.js');

/** The test runner's own options and services are not for the processes of a newcomer. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'] };
}

/** A command that runs until it is told to end, as a process of its own, told by what it prints. */
export class CommandUnderTest {
  private readonly child: ChildProcess;
  private readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  private printed = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is not built: npm run build`);
    this.child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: ROOT,
      env: { ...bareEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    }
    this.ended = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  pid(): number {
    return this.child.pid!;
  }

  output(): string {
    return this.printed;
  }

  /** Waits until it has printed something that matches; a process that ends before fails with what it printed. */
  async prints(pattern: RegExp, msMax?: number): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | null => {
      const match = pattern.exec(this.printed);
      const { exitCode, signalCode } = this.child;
      if (match === null && (exitCode !== null || signalCode !== null))
        throw new Error(`it ended by ${signalCode ?? `code ${exitCode}`}:\n${this.printed}`);
      return match;
    };
    return until(`${pattern} in the output`, look, msMax);
  }

  /** The address of the open door. */
  async url(msMax?: number): Promise<string> {
    return (await this.prints(/Updraft runs at (http:\S+)/, msMax))[1]!;
  }

  /** Waits until it ends by itself. */
  async exitCode(): Promise<number | null> {
    return (await this.ended).code;
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<{ readonly code: number | null; readonly ms: number }> {
    const since = performance.now();
    this.child.kill(signal);
    const { code } = await this.ended;
    return { code, ms: performance.now() - since };
  }
}
