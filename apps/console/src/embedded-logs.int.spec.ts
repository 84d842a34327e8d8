import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import type { Logs } from '#stream/log';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import { logShapes } from '#contracts/logs';
import { bearer, closeConsole, openConsole, PARTITIONS, type Body } from './testing/console-under-test.ts';
import { capabilityText, DecisionChain, grantText } from './testing/records.ts';
import { until } from './testing/until.ts';

// The read side on the logs and the database of the embedded mode, which share one session.

let opened: TestDatabase;
let logs: Logs;
let served: { app: NestFastifyApplication; address: string };

beforeAll(async () => {
  opened = await openTestDatabase();
  logs = createPostgresLogs({ sql: opened.database });
  await logs.create(logShapes(PARTITIONS, 1));
  served = await openConsole(logs, opened.database, {}, createSnapshotStore(opened.database));
}, 60_000);
afterAll(async () => {
  await closeConsole(served.app);
  await logs.close();
  await opened.close();
});

test('what is appended to the logs is answered over HTTP, and status knows where everybody stands', async () => {
  const writer = logs.writer('test');
  const chain = new DecisionChain(1);
  const append = (log: string, key: string | null, text: string): Promise<void> =>
    writer.append(log, 1, [{ key, value: Buffer.from(text) }]);
  await append('capability', 'm-7', capabilityText('m-7', '1/5/0'));
  for (let i = 0; i < 300; i++) await append('decisions', 'm-7', chain.next({}, 'm-7').text);
  await append('grants', 'g-1', grantText('g-1', '1/3000/0/0', {}, 'm-7'));

  await until(async () => (await get('/v1/merchants/m-7')).asOf?.grants === '1/3000/0/0');
  await until(async () => (await get('/v1/merchants/m-7')).asOf?.decisions === '1/3000/0/0');

  expect(await get('/v1/merchants/m-7')).toMatchObject({
    merchant: 'm-7',
    grants: [{ grantId: 'g-1' }],
    decisions: Array.from({ length: 10 }, (_, i) => ({ sequence: 300 - i })),
  });
  const snapshots = createSnapshotStore(opened.database);
  await snapshots.head('scoring', 1);
  await snapshots.claim({ stage: 'scoring', partition: 1, owner: 'me', takeover: 1 });
  const { partitions } = await get('/v1/status');
  expect(partitions[1]).toMatchObject({
    projections: { decisions: { position: '1/3000/0/0', lag: 0, alarm: null } },
    stages: { scoring: { owner: 'me', takeover: 1, snapshotAgeMs: null } },
  });
});

async function get(path: string): Promise<Body> {
  return (await fetch(`${served.address}${path}`, { headers: bearer('auditor') })).json();
}
