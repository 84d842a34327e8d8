import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { readEvents, type ServerEvent } from '#apps/console/src/testing/server-events';
import { startStandalone, type Standalone } from '#apps/standalone/src/standalone';
import type { TokenRecord, TokenRole } from '#contracts/tokens';
import type { Genesis } from '#domain/controls';
import type { Backbone } from '#stage/backbone';
import type { StageReport } from '#stage/report';
import { createLog } from '#telemetry/log';
import type { TraceConfig } from '#telemetry/trace';

const ROLES: readonly TokenRole[] = ['producer', 'operator', 'auditor'];
/** Another person than `operator`. */
export const SECOND_OPERATOR = 'second-operator';
const POLICY = new URL('../../policies/starter/bundle.yaml', import.meta.url).pathname;
const WAIT_MS_MAX = 60_000;
const LOOK_MS = 20;

/** What a spec looks into; its assertions say what is there. */
// oxlint-disable-next-line typescript/no-explicit-any -- the answer of a server has no type for its client
export type Answer = any;

export interface EventToSend {
  readonly id: string;
  readonly type: string;
  readonly merchant: string;
  readonly data: object;
  readonly time?: string;
  readonly traceparent?: string;
}

export type Told = StageReport & { readonly stage: string; readonly partition: number };

/** All of Updraft in this process on a free port, asked over HTTP as its users do. */
export class ProcessUnderTest {
  private constructor(
    private readonly standalone: Standalone,
    readonly url: string,
    readonly backbone: Backbone,
    /** What the partitions reported, in order. */
    readonly told: readonly Told[],
  ) {}

  /** Starts on a workspace that has its genesis; the starter policy is live when it resolves. */
  static async start(
    backbone: Backbone,
    genesis: Genesis,
    traces: TraceConfig = { traceEndpoint: null, traceRatio: 0 },
  ): Promise<ProcessUnderTest> {
    const told: Told[] = [];
    const standalone = await startStandalone({
      backbone,
      genesis,
      config: traces,
      tokens: [...ROLES.map((role) => tokenRecord(role, role)), tokenRecord(SECOND_OPERATOR, 'operator')],
      pseudonymKey: Buffer.alloc(32, 7),
      log: createLog('e2e', { level: 'silent' }),
      onReport: (stage, partition, report) => void told.push({ ...report, stage, partition }),
    });
    const url = await standalone.listen(0, '127.0.0.1');
    return new ProcessUnderTest(standalone, url, backbone, told);
  }

  /** The starter policy live in all partitions, and ticks by the clock from here on. */
  async goLive(): Promise<void> {
    await this.standalone.activate(POLICY, () => undefined);
    await this.standalone.startTime();
  }

  post(...events: readonly EventToSend[]): Promise<Response> {
    const body = events.map(({ id, type, merchant, data, time, ...rest }) => {
      const attributes = { specversion: '1.0', id, source: '/e2e', type, subject: merchant };
      return { ...attributes, ...rest, time: time ?? new Date().toISOString(), data };
    });
    return fetch(`${this.url}/v1/events`, {
      method: 'POST',
      headers: { ...bearer('producer'), 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(body),
    });
  }

  /** What an operator asks for. */
  async order(
    path: string,
    body: object,
    headers: Record<string, string> = {},
    method: 'POST' | 'DELETE' = 'POST',
  ): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...bearer('operator'), 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`${this.url}${path}`, { headers: { ...bearer('auditor'), ...headers } });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  /** Each projection follows its own log: an answer may know of a decision before it knows of the merchant. */
  known(path: string, isKnown: (body: Answer) => boolean): Promise<Answer> {
    return until(path, async () => {
      const { status, body } = await this.get(path);
      return status === 200 && isKnown(body) ? (body as Answer) : null;
    });
  }

  /** The first decision of a merchant with this outcome, once there is one. */
  async decision(merchant: string, programme: string, outcome: string): Promise<Answer> {
    const path = `/v1/decisions?merchant=${merchant}&programme=${programme}&outcome=${outcome}`;
    return until(`${outcome} of ${programme} for ${merchant}`, async () => {
      return (await this.get(path)).body.decisions[0] as Answer;
    });
  }

  /** Server-sent decisions, until `isLast`; the connection is then broken off. */
  async follow(path: string, isLast: (data: Answer) => boolean): Promise<ServerEvent[]> {
    const broken = new AbortController();
    const response = await fetch(`${this.url}${path}`, { headers: bearer('auditor'), signal: broken.signal });
    const events: ServerEvent[] = [];
    try {
      for await (const event of readEvents(response)) {
        if (event.data === null) continue;
        events.push(event);
        if (isLast(JSON.parse(event.data))) break;
      }
    } finally {
      broken.abort();
    }
    return events;
  }

  async stop(): Promise<void> {
    const closing = this.standalone.close();
    // The client keeps connections open in advance, which an orderly close would wait for.
    (this.standalone.app.getHttpServer() as Server).closeAllConnections();
    await closing;
    await this.backbone.close();
  }
}

/** Waits for a truthy answer; a spec that waits in vain fails by saying for what. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  msMax = WAIT_MS_MAX,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + msMax;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${msMax} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function tokenRecord(name: string, role: TokenRole): TokenRecord {
  return { name, role, sha256: createHash('sha256').update(tokenOf(name)).digest('hex') };
}

export function tokenOf(name: string): string {
  return `token-of-${name}`;
}

function bearer(role: TokenRole): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(role)}` };
}
