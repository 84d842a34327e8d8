import 'reflect-metadata';
import { exampleOf } from '#contracts/catalogue';
import { decode } from '#contracts/codec';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { malformedEvents, type MalformedEvent } from '#contracts/testing/malformed';
import { randomFrom, type Random } from '#contracts/testing/mutation';
import type { EventResult } from './door.ts';
import { goodEvents } from './testing/good-events.ts';
import { heapBytes } from './testing/heap-bytes.ts';
import { isFaultNamed } from './testing/named-fault.ts';
import { BATCH, openDoor, type OpenDoor } from './testing/open-door.ts';
import { spoiledHeaders, spoiledRequest } from './testing/spoiled-request.ts';

const SEED = 41;
const MALFORMED = 100_000;
/** With the good ones between them a batch is as large as one may be. */
const MALFORMED_PER_BATCH = 900;
const GOOD_PER_BATCH = 100;
const ROUNDS = Math.ceil(MALFORMED / MALFORMED_PER_BATCH);
/** Requests a round that are refused as a whole, and as many in binary mode. */
const REQUESTS_PER_ROUND = 15;
const WARM_ROUND = Math.floor(ROUNDS / 5);
/** What the heap may have grown by between a fifth of the inputs and all of them. */
const GROWTH_BYTES_MAX = 4 * 1024 * 1024;
const RUN_MS_MAX = 600_000;

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.app.close());

test(
  `100,000 malformed inputs are refused by name, and the good ones between are written once (seed ${SEED})`,
  async () => {
    const random = randomFrom(SEED);
    const draw = malformedEvents(random);
    let warmBytes = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = round * MALFORMED_PER_BATCH;
      const malformed = Array.from({ length: MALFORMED_PER_BATCH }, (_, i) => draw(first + i));
      await sendBatch(malformed, goodEvents(round, GOOD_PER_BATCH));
      for (let i = 0; i < REQUESTS_PER_ROUND; i += 1) {
        await sendSpoiled(random, goodEvents(round, GOOD_PER_BATCH)[i]!);
        await sendBinary(random, i);
      }
      expect(door.writer.written).toEqual([]);
      if (round === WARM_ROUND) warmBytes = heapBytes();
    }
    expect(heapBytes() - warmBytes).toBeLessThan(GROWTH_BYTES_MAX);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect((await fetch(`${door.url}/readyz`)).status).toBe(200);
    // A process that had started again would have begun to count again.
    expect(await acceptedInMetrics()).toBe(ROUNDS * GOOD_PER_BATCH);
  },
  RUN_MS_MAX,
);

/** One good event after each nine malformed ones; afterwards the log holds the good ones and nothing else. */
async function sendBatch(malformed: readonly MalformedEvent[], good: readonly string[]): Promise<void> {
  const every = MALFORMED_PER_BATCH / GOOD_PER_BATCH;
  const texts = good.flatMap((text, i) => [
    ...malformed.slice(i * every, (i + 1) * every).map((event) => event.text),
    text,
  ]);
  const response = await door.post(BATCH, `[${texts.join(',')}]`);
  const body = await response.text();
  if (response.status !== 202)
    throw new Error(`a batch was answered ${response.status}: ${body.slice(0, 500)}`);
  const { results } = JSON.parse(body) as { results: EventResult[] };
  expect(results.map(({ index }) => index)).toEqual(texts.map((_, index) => index));
  expect(results.filter((_, i) => i % (every + 1) === every).every(isAccepted)).toBe(true);
  const refused = results.filter((_, i) => i % (every + 1) !== every);
  for (const [i, result] of refused.entries()) checkRefusal(malformed[i]!, result);
  const written = door.writer.written.splice(0).map(({ value }) => decode(value).id);
  expect(written.sort()).toEqual(good.map((text) => (JSON.parse(text) as { id: string }).id).sort());
}

function isAccepted({ status }: EventResult): boolean {
  return status === 'accepted';
}

function checkRefusal({ text, field, value }: MalformedEvent, result: EventResult): void {
  if (result.status === 'refused' && isFaultNamed({ field, value }, result.problems ?? [])) return;
  const sent = text.length > 500 ? `${text.slice(0, 500)}…` : text;
  throw new Error(`${field} is ${value}, but the answer is ${JSON.stringify(result)} to ${sent}`);
}

async function sendSpoiled(random: Random, good: string): Promise<void> {
  const { contentType, body, headers, status } = spoiledRequest(random, good);
  const response = await door.post(contentType, body, headers);
  const answer = await response.text();
  const shown = typeof body === 'string' ? body.slice(0, 300) : `${body.size} bytes`;
  if (response.status !== status)
    throw new Error(`${status} expected, ${answer} came to ${contentType} ${shown}`);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { detail, problems } = JSON.parse(answer) as { detail: string; problems?: unknown };
  expect(detail).not.toBe('');
  if (status !== 400) return;
  const rule: unknown = expect.stringMatching(/^must/);
  expect(problems).toEqual([{ field: '', value: 'the body', rule }]);
}

async function sendBinary(random: Random, turn: number): Promise<void> {
  const { data, datacontenttype: _given, ...rest } = exampleOf(MERCHANT_EVENT_TYPES[turn]!);
  const { headers, field } = spoiledHeaders(random, rest as unknown as Record<string, string>);
  const response = await door.post('application/json', JSON.stringify(data), headers);
  const answer = (await response.json()) as { problems?: EventResult['problems'] };
  const fields = answer.problems?.map((problem) => problem.field);
  const sent = JSON.stringify(headers);
  if (response.status === 400 && fields?.includes(field)) return;
  throw new Error(`${field} is wrong, but ${response.status} ${JSON.stringify(answer)} came to ${sent}`);
}

async function acceptedInMetrics(): Promise<number> {
  const lines = (await door.metrics()).matchAll(/^updraft_ingest_accepted_total\{.*\} (\d+)$/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}
