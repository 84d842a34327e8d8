import 'reflect-metadata';
import { request as httpRequest } from 'node:http';
import { exampleOf } from '#contracts/catalogue';
import type { TokenRole } from '#contracts/tokens';
import { UnavailableError } from '#stream/log';
import { BATCH, openDoor, type OpenDoor, STRUCTURED, tokenOf } from './testing/open-door.ts';

const PAID = exampleOf('updraft.order.paid.v1');
const BODY = JSON.stringify(PAID);

let door: OpenDoor;
afterEach(() => door.app.close());

/** A promise and the function that resolves it. */
function gate(): { readonly promise: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function expectProblem(
  response: Response,
  status: number,
  detail: string,
): Promise<Record<string, unknown>> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: 'about:blank',
    status,
    detail: expect.stringContaining(detail) as string,
  });
  return body;
}

describe('the acknowledgement', () => {
  test('202 comes strictly after that of the log', async () => {
    door = await openDoor();
    const acknowledgement = gate();
    door.writer.hold = acknowledgement.promise;
    let isAnswered = false;
    const response = door.post(STRUCTURED, BODY).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await until(() => door.writer.pendingBytes() > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAnswered).toBe(false);
    acknowledgement.open();
    expect((await response).status).toBe(202);
    expect(door.writer.written).toHaveLength(1);
  });

  test('a log that is away gives 503 with Retry-After, and nothing is called accepted', async () => {
    door = await openDoor();
    door.writer.failure = new UnavailableError('no broker');
    const response = await door.post(BATCH, JSON.stringify([PAID, 7]));
    expect(response.headers.get('retry-after')).toBe('5');
    await expectProblem(response, 503, 'the log is unavailable');
    expect(await door.metrics()).not.toContain('updraft_ingest_accepted_total{');
    door.writer.failure = null;
    expect((await door.post(STRUCTURED, BODY)).status).toBe(202);
  });

  test('a log that does not answer gives 503 at once to those who come later, until it answers again', async () => {
    door = await openDoor({ ackWaitMsMax: 50 });
    const acknowledgement = gate();
    door.writer.hold = acknowledgement.promise;
    await expectProblem(await door.post(STRUCTURED, BODY), 503, 'did not acknowledge within 50 ms');
    await expectProblem(await door.post(STRUCTURED, BODY), 503, 'does not acknowledge');
    expect(door.writer.pendingBytes()).toBeLessThan(2 * BODY.length);
    expect((await fetch(`${door.url}/readyz`)).status).toBe(503);
    expect(await door.metrics()).toContain('updraft_ingest_in_flight_requests 1');
    acknowledgement.open();
    await until(() => door.health.ready().ok);
    expect((await door.post(STRUCTURED, BODY)).status).toBe(202);
    expect(door.writer.written).toHaveLength(2);
  });

  test('a bug behind the door is a 500 that tells nothing', async () => {
    door = await openDoor();
    door.writer.failure = new TypeError('secret internals');
    const response = await door.post(STRUCTURED, BODY);
    const body = await expectProblem(response, 500, 'something went wrong');
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('the limits', () => {
  test('too many requests in flight are answered 429 with Retry-After, and places become free again', async () => {
    door = await openDoor({ requestsInFlightMax: 2 });
    const acknowledgement = gate();
    door.writer.hold = acknowledgement.promise;
    const inside = [door.post(STRUCTURED, BODY), door.post(STRUCTURED, BODY)];
    await until(() => door.writer.pendingBytes() > BODY.length);
    const response = await door.post(STRUCTURED, BODY);
    expect(response.headers.get('retry-after')).toBe('1');
    await expectProblem(response, 429, 'too much is in flight');
    acknowledgement.open();
    for (const answer of await Promise.all(inside)) expect(answer.status).toBe(202);
    expect((await door.post(STRUCTURED, BODY)).status).toBe(202);
    const metrics = await door.metrics();
    expect(metrics).toContain('updraft_ingest_turned_away_total{status="429"} 1');
    expect(metrics).toContain('updraft_ingest_in_flight_requests 0');
    expect(metrics).toContain('updraft_ingest_in_flight_bytes 0');
  });

  test('too many bytes in flight are answered 429', async () => {
    door = await openDoor({ bytesInFlightMax: Math.floor(BODY.length * 1.5) });
    const acknowledgement = gate();
    door.writer.hold = acknowledgement.promise;
    const inside = door.post(STRUCTURED, BODY);
    await until(() => door.writer.pendingBytes() > 0);
    await expectProblem(await door.post(STRUCTURED, BODY), 429, 'too much is in flight');
    acknowledgement.open();
    expect((await inside).status).toBe(202);
  });

  test('a client that hangs up does not free what is still under way', async () => {
    door = await openDoor();
    const acknowledgement = gate();
    door.writer.hold = acknowledgement.promise;
    const controller = new AbortController();
    const headers = { authorization: `Bearer ${tokenOf('producer')}`, 'content-type': STRUCTURED };
    const init = { method: 'POST', body: BODY, headers, signal: controller.signal };
    const answer = fetch(`${door.url}/v1/events`, init).catch((error: Error) => error.name);
    await until(() => door.writer.pendingBytes() > 0);
    controller.abort();
    expect(await answer).toBe('AbortError');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await door.metrics()).toContain('updraft_ingest_in_flight_requests 1');
    acknowledgement.open();
    await until(() => door.writer.written.length === 1);
    expect(await door.metrics()).toContain('updraft_ingest_in_flight_requests 0');
  });

  test.each([
    ['a single body', STRUCTURED, ' '.repeat(256 * 1024 + 1)],
    ['a batch body', BATCH, ' '.repeat(4 * 1024 * 1024 + 1)],
  ])('%s that is too large is answered 413', async (_what, contentType, body) => {
    door = await openDoor();
    await expectProblem(await door.post(contentType, body), 413, 'too large');
    expect((await door.post(STRUCTURED, BODY)).status).toBe(202);
  });

  test('a body of unannounced length is cut off at the limit too', async () => {
    door = await openDoor();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${tokenOf('producer')}`, 'content-type': BATCH };
      const call = httpRequest(`${door.url}/v1/events`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject);
      for (let i = 0; i < 70; i++) call.write(' '.repeat(64 * 1024));
      call.end();
    });
    expect(status).toBe(413);
    expect(await door.metrics()).toContain('updraft_ingest_in_flight_bytes 0');
  });

  test('a batch of more than 1,000 events is answered 413, and one of 1,000 is taken', async () => {
    door = await openDoor();
    const events = Array.from({ length: 1001 }, (_, i) => ({ ...PAID, id: `e${i}`, subject: `m${i % 50}` }));
    await expectProblem(await door.post(BATCH, JSON.stringify(events)), 413, '1001 events');
    expect(await (await door.post(BATCH, JSON.stringify(events.slice(1)))).json()).toMatchObject({
      accepted: 1000,
    });
  });
});

describe('who and what is let in', () => {
  test('no token and a wrong token are answered 401', async () => {
    door = await openDoor();
    for (const authorization of ['', 'Bearer nobody', `Basic ${tokenOf('producer')}`]) {
      const response = await door.post(STRUCTURED, BODY, { authorization });
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      await expectProblem(response, 401, 'bearer token');
    }
    expect(door.writer.written).toEqual([]);
  });

  test.each<TokenRole>(['operator', 'auditor'])('role %s is answered 403', async (role) => {
    door = await openDoor();
    const response = await door.post(STRUCTURED, BODY, { authorization: `Bearer ${tokenOf(role)}` });
    await expectProblem(response, 403, `role ${role} may not`);
    expect(door.writer.written).toEqual([]);
  });

  test.each([
    ['text/plain', 'text/plain', {}],
    ['a form', 'application/x-www-form-urlencoded', {}],
    ['bare JSON without ce- headers', 'application/json', {}],
    ['another charset', `${STRUCTURED}; charset=latin1`, {}],
    ['a compressed body', STRUCTURED, { 'content-encoding': 'gzip' }],
  ])('%s is answered 415', async (_what, contentType, headers) => {
    door = await openDoor();
    await expectProblem(await door.post(contentType, BODY, headers), 415, 'is not taken');
  });

  test.each([
    ['nothing', ''],
    ['half an event', BODY.slice(0, 40)],
    ['no UTF-8', new Blob([new Uint8Array([0x22, 0xff, 0xfe, 0x22])])],
  ])('a body that is %s is answered 400 naming the rule', async (_what, body) => {
    door = await openDoor();
    const answer = await expectProblem(await door.post(STRUCTURED, body), 400, 'the body must');
    expect(answer['problems']).toEqual([
      { field: '', value: 'the body', rule: expect.stringMatching(/^must/) as string },
    ]);
  });

  test('no spelling of the path leads past the door', async () => {
    door = await openDoor();
    for (const path of [
      '/v1/events',
      '/v1/events/',
      '//v1/events',
      '/v1/%65vents',
      '/V1/events',
      '/v1/events?x=1',
    ]) {
      const response = await fetch(door.url + path, {
        method: 'POST',
        body: BODY,
        headers: { 'content-type': STRUCTURED },
      });
      expect([401, 404]).toContain(response.status);
    }
    expect(door.writer.written).toEqual([]);
  });
});

test('while the process says why nothing is taken in, everybody is told so, and nothing is lost by that', async () => {
  let why: string | null = 'the disk of data has 3 MiB free, at least 192 MiB must be';
  door = await openDoor({}, () => why);
  const refused = await door.post(STRUCTURED, BODY);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(((await refused.json()) as { detail: string }).detail).toContain('has 3 MiB free');
  expect(door.writer.written).toEqual([]);
  why = null;
  expect((await door.post(STRUCTURED, BODY)).status).toBe(202);
});

describe('shutting down', () => {
  test('answers who is inside, lets nobody else in, and closes the writer last', async () => {
    door = await openDoor();
    const acknowledgement = gate();
    door.writer.hold = acknowledgement.promise;
    const inside = door.post(STRUCTURED, BODY);
    await until(() => door.writer.pendingBytes() > 0);
    let isClosed = false;
    const closing = door.app.close().then(() => {
      isClosed = true;
    });
    await until(() => !door.health.ready().ok);
    const outside = await door.post(STRUCTURED, BODY).then(
      ({ status }) => status,
      () => 'no connection',
    );
    expect([503, 'no connection']).toContain(outside);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    expect(door.writer.closed).toBe(false);
    acknowledgement.open();
    expect((await inside).status).toBe(202);
    await closing;
    expect(door.writer.closed).toBe(true);
    expect(door.writer.written).toHaveLength(1);
  });
});
