import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import tls from 'node:tls';
import type { Hello } from './wire.ts';

// A worker tries to get out before it is given anything, because a belt that is not buckled looks like one that is.
// With the modules closed every attempt throws at once; one that returns is a leak, whatever came of it.

/** Nothing listens there; with the modules open the attempts would fail later instead of at once. */
const DISCARD_PORT = 9;

const ATTEMPTS: Readonly<Record<string, () => { on?(event: string, listener: () => void): unknown } | void>> =
  {
    'net.connect': () => net.connect(DISCARD_PORT, '127.0.0.1'),
    'net.connect to a path': () => net.connect('./no-such.sock'),
    'net.createServer': () => net.createServer(),
    'tls.connect': () => tls.connect(DISCARD_PORT, '127.0.0.1'),
    'dgram.createSocket': () => dgram.createSocket('udp4').unref(),
    'dns.lookup': () => dns.lookup('localhost', () => undefined),
    'http.get': () => http.get(`http://127.0.0.1:${DISCARD_PORT}`),
    fetch: () => void fetch(`http://127.0.0.1:${DISCARD_PORT}`).catch(() => undefined),
    'child_process.spawn': () => childProcess.spawn('true'),
  };

export function tryEscape(): Hello {
  const leaks = Object.entries(ATTEMPTS).flatMap(([name, attempt]) => (throws(attempt) ? [] : [name]));
  return { isClosed: leaks.length === 0, leaks, interfaces: Object.keys(os.networkInterfaces()).length };
}

function throws(attempt: (typeof ATTEMPTS)[string]): boolean {
  try {
    attempt()?.on?.('error', () => undefined);
    return false;
  } catch {
    return true;
  }
}
