import { vacuumTables } from './maintenance.ts';
import { deleteHours, upsertChunks } from './sql/write-snapshot.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';

const HORIZON_HOURS = 3;
const CHUNKS_PER_HOUR = 5;
const CHUNK_BYTES = 100_000;

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
});
afterAll(async () => {
  await opened.close();
});

/** An hour of ids arrives, the one that leaves the horizon goes, and maintenance has its turn. */
async function passHour(hour: number): Promise<void> {
  const { database } = opened;
  const chunks = Array.from({ length: CHUNKS_PER_HOUR }, (_, sequence) => ({
    hour,
    sequence,
    body: Buffer.alloc(CHUNK_BYTES, hour * CHUNKS_PER_HOUR + sequence),
  }));
  await upsertChunks(database, 'scoring', 0, chunks);
  await deleteHours(database, 'scoring', 0, [hour - HORIZON_HOURS]);
  await vacuumTables(database);
}

async function chunkBytes(): Promise<number> {
  const { rows } = await opened.database.query<{ bytes: string }>(
    `select pg_total_relation_size('stage_chunk') as bytes`,
  );
  return Number(rows[0]!.bytes);
}

test('the room of hours that left the horizon is used again, so that the table never grows beyond the horizon', async () => {
  for (let hour = 0; hour < 2 * HORIZON_HOURS; hour += 1) await passHour(hour);
  const settled = await chunkBytes();
  for (let hour = 2 * HORIZON_HOURS; hour < 8 * HORIZON_HOURS; hour += 1) await passHour(hour);
  expect(await chunkBytes()).toBeLessThanOrEqual(settled * 1.1);
  expect(settled).toBeLessThan((HORIZON_HOURS + 2) * CHUNKS_PER_HOUR * CHUNK_BYTES);
});

test('maintenance that is no longer wanted begins no statement', async () => {
  let asked = 0;
  await vacuumTables(opened.database, () => (asked += 1) > 1);
  expect(asked).toBe(1);
});
