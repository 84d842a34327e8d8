import { INBOX_GROUP } from '#stream/inbox';
import { openKafkaInboxAge } from '#stream/kafka/kafka-inbox-age';
import { describeWithKafka } from '#stream/kafka/jest-kafka';
import { Health } from '#telemetry/health';
import {
  createPlatformTopic,
  INBOUND_PARTITIONS,
  PARTITIONS,
  type PlatformTopic,
} from './testing/platform-topic.ts';

const RECORDS = 600;
/** One in so many is none that can be taken. */
const POISON_EVERY = 7;
const POISON = ['{"id":', 'null', '[]', '{"__proto__":{}}', '"text"', ''];
const TEST_MS_MAX = 60_000;
const POLL_MS = 50;

describeWithKafka("the platform's topic", (kafka) => {
  let at: PlatformTopic;

  beforeAll(async () => {
    at = await createPlatformTopic(kafka);
  }, TEST_MS_MAX);

  afterAll(() => at?.close(), TEST_MS_MAX);

  const isPoison = (index: number): boolean => index % POISON_EVERY === 0;

  async function write(from: number, count: number): Promise<void> {
    const writer = at.platform.writer('platform');
    for (let partition = 0; partition < INBOUND_PARTITIONS; partition += 1) {
      const records = [];
      for (let index = from; index < from + count; index += 1) {
        if (index % INBOUND_PARTITIONS !== partition) continue;
        const text = isPoison(index) ? POISON[index % POISON.length]! : eventText(index);
        records.push({ key: null, value: Buffer.from(text) });
      }
      await writer.append(at.topic, partition, records);
    }
    await writer.close();
  }

  async function idsIn(log: string): Promise<string[]> {
    const ids: string[] = [];
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      for await (const { records } of at.logs.read(log, partition, 0)) {
        for (const { value } of records) ids.push((JSON.parse(value.toString('utf8')) as { id: string }).id);
      }
    }
    return ids;
  }

  async function untilRead(records: number): Promise<void> {
    const deadline = performance.now() + TEST_MS_MAX / 2;
    for (;;) {
      const read = (await idsIn('activity')).length + (await idsIn('dead-letters')).length;
      if (read >= records) return;
      if (performance.now() > deadline) throw new Error(`${read} of ${records} records were read`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  test(
    'every good record becomes one event and every bad one a dead letter, across restarts of the door',
    async () => {
      await write(0, RECORDS / 2);
      const health = new Health();
      const first = at.openDoor(health);
      await untilRead(RECORDS / 2);
      expect(health.ready().failing).toEqual([]);
      await first.close();
      await write(RECORDS / 2, RECORDS / 2);
      const second = at.openDoor(new Health());
      await untilRead(RECORDS);
      await second.close();

      const all = Array.from({ length: RECORDS }, (_, index) => index);
      const good = all.filter((index) => !isPoison(index)).map((index) => `e-${index}`);
      expect((await idsIn('activity')).sort()).toEqual(good.sort());
      const letters = await idsIn('dead-letters');
      expect(new Set(letters).size).toBe(letters.length);
      expect(letters).toHaveLength(all.filter(isPoison).length);
    },
    TEST_MS_MAX,
  );

  test(
    'is behind while a record that is older than asked for was not passed',
    async () => {
      const age = openKafkaInboxAge({ ...at.options, topic: at.topic, group: INBOX_GROUP });
      const written = RECORDS + POISON_EVERY;
      await write(RECORDS, POISON_EVERY);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await age.isBehind(500)).toBe(true);
      expect(await age.isBehind(3_600_000)).toBe(false);
      const inbox = at.openDoor(new Health());
      await untilRead(written);
      await inbox.close();
      expect(await age.isBehind(500)).toBe(false);
      await age.close();
    },
    TEST_MS_MAX,
  );
});

function eventText(index: number): string {
  return JSON.stringify({
    specversion: '1.0',
    id: `e-${index}`,
    source: '/platform',
    type: 'updraft.merchant.registered.v1',
    subject: `m-${index % 50}`,
    time: '2026-11-11T10:00:00Z',
    data: { category: 'tea', country: 'CN', currency: 'CNY' },
  });
}
