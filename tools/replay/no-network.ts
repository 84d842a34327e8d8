import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import dgram from 'node:dgram';
import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import inspector from 'node:inspector';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import workerThreads from 'node:worker_threads';

// Loaded before a replay worker (node --import): from here on everything that could reach another process throws. A
// network namespace alone would not do, since sockets in the file system (PostgreSQL's, for one) are reached from
// any namespace; this alone would not do where native code could open a socket. So a worker gets both where possible.

// The pipes to the reader are sockets to Node: they are opened while sockets can still be made.
export const pipes = [process.stdin, process.stdout, process.stderr];

const OUTWARD: Readonly<Record<string, object>> = {
  net,
  tls,
  dgram,
  dns,
  'dns/promises': dnsPromises,
  http,
  https,
  http2,
  child_process: childProcess,
  cluster,
  inspector,
  worker_threads: workerThreads,
};

/** Instances made before, the pipes among them, go by their prototype: these ways out are closed there too. */
const PROTOTYPES: readonly (readonly [string, object, readonly string[]])[] = [
  ['net.Socket', net.Socket.prototype, ['connect']],
  ['net.Server', net.Server.prototype, ['listen']],
  ['dgram.Socket', dgram.Socket.prototype, ['bind', 'connect', 'send']],
  ['dns.Resolver', dns.Resolver.prototype, ['resolve', 'resolve4', 'resolve6', 'reverse']],
];

const GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

for (const [name, exported] of Object.entries(OUTWARD)) {
  for (const [member, value] of Object.entries(exported)) {
    if (typeof value === 'function') close(exported, member, `${name}.${member}`);
  }
}
for (const [name, prototype, members] of PROTOTYPES) {
  for (const member of members) close(prototype, member, `${name}.${member}`);
}
for (const name of GLOBALS) if (name in globalThis) close(globalThis, name, name);
for (const name of ['binding', '_linkedBinding', 'dlopen']) close(process, name, `process.${name}`);
syncBuiltinESMExports();

function close(owner: object, member: string, name: string): void {
  function refuse(): never {
    throw new Error(`${name} is closed: a replay worker reaches nothing but its pipes`);
  }
  Object.defineProperty(owner, member, {
    value: refuse,
    configurable: false,
    writable: false,
    enumerable: true,
  });
}
