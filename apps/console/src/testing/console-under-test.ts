import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TokenRecord, TokenRole } from '#contracts/tokens';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { createConsoleApp } from '../console.app.ts';
import { CONSOLE_LIMITS } from '../console-limits.ts';
import { StreamClients, type ClientLimits } from '../stream/stream-clients.ts';
import { DecisionChain } from './records.ts';
import { ScriptedLogs } from './scripted-logs.ts';
import { readEvents, type ServerEvent } from './server-events.ts';
import { until } from './until.ts';

export const PARTITIONS = 2;

const TOKENS: readonly TokenRecord[] = [
  ...(['producer', 'operator', 'auditor'] as const).map((role) => ({ name: role, role })),
  { name: 'second', role: 'operator' as const },
].map(({ name, role }) => ({
  name,
  role,
  sha256: createHash('sha256').update(tokenOf(name)).digest('hex'),
}));

/** No stage has saved anything. */
const NO_SNAPSHOTS = { heads: () => Promise.resolve([]) } as unknown as SnapshotStore;

/** What a test looks into; its assertions say what is there. */
// oxlint-disable-next-line typescript/no-explicit-any -- the answer of a server has no type for its client
export type Body = any;

type Decided = ReturnType<DecisionChain['next']>;

/** A whole console on a free port, asked over HTTP by one who knows all tokens. */
export class ConsoleUnderTest {
  private readonly chains = Array.from(
    { length: PARTITIONS },
    (_, partition) => new DecisionChain(partition),
  );

  private constructor(
    private readonly app: NestFastifyApplication,
    readonly address: string,
    readonly logs: ScriptedLogs,
  ) {}

  static async open(database: Database, stream: Partial<ClientLimits> = {}): Promise<ConsoleUnderTest> {
    const logs = new ScriptedLogs(PARTITIONS);
    const { app, address } = await openConsole(logs, database, stream);
    return new ConsoleUnderTest(app, address, logs);
  }

  async close(): Promise<void> {
    await closeConsole(this.app);
  }

  /** Appends the next decision of the partition's chain. */
  decide(partition: number, ...some: Parameters<DecisionChain['next']>): Decided {
    const decided = this.chains[partition]!.next(...some);
    this.logs.append('decisions', partition, null, decided.text);
    return decided;
  }

  /** Waits until the tables know everything that the logs hold. */
  async projected(): Promise<void> {
    await until(async () => {
      const { body } = await this.get('/v1/status');
      const projections: { lag: number }[] = [
        ...body.partitions.flatMap((each: Body) => Object.values(each.projections)),
        ...body.treasury.map((each: Body) => each.projection),
      ];
      return projections.every(({ lag }) => lag === 0);
    });
  }

  ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.address}${path}`, { headers });
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Body }> {
    const response = await this.ask(path, { ...bearer('auditor'), ...headers });
    return { status: response.status, body: (await response.json()) as Body };
  }

  async post(
    path: string,
    payload: unknown,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: Body }> {
    const response = await fetch(`${this.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(payload),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** The first `count` decisions of the stream; the connection is then broken off. */
  async follow(path: string, count: number, lastEventId?: string): Promise<ServerEvent[]> {
    const resumed = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await this.ask(path, { ...bearer('auditor'), ...resumed });
    const events: ServerEvent[] = [];
    for await (const event of readEvents(response)) {
      if (event.data !== null) events.push(event);
      if (events.length === count) break;
    }
    return events;
  }

  streamClients(): number {
    return this.app.get(StreamClients).count();
  }
}

export async function openConsole(
  logs: Logs,
  database: Database,
  stream: Partial<ClientLimits> = {},
  snapshots: SnapshotStore = NO_SNAPSHOTS,
): Promise<{ app: NestFastifyApplication; address: string }> {
  const app = await createConsoleApp({
    logs,
    database,
    partitions: PARTITIONS,
    tokens: TOKENS,
    health: new Health(),
    registry: createRegistry(),
    config: { ...CONSOLE_LIMITS, stream: { ...CONSOLE_LIMITS.stream, ...stream } },
    log: createLog('test', { level: 'silent' }),
    snapshots,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, address: `http://127.0.0.1:${port}` };
}

export async function closeConsole(app: NestFastifyApplication): Promise<void> {
  const closing = app.close();
  // The client keeps a connection open in advance, which an orderly close would wait for.
  (app.getHttpServer() as Server).closeAllConnections();
  await closing;
}

export function bearer(name: TokenRole | 'second'): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(name)}` };
}

function tokenOf(name: string): string {
  return `${name}-token-for-tests`;
}
