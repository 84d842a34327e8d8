import 'reflect-metadata';
import { CloudEvent, HTTP } from 'cloudevents';
import { exampleOf } from '#contracts/catalogue';
import { decode } from '#contracts/codec';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { partitionOf } from '#contracts/partition';
import type { EventResult } from './door.ts';
import type { Receipt } from './events.controller.ts';
import { BATCH, openDoor, type OpenDoor, PARTITIONS, STRUCTURED, tokenOf } from './testing/open-door.ts';

const PAID = exampleOf('updraft.order.paid.v1');

describe('POST /v1/events', () => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door.app.close());
  beforeEach(() => {
    door.writer.written.length = 0;
  });

  test('accepts a structured event, keyed by its merchant on its merchant’s partition', async () => {
    const response = await door.post(STRUCTURED, JSON.stringify(PAID));
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      accepted: 1,
      refused: 0,
      results: [{ index: 0, id: PAID.id, status: 'accepted' }],
    });
    expect(door.writer.written).toHaveLength(1);
    const [record] = door.writer.written;
    expect(record).toMatchObject({ key: 'merchant-42', partition: partitionOf('merchant-42', PARTITIONS) });
    expect(decode(record!.value)).toMatchObject({ id: PAID.id, time: PAID.time });
  });

  test('takes every type of the catalogue in one batch and keeps the order per merchant', async () => {
    const events = MERCHANT_EVENT_TYPES.flatMap((type) =>
      ['a', 'b', 'c'].map((merchant) => ({
        ...exampleOf(type),
        id: `${merchant}-${type}`,
        subject: merchant,
      })),
    );
    const response = await door.post(BATCH, JSON.stringify(events));
    expect(response.status).toBe(202);
    const receipt = (await response.json()) as Receipt;
    expect(receipt.results.map(({ index, id }) => [index, id])).toEqual(
      events.map(({ id }, index) => [index, id]),
    );
    for (const merchant of ['a', 'b', 'c']) {
      const own = door.writer.written.filter(({ key }) => key === merchant);
      expect(own.map(({ value }) => decode(value).type)).toEqual(MERCHANT_EVENT_TYPES);
      expect(new Set(own.map(({ partition }) => partition))).toEqual(
        new Set([partitionOf(merchant, PARTITIONS)]),
      );
    }
  });

  test('answers a mixed batch with 202 and one result per event, in order', async () => {
    const events = [PAID, { ...PAID, id: 'second', subject: '商家' }, 7, { ...PAID, id: 'fourth' }];
    const response = await door.post(BATCH, JSON.stringify(events));
    expect(response.status).toBe(202);
    const receipt = (await response.json()) as Receipt;
    expect(receipt).toMatchObject({ accepted: 2, refused: 2 });
    expect(receipt.results.map(({ id, status }) => [id, status])).toEqual([
      [PAID.id, 'accepted'],
      ['second', 'refused'],
      [null, 'refused'],
      ['fourth', 'accepted'],
    ]);
    expect(receipt.results[1]!.problems).toEqual([
      { field: '/subject', value: '"商家"', rule: expect.stringContaining('merchant id') as string },
    ]);
    expect(door.writer.written.map(({ value }) => decode(value).id)).toEqual([PAID.id, 'fourth']);
  });

  test('answers a refused event with 400 and its problems, and writes nothing', async () => {
    const response = await door.post(STRUCTURED, JSON.stringify({ ...PAID, time: 'yesterday' }));
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'the event was refused',
      id: PAID.id,
      problems: [
        { field: '/time', value: '"yesterday"', rule: expect.stringContaining('RFC 3339') as string },
      ],
    });
    expect(door.writer.written).toEqual([]);
  });

  test('answers a batch of which nothing is accepted with 400 and the results', async () => {
    const response = await door.post(BATCH, JSON.stringify([{}, { ...PAID, type: 'updraft.order.paid.v2' }]));
    expect(response.status).toBe(400);
    const { results } = (await response.json()) as { results: EventResult[] };
    expect(results.map(({ status }) => status)).toEqual(['refused', 'refused']);
    expect(results[1]!.problems![0]!.rule).toContain('known: updraft.order.paid.v1');
  });

  test('an empty batch asks for nothing and gets it', async () => {
    const response = await door.post(BATCH, '[]');
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ accepted: 0, refused: 0, results: [] });
  });

  test('the same event in any mode leaves the same bytes', async () => {
    await door.post(STRUCTURED, JSON.stringify(PAID, null, 4));
    await door.post(BATCH, JSON.stringify([PAID]));
    const headers = Object.fromEntries(
      (['specversion', 'id', 'source', 'type', 'subject', 'time'] as const).map((name) => [
        `ce-${name}`,
        PAID[name]!,
      ]),
    );
    await door.post('application/json', JSON.stringify(PAID.data), headers);
    expect(new Set(door.writer.written.map(({ value }) => value.toString())).size).toBe(1);
    expect(door.writer.written).toHaveLength(3);
  });
});

describe('the official CloudEvents SDK as producer', () => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door.app.close());

  function sdkEvent(id: string): CloudEvent<unknown> {
    const { type, source, subject, data } = PAID;
    return new CloudEvent({ id, type, source, subject: subject!, data, time: '2026-11-11T18:00:00+08:00' });
  }

  const send = (message: { headers: unknown; body: unknown }): Promise<Response> =>
    fetch(`${door.url}/v1/events`, {
      method: 'POST',
      body: message.body as string,
      headers: {
        ...(message.headers as Record<string, string>),
        authorization: `Bearer ${tokenOf('producer')}`,
      },
    });

  test('is understood in structured mode', async () => {
    expect((await send(HTTP.structured(sdkEvent('sdk-structured')))).status).toBe(202);
    expect(decode(door.writer.written.at(-1)!.value)).toMatchObject({
      id: 'sdk-structured',
      time: '2026-11-11T10:00:00.000Z',
    });
  });

  test('is understood in binary mode', async () => {
    expect((await send(HTTP.binary(sdkEvent('sdk-binary')))).status).toBe(202);
    expect(decode(door.writer.written.at(-1)!.value)).toMatchObject({
      id: 'sdk-binary',
      subject: 'merchant-42',
    });
  });

  test('is understood in a batch of its events', async () => {
    const body = JSON.stringify([sdkEvent('sdk-1'), sdkEvent('sdk-2')]);
    const response = await send({ headers: { 'content-type': `${BATCH}; charset=utf-8` }, body });
    expect(await response.json()).toMatchObject({ accepted: 2, refused: 0 });
    expect(door.writer.written.slice(-2).map(({ value }) => decode(value).id)).toEqual(['sdk-1', 'sdk-2']);
  });

  test('percent-encoded attributes of binary mode are decoded', async () => {
    const message = HTTP.binary(sdkEvent('order%2D7'));
    expect((await send(message)).status).toBe(202);
    expect(decode(door.writer.written.at(-1)!.value).id).toBe('order-7');
  });
});
