import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findIsolation, startIsolated, type Isolation } from './isolation.ts';

// The attempts are made by a program of its own under exactly the belts of a worker, against servers that really
// listen: what fails here would succeed without them, which the last test shows.

const NAMESPACE: Isolation = { hasNamespace: true };
const NO_NAMESPACE: Isolation = { hasNamespace: false };

let folder: string;
let tcp: Server;
let unix: Server;
let reached = 0;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'updraft-escape-')));
  tcp = createServer((socket) => count(socket)).listen(0, '127.0.0.1');
  unix = createServer((socket) => count(socket)).listen(join(folder, 'database.sock'));
  await Promise.all([once(tcp, 'listening'), once(unix, 'listening')]);
});

afterAll(() => {
  tcp.close();
  unix.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => (reached = 0));

function count(socket: { end(): void; on(event: 'error', listener: () => void): unknown }): void {
  reached += 1;
  socket.on('error', () => undefined);
  socket.end();
}

/** Every way out that we know; prints the names of those that worked. */
function attempts(): string {
  const { port } = tcp.address() as AddressInfo;
  const path = JSON.stringify(join(folder, 'database.sock'));
  const loot = JSON.stringify(join(folder, 'loot'));
  return `
import child_process from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const met = (stream, event) => new Promise((resolve, reject) => stream.once(event, resolve).once('error', reject));
const ways = {
  tcp: () => met(net.connect(${port}, '127.0.0.1'), 'connect'),
  unix: () => met(net.connect(${path}), 'connect'),
  tls: () => met(tls.connect(${port}, '127.0.0.1'), 'connect'),
  http: () => met(http.get('http://127.0.0.1:${port}'), 'socket'),
  fetch: () => fetch('http://127.0.0.1:${port}'),
  required: () => met(require('net').connect(${port}, '127.0.0.1'), 'connect'),
  udp: () => new Promise((resolve, reject) =>
    dgram.createSocket('udp4').send('x', ${port}, '127.0.0.1', (error) => (error ? reject(error) : resolve()))),
  dns: () => dns.lookup('localhost'),
  listen: () => met(net.createServer().listen(0), 'listening'),
  process: () => child_process.execFileSync('true'),
  thread: () => met(new Worker('0', { eval: true }), 'online'),
  binding: () => process.binding('tcp_wrap'),
  write: () => fs.writeFileSync(${loot}, 'x'),
  read: () => fs.readFileSync('/etc/passwd'),
};
// Node without belts does not survive this one.
if (process.permission) ways.prototype = () =>
  met(Object.getPrototypeOf(process.stdin).connect.call(process.stdin, ${port}, '127.0.0.1'), 'connect');
const worked = [];
for (const [name, way] of Object.entries(ways)) {
  try {
    await Promise.race([way(), new Promise((_, reject) => setTimeout(reject, 2000, new Error('slow')))]);
    worked.push(name);
  } catch {}
}
console.log(JSON.stringify({ worked, secret: process.env['SECRET'] ?? null }));
process.exit(0);
`;
}

async function escapeFrom(isolation: Isolation): Promise<{ worked: string[]; secret: string | null }> {
  const script = join(folder, 'attempts.mjs');
  writeFileSync(script, attempts());
  process.env['SECRET'] = 'postgres://';
  const child = startIsolated(script, isolation, [folder]);
  delete process.env['SECRET'];
  return JSON.parse(await outputOf(child)) as { worked: string[]; secret: string | null };
}

async function outputOf(child: ReturnType<typeof startIsolated>): Promise<string> {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const [code, signal] = (await once(child, 'close')) as [number, string];
  if (stdout === '') throw new Error(`${code ?? signal} ${stderr}`);
  return stdout;
}

const { hasNamespace } = findIsolation();
const withNamespace = hasNamespace ? test : test.skip;

withNamespace(
  'under a namespace of its own a worker reaches no network, no database and no file',
  async () => {
    expect(await escapeFrom(NAMESPACE)).toEqual({ worked: [], secret: null });
    expect(reached).toBe(0);
  },
);

test('without a namespace it reaches none either', async () => {
  expect(await escapeFrom(NO_NAMESPACE)).toEqual({ worked: [], secret: null });
  expect(reached).toBe(0);
});

test('the same attempts succeed without the belts', async () => {
  const script = join(folder, 'attempts.mjs');
  writeFileSync(script, attempts());
  const { worked } = JSON.parse(await outputOf(spawn(process.execPath, [script]))) as { worked: string[] };
  const wanted = ['tcp', 'unix', 'http', 'required', 'udp', 'dns', 'listen', 'process', 'thread'];
  expect(worked).toEqual(expect.arrayContaining([...wanted, 'binding', 'write', 'read']));
  expect(reached).toBeGreaterThan(3);
});
