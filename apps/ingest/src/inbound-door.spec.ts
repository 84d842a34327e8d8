import type { InboxRecord } from '#stream/inbox';
import { UnavailableError, type Appended, type LogWriter } from '#stream/log';
import { createRegistry } from '#telemetry/metrics';
import { InboundDoor } from './inbound-door.ts';
import { ingestMetrics } from './ingest-metrics.ts';

const PARTITIONS = 4;

interface Append {
  readonly log: string;
  readonly partition: number;
  readonly records: readonly Appended[];
}

function openDoor(acknowledge: () => Promise<void> = async () => undefined) {
  const appends: Append[] = [];
  const registry = createRegistry();
  const writer: LogWriter = {
    append(log, partition, records) {
      appends.push({ log, partition, records });
      return acknowledge();
    },
    pendingBytes: () => 0,
    close: async () => undefined,
  };
  const door = new InboundDoor({
    topic: 'marketplace.events',
    partitions: PARTITIONS,
    pseudonymKey: Buffer.alloc(32, 1),
    writer,
    metrics: ingestMetrics(registry),
  });
  return { door, appends, registry };
}

function registered(merchant: string, id: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: '/platform',
    type: 'updraft.merchant.registered.v1',
    subject: merchant,
    time: '2026-11-11T10:00:00Z',
    data: { category: 'tea', country: 'CN', currency: 'CNY' },
  });
}

function records(...values: readonly (string | null)[]): InboxRecord[] {
  return values.map((value, offset) => ({
    offset,
    timestampMs: Date.parse('2026-11-11T10:00:01Z'),
    value: value === null ? null : Buffer.from(value),
    headers: new Map(),
  }));
}

const idsIn = ({ records: appended }: Append): string[] =>
  appended.map(({ value }) => (JSON.parse(value.toString('utf8')) as { id: string }).id);

describe('the door for a topic of the platform', () => {
  test('writes what is admitted into the partition of its merchant, in the order it came', async () => {
    const { door, appends } = openDoor();
    const batch = records(registered('m-1', 'a'), registered('m-2', 'b'), registered('m-1', 'c'));
    await door.take({ partition: 9, records: batch, endOffset: 3 });
    const ofFirst = appends.find((append) => append.records.some(({ key }) => key === 'm-1'))!;
    expect(ofFirst.log).toBe('activity');
    expect(idsIn(ofFirst).filter((id) => id !== 'b')).toEqual(['a', 'c']);
    expect(appends.flatMap(idsIn).sort()).toEqual(['a', 'b', 'c']);
  });

  test('makes a dead letter of each refused record and keeps the good ones between them', async () => {
    const { door, appends, registry } = openDoor();
    const batch = records(
      registered('m-1', 'a'),
      '{"id":',
      null,
      registered('m-1', 'b').replace('registered.v1', 'registered.v9'),
      registered('not a name', 'c'),
      registered('m-1', 'd'),
    );
    await door.take({ partition: 9, records: batch, endOffset: 10 });
    const letters = appends.find(({ log }) => log === 'dead-letters')!;
    expect(letters.partition).toBe(9 % PARTITIONS);
    const told = letters.records.map(({ value }) => JSON.parse(value.toString('utf8')) as { data: unknown });
    expect(told.map(({ data }) => data)).toEqual([
      expect.objectContaining({ position: '9/1', sequence: 2, writer: 'inbound/9', reason: 'malformed' }),
      expect.objectContaining({ position: '9/2', reason: 'malformed' }),
      expect.objectContaining({ position: '9/3', reason: 'unknown-version' }),
      expect.objectContaining({
        position: '9/4',
        reason: 'envelope',
        problems: [expect.objectContaining({ field: '/subject', value: '"not a name"' })],
      }),
    ]);
    expect(appends.filter(({ log }) => log === 'activity').flatMap(idsIn)).toEqual(['a', 'd']);
    const metrics = await registry.metrics();
    expect(metrics).toContain('updraft_ingest_inbound_refused_total{reason="malformed"} 2');
    expect(metrics).toContain('updraft_ingest_inbound_lag_records{partition="9"} 4');
  });

  test('lets nothing of a batch be passed that the log did not acknowledge', async () => {
    const { door } = openDoor(() => Promise.reject(new UnavailableError('away')));
    const batch = records(registered('m-1', 'a'));
    await expect(door.take({ partition: 0, records: batch, endOffset: 1 })).rejects.toThrow(UnavailableError);
  });

  test('gives the same bytes for the same records, so that what is read twice is recognised', async () => {
    const [first, second] = [openDoor(), openDoor()];
    const batch = { partition: 1, records: records(registered('m-1', 'a'), 'x'), endOffset: 2 };
    await first.door.take(batch);
    await second.door.take(batch);
    expect(second.appends).toEqual(first.appends);
  });
});
