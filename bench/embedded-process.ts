import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from '#apps/console/src/testing/server-events';
import { partitionOf } from '#contracts/partition';
import { readPlainToken, type TokenRole } from '#contracts/tokens';
import type { CloudEvent } from '#domain/stage/stage';
import { readCpuSeconds } from '#tools/cluster/cpu-time';
import { CommandUnderTest } from '#tools/e2e/command-under-test';

// The embedded default as a newcomer starts it, in a directory of its own, spoken to over HTTP and in no other way.

export interface EmbeddedProcess {
  /** Resolves when the door has acknowledged the batch; fails when it took less than all of it. */
  post(body: string): Promise<void>;
  /** Resolves when all that was acknowledged before is decided and readable. */
  settled(): Promise<void>;
  /** So many decisions are readable. */
  decisions(): Promise<number>;
  /** What becomes readable from now on, as a dashboard sees it; `stop` breaks the connection off. */
  follow(arrived: (eventId: string) => void): Promise<{ stop(): Promise<void> }>;
  cpuSeconds(): number;
  /** The most memory that it has held so far, bytes. */
  peakBytes(): number;
  close(): Promise<void>;
}

export const PARTITIONS = 4;
const SETTLE_MS_MAX = 20 * 60_000;
const LOOK_MS = 50;
const KIB = 1_024;

export async function startEmbedded(policy: string): Promise<EmbeddedProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'updraft-bench-'));
  const command = new CommandUnderTest(['start', '--no-demo', '--data', directory, '--port', '0'], {
    UPDRAFT_POLICY: policy,
    UPDRAFT_PARTITIONS: String(PARTITIONS),
  });
  const close = async (): Promise<void> => {
    await command.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const ask = askingOf(await command.url(), (role) => readPlainToken(directory, role)!);
    let settlings = 0;
    return {
      post: (body) => post(ask, body),
      settled: () => settle(ask, (settlings += 1)),
      decisions: () => countDecisions(ask),
      follow: (arrived) => follow(ask, arrived),
      cpuSeconds: () => readCpuSeconds(command.pid()),
      peakBytes: () => readPeakBytes(command.pid()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Ask = (role: TokenRole, path: string, init?: RequestInit) => Promise<Response>;

function askingOf(url: string, tokenOf: (role: TokenRole) => string): Ask {
  const tokens = new Map(
    (['producer', 'auditor'] as const).map((role) => [role as TokenRole, tokenOf(role)]),
  );
  return (role, path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${tokens.get(role)!}`);
    return fetch(`${url}${path}`, { ...init, headers });
  };
}

async function post(ask: Ask, body: string): Promise<void> {
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  const response = await ask('producer', '/v1/events', { method: 'POST', headers, body });
  const text = await response.text();
  const isWhole = response.status === 202 && (JSON.parse(text) as { refused: number }).refused === 0;
  if (!isWhole) throw new Error(`the door answered ${response.status}: ${text.slice(0, 1_000)}`);
}

/**
 * A partition decides in the order of its log: once a merchant who registered last has its decision, everybody has.
 */
async function settle(ask: Ask, round: number): Promise<void> {
  const merchants = Array.from({ length: PARTITIONS }, (_, partition) => lastMerchant(round, partition));
  await post(ask, JSON.stringify(merchants.map(registered)));
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (const merchant of merchants) {
    for (;;) {
      const response = await ask('auditor', `/v1/decisions?merchant=${merchant}`);
      if (((await response.json()) as { decisions: object[] }).decisions.length > 0) break;
      if (performance.now() > deadline) throw new Error(`${merchant}: no decision in ${SETTLE_MS_MAX} ms`);
      await sleep(LOOK_MS);
    }
  }
}

function lastMerchant(round: number, partition: number): string {
  for (let number = 0; ; number += 1) {
    const id = `last-${round}-${number}`;
    if (partitionOf(id, PARTITIONS) === partition) return id;
  }
}

function registered(subject: string): CloudEvent {
  return {
    specversion: '1.0',
    id: `registered-${subject}`,
    source: '/bench',
    type: 'updraft.merchant.registered.v1',
    subject,
    time: new Date().toISOString(),
    data: { category: 'home.kitchen', country: 'CN', currency: 'CNY' },
  };
}

/** A stream begins by saying which sequence each partition has reached, and sequences count decisions from one. */
async function countDecisions(ask: Ask): Promise<number> {
  const response = await ask('auditor', '/v1/decisions/stream');
  for await (const { id } of readEvents(response)) {
    return id!.split('.').reduce((sum, sequence) => sum + Number(sequence), 0);
  }
  throw new Error('the stream ended before it said where it stands');
}

async function follow(ask: Ask, arrived: (eventId: string) => void): Promise<{ stop(): Promise<void> }> {
  const broken = new AbortController();
  const response = await ask('auditor', '/v1/decisions/stream', { signal: broken.signal });
  const read = async (): Promise<void> => {
    for await (const { data } of readEvents(response)) {
      if (data === null) continue;
      arrived((JSON.parse(data) as { data: { cause: { eventId: string } } }).data.cause.eventId);
    }
  };
  const reading = read().catch((error: unknown) => {
    if (!broken.signal.aborted) throw error;
  });
  return {
    async stop() {
      broken.abort();
      await reading;
    },
  };
}

/** Linux only, as the other books of the kernel that are read here. */
function readPeakBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * KIB;
}
