import { createHash } from 'node:crypto';
import { LETTER_BYTES_MAX } from '#contracts/inbound-letter';
import type { InboundDeadLetter } from '#contracts/records/letter-records';
import { malformedEvents } from '#contracts/testing/malformed';
import { randomFrom } from '#contracts/testing/mutation';
import type { Inbox } from '#stream/inbox';
import { describeWithKafka } from '#stream/kafka/jest-kafka';
import { Health } from '#telemetry/health';
import { goodEvents } from './testing/good-events.ts';
import { heapBytes } from './testing/heap-bytes.ts';
import { malformedRecords, type MalformedRecord } from './testing/malformed-record.ts';
import { isFaultNamed } from './testing/named-fault.ts';
import {
  createPlatformTopic,
  INBOUND_PARTITIONS,
  PARTITIONS,
  type PlatformTopic,
} from './testing/platform-topic.ts';

const SEED = 42;
const MALFORMED = 100_000;
const ROUNDS = 20;
const MALFORMED_PER_ROUND = MALFORMED / ROUNDS;
const GOOD_PER_ROUND = 100;
/** One good record stands before so many malformed ones. */
const GOOD_EVERY = MALFORMED_PER_ROUND / GOOD_PER_ROUND;
const WARM_ROUND = Math.floor(ROUNDS / 5);
/** What the heap may have grown by between a fifth of the inputs and all of them. */
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;
const POLL_MS = 50;
const ROUND_MS_MAX = 60_000;
const RUN_MS_MAX = 600_000;

describeWithKafka("what stands in the platform's topic", (kafka) => {
  const health = new Health();
  let at: PlatformTopic;
  let door: Inbox;

  beforeAll(async () => {
    at = await createPlatformTopic(kafka);
    door = at.openDoor(health);
  }, RUN_MS_MAX);

  afterAll(async () => {
    await door?.close();
    await at?.close();
  }, RUN_MS_MAX);

  test(
    `100,000 malformed records are dead letters that name the fault, the good ones between count once (seed ${SEED})`,
    async () => {
      const random = randomFrom(SEED);
      const draw = malformedRecords(random, malformedEvents(random));
      const expected = createExpectation();
      const writer = at.platform.writer('platform');
      const written = Array.from({ length: INBOUND_PARTITIONS }, () => 0);
      const [activity, letters] = [follow('activity'), follow('dead-letters')];
      let warmBytes = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const batches: Buffer[][] = written.map(() => []);
        const put = (partition: number, value: Buffer): string => {
          batches[partition]!.push(value);
          return `${partition}/${written[partition]! + batches[partition]!.length - 1}`;
        };
        const good = goodEvents(round, GOOD_PER_ROUND);
        for (let i = 0; i < MALFORMED_PER_ROUND; i += 1) {
          const partition = i % INBOUND_PARTITIONS;
          if (i % GOOD_EVERY === 0) {
            const text = good[i / GOOD_EVERY]!;
            put(partition, Buffer.from(text));
            expected.good.add((JSON.parse(text) as { id: string }).id);
          }
          const record = draw(round * MALFORMED_PER_ROUND + i, good[i % good.length]!);
          expected.malformed.set(put(partition, record.bytes), record);
        }
        await Promise.all(
          batches.map((values, partition) =>
            writer.append(
              at.topic,
              partition,
              values.map((value) => ({ key: null, value })),
            ),
          ),
        );
        for (const [partition, values] of batches.entries()) written[partition]! += values.length;
        const deadline = performance.now() + ROUND_MS_MAX;
        while (expected.good.size + expected.malformed.size > 0) {
          if (performance.now() > deadline) throw new Error(`round ${round}: ${expected.told()}`);
          await activity(expected.takeEvent);
          await letters(expected.takeLetter);
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
        expect(health.ready().failing).toEqual([]);
        if (round === WARM_ROUND) warmBytes = heapBytes();
      }
      await activity(expected.takeEvent);
      await letters(expected.takeLetter);
      expect(heapBytes() - warmBytes).toBeLessThan(GROWTH_BYTES_MAX);
      expect(Object.keys(Object.prototype)).toEqual([]);
      await writer.close();
    },
    RUN_MS_MAX,
  );

  /** Each call hands over what was written to the log since the one before. */
  function follow(log: string): (take: (value: Buffer) => void) => Promise<void> {
    const next = Array.from({ length: PARTITIONS }, () => 0);
    return async (take) => {
      for (const [partition, from] of next.entries()) {
        for await (const { records, nextOffset } of at.logs.read(log, partition, from)) {
          for (const { value } of records) take(value);
          next[partition] = nextOffset;
        }
      }
    };
  }
});

/** What was written and is not found yet. Whatever is found twice is not expected the second time. */
function createExpectation() {
  const good = new Set<string>();
  const malformed = new Map<string, MalformedRecord>();
  return {
    good,
    malformed,
    told: () => `${good.size} events and ${malformed.size} dead letters are missing`,
    takeEvent(value: Buffer): void {
      const { id } = JSON.parse(value.toString('utf8')) as { id: string };
      if (!good.delete(id))
        throw new Error(`activity holds ${id}, which was not sent or stands there already`);
    },
    takeLetter(value: Buffer): void {
      const { data } = JSON.parse(value.toString('utf8')) as { data: InboundDeadLetter };
      const sent = malformed.get(data.position);
      if (sent === undefined) throw new Error(`${data.position} holds no malformed record, or is told twice`);
      malformed.delete(data.position);
      checkLetter(sent, data);
    },
  };
}

function checkLetter({ bytes, isText, field, value }: MalformedRecord, letter: InboundDeadLetter): void {
  const kept = Buffer.from(letter.bytes.base64, 'base64');
  const isSame =
    kept.equals(bytes.subarray(0, LETTER_BYTES_MAX)) &&
    letter.bytes.length === bytes.length &&
    letter.bytes.sha256 === createHash('sha256').update(bytes).digest('hex');
  const isReasonRight = (letter.reason === 'malformed') === isText;
  if (isSame && isReasonRight && isFaultNamed({ field, value }, letter.problems)) return;
  const { reason, position, problems } = letter;
  throw new Error(
    `${field} is ${value} in ${bytes.toString('utf8', 0, 500)}, but the letter ` +
      `${JSON.stringify({ reason, position, problems })} came of it`,
  );
}
