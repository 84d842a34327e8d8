import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectoryInUseError, lockDataDirectory } from './data-lock.ts';

let folder = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-lock-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function writeLock(holder: object): string {
  const file = join(folder, 'updraft.lock');
  writeFileSync(file, JSON.stringify(holder));
  return file;
}

async function liveProcess(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)']);
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child as ChildProcess & { pid: number };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

test('a locked directory is refused, naming process and path, until it is released', () => {
  const release = lockDataDirectory(folder);
  expect(() => lockDataDirectory(folder)).toThrow(DataDirectoryInUseError);
  expect(() => lockDataDirectory(folder)).toThrow(`${folder} is in use by process ${process.pid}`);
  release();
  lockDataDirectory(folder)();
});

test('the lock of another live process is respected, and replaced once that process was killed', async () => {
  const child = await liveProcess();
  writeLock({ pid: child.pid, host: hostname(), started: null });
  expect(() => lockDataDirectory(folder)).toThrow(`in use by process ${child.pid}`);
  await kill(child);
  const release = lockDataDirectory(folder);
  expect(JSON.parse(readFileSync(join(folder, 'updraft.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  release();
});

test('a lock whose process id was given to another process since is stale', async () => {
  const child = await liveProcess();
  writeLock({ pid: child.pid, host: hostname(), started: '1' });
  lockDataDirectory(folder)();
});

test('a lock with our own process id that we do not hold is stale: a container gives the same id again', () => {
  writeLock({ pid: process.pid, host: hostname(), started: null });
  lockDataDirectory(folder)();
});

test('the lock of another host counts while somebody touches it', () => {
  const file = writeLock({ pid: 1, host: 'elsewhere', started: null });
  expect(() => lockDataDirectory(folder)).toThrow('in use by process 1 on elsewhere');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(file, longAgo, longAgo);
  lockDataDirectory(folder)();
});
