import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHash } from 'node:crypto';
import type { TokenRecord, TokenRole } from '#contracts/tokens';
import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import type { DoorLimits } from '../door-limits.ts';
import { createIngestApp } from '../ingest.app.ts';
import { HeldWriter } from './held-writer.ts';

export interface OpenDoor {
  readonly app: NestFastifyApplication;
  readonly writer: HeldWriter;
  readonly health: Health;
  readonly url: string;
  post(contentType: string, body: string | Blob, headers?: Record<string, string>): Promise<Response>;
  metrics(): Promise<string>;
}

export const PARTITIONS = 16;
export const STRUCTURED = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';

const ROLES: readonly TokenRole[] = ['producer', 'operator', 'auditor'];

export const tokenOf = (role: TokenRole): string => `token-of-${role}`;

/** The ingest process on a free port, over a writer that the test holds. */
export async function openDoor(
  limits: Partial<DoorLimits> = {},
  closedBecause: () => string | null = () => null,
): Promise<OpenDoor> {
  const writer = new HeldWriter();
  const health = new Health();
  const tokens = ROLES.map((role): TokenRecord => {
    const sha256 = createHash('sha256').update(tokenOf(role)).digest('hex');
    return { name: role, role, sha256 };
  });
  const app = await createIngestApp({
    logs: writer.logs,
    partitions: PARTITIONS,
    config: { pseudonymKey: Buffer.alloc(32, 7), limits },
    tokens,
    closedBecause,
    health,
    registry: createRegistry(),
    log: createLog('ingest', { level: 'silent' }),
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    writer,
    health,
    url,
    post: (contentType, body, headers = {}) =>
      fetch(`${url}/v1/events`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${tokenOf('producer')}`, 'content-type': contentType, ...headers },
      }),
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}
