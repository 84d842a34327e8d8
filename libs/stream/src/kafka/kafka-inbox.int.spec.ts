import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Inbox, InboxBatch } from '../inbox.ts';
import { describeWithKafka } from './jest-kafka.ts';
import type { KafkaNotice } from './kafka-client.ts';
import { openKafkaInbox } from './kafka-inbox.ts';

const PARTITIONS = 3;
const TEST_MS_MAX = 60_000;
const WAIT_MS_MAX = 30_000;
const POLL_MS = 50;

describeWithKafka('an inbox on Kafka', (shared) => {
  const kafka = new kafkajs.Kafka({ brokers: shared.brokers, logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  let topic: string;
  let prefix: string;
  const inboxes: Inbox[] = [];

  beforeAll(() => producer.connect(), TEST_MS_MAX);

  beforeEach(async () => {
    topic = `platform-${randomBytes(5).toString('hex')}`;
    prefix = shared.prefix();
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
    await admin.disconnect();
  }, TEST_MS_MAX);

  afterEach(async () => {
    await Promise.all(inboxes.splice(0).map((inbox) => inbox.close()));
  }, TEST_MS_MAX);

  afterAll(() => producer.disconnect());

  async function send(...texts: readonly string[]): Promise<void> {
    const messages = texts.map((value, index) => ({
      value,
      partition: index % PARTITIONS,
      headers: { n: value },
    }));
    await producer.send({ topic, messages });
  }

  function open(take: (batch: InboxBatch) => Promise<void>): Inbox {
    const options = { brokers: shared.brokers, prefix, clientId: 'spec', topic, group: 'ingest' };
    const inbox = openKafkaInbox(
      { ...options, notice: () => undefined },
      { batch: take, state: () => undefined },
    );
    inboxes.push(inbox);
    return inbox;
  }

  async function until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + WAIT_MS_MAX;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`not within ${WAIT_MS_MAX} ms`);
      await sleep(POLL_MS);
    }
  }

  test(
    'a new group reads what stood there before it, with values, headers and times',
    async () => {
      await send('a', 'b', 'c');
      const taken: string[] = [];
      open(async ({ records }) => {
        for (const { value, headers, timestampMs } of records) {
          expect(headers.get('n')).toEqual(value);
          expect(Math.abs(Date.now() - timestampMs)).toBeLessThan(TEST_MS_MAX);
          taken.push(value!.toString());
        }
      });
      await until(() => taken.length === 3);
      await send('d');
      await until(() => taken.length === 4);
      expect(taken.toSorted()).toEqual(['a', 'b', 'c', 'd']);
    },
    TEST_MS_MAX,
  );

  test(
    'what was taken is not read again by the next member, and what failed is',
    async () => {
      await send('a', 'b', 'c');
      const taken: string[] = [];
      let failures = 0;
      const first = open(async ({ records }) => {
        const texts = records.map(({ value }) => value!.toString());
        if (texts.includes('b') && failures < 1) {
          failures += 1;
          throw new Error('not acknowledged');
        }
        taken.push(...texts);
      });
      await until(() => taken.length === 3);
      expect(failures).toBe(1);
      expect(taken.toSorted()).toEqual(['a', 'b', 'c']);
      await first.close();
      await send('d', 'e', 'f');
      const later: string[] = [];
      open(async ({ records }) => void later.push(...records.map(({ value }) => value!.toString())));
      await until(() => later.length >= 3);
      await sleep(POLL_MS * 4);
      expect(later.toSorted()).toEqual(['d', 'e', 'f']);
    },
    TEST_MS_MAX,
  );

  test(
    'the offset is not passed while a batch is being handled, however long that takes',
    async () => {
      await send('a');
      let let_go: () => void = () => undefined;
      let reads = 0;
      const inbox = open(async () => {
        reads += 1;
        await new Promise<void>((resolve) => (let_go = resolve));
      });
      await until(() => reads === 1);
      expect(await committed()).toEqual([]);
      let_go();
      await until(() => reads === 1);
      await inbox.close();
      expect(await committed()).toEqual([1]);
    },
    TEST_MS_MAX,
  );

  test(
    'says how many records the topic dropped before the group had read them',
    async () => {
      await send('a');
      let taken = 0;
      const first = open(async ({ records }) => void (taken += records.length));
      await until(() => taken === 1);
      await first.close();
      await send('b', 'c');
      await dropBefore([2, 1]);
      const told: unknown[] = [];
      const options = { brokers: shared.brokers, prefix, clientId: 'spec', topic, group: 'ingest' };
      const notice: KafkaNotice = (level, message, detail) => {
        if (level === 'error') told.push({ message, detail });
      };
      const handlers = { batch: () => Promise.resolve(), state: () => undefined };
      inboxes.push(openKafkaInbox({ ...options, notice }, handlers));
      await until(() => told.length > 0);
      // Of partition 1 the group has committed nothing: what it never saw is not missing.
      const message = `${topic}/0: 1 records were removed before they were read`;
      expect(told).toEqual([{ message, detail: { from: 1, to: 2 } }]);
    },
    TEST_MS_MAX,
  );

  /** Offsets by partition. */
  async function dropBefore(offsets: readonly number[]): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      // Without it the client does not know yet whom to ask.
      await admin.fetchTopicOffsets(topic);
      const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
      await admin.deleteTopicRecords({ topic, partitions });
    } finally {
      await admin.disconnect();
    }
  }

  async function committed(): Promise<number[]> {
    const admin = kafka.admin();
    await admin.connect();
    const [group] = await admin.fetchOffsets({ groupId: `${prefix}ingest`, topics: [topic] });
    await admin.disconnect();
    return group!.partitions.map(({ offset }) => Number(offset)).filter((offset) => offset >= 0);
  }
});
