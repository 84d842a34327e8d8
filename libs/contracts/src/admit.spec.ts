import { validateSync } from 'class-validator';
import { canonicalJson, type Json } from '#domain/canonical';
import type { MerchantEventType } from '#domain/events';
import { type Admitted, makeAdmit, type Refused } from './admit.ts';
import { CATALOGUE, exampleOf } from './catalogue.ts';
import { MERCHANT_EVENT_TYPES } from './event-types.ts';
import { partitionOf } from './partition.ts';
import { payloadCheckOf } from './payload-check.ts';
import type { Problem } from './problem-list.ts';
import { mutatedEvent, pick, randomFrom } from './testing/mutation.ts';

const KEY = Buffer.alloc(32, 7);
const admit = makeAdmit({ partitions: 16, pseudonymKey: KEY });
const PAID = exampleOf('updraft.order.paid.v1');

function admitted(raw: unknown): Admitted {
  const result = admit(raw);
  if (!result.admitted) throw new Error(`refused: ${JSON.stringify(result.problems)}`);
  return result;
}

function refused(raw: unknown): Refused {
  const result = admit(raw);
  if (result.admitted) throw new Error('was admitted');
  return result;
}

const text = (raw: unknown): string => admitted(raw).value.toString();
const withData = (data: object): object => ({ ...PAID, data: { ...PAID.data, ...data } });

describe('what is admitted', () => {
  test.each(MERCHANT_EVENT_TYPES)('the example of %s', (type) => {
    const result = admitted(exampleOf(type));
    expect(result).toMatchObject({
      type,
      merchantId: 'merchant-42',
      partition: partitionOf('merchant-42', 16),
    });
    const event = JSON.parse(result.value.toString()) as Record<string, Json>;
    expect(result.value.toString()).toBe(canonicalJson(event));
    expect(Object.keys(event)).toEqual(
      'data datacontenttype id source specversion subject time type'.split(' '),
    );
  });

  test('the same event in another spelling gives the same bytes', () => {
    const other = {
      data: {
        ...PAID.data,
        orderedAt: '2026-11-11T08:00:07+08:00',
        shipBy: '2026-11-13T00:00:07Z',
        amountMinor: 12.9e3,
      },
      type: PAID.type,
      time: '2026-11-11t18:00:00.0009+08:00',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=b',
      subject: PAID.subject,
      source: PAID.source,
      id: PAID.id,
      specversion: '1.0',
      datacontenttype: 'application/json; charset=UTF-8',
    };
    expect(text(other)).toBe(text(PAID));
    expect(text(JSON.parse(JSON.stringify(other, null, 2)))).toBe(text(PAID));
  });

  test('admitting what was admitted changes nothing', () => {
    for (const type of MERCHANT_EVENT_TYPES) {
      const once = text(exampleOf(type));
      expect(text(JSON.parse(once))).toBe(once);
    }
  });

  test('the buyer does not enter the record, only the pseudonym under the key', () => {
    const once = JSON.parse(text(withData({ buyer: 'anna@example.org' }))) as { data: { buyer: string } };
    expect(once.data.buyer).toMatch(/^b_[0-9a-f]{32}$/);
    expect(text(withData({ buyer: 'anna@example.org' }))).not.toContain('anna');
    expect(text(withData({ buyer: 'berta@example.org' }))).not.toContain(once.data.buyer);
    const elsewhere = makeAdmit({ partitions: 16, pseudonymKey: Buffer.alloc(32, 8) });
    const other = elsewhere(withData({ buyer: 'anna@example.org' })) as Admitted;
    expect(other.value.toString()).not.toContain(once.data.buyer);
    expect(text(withData({ buyer: once.data.buyer }))).toContain(once.data.buyer);
  });

  test('the pseudonym is the HMAC-SHA-256 that any tool can recompute', () => {
    // printf anna | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07
    expect(text(withData({ buyer: 'anna' }))).toContain('"buyer":"b_c2e2f354df5a0d519a4162c8846111a2"');
  });

  test('a key that is too short is refused when the door is made', () => {
    expect(() => makeAdmit({ partitions: 1, pseudonymKey: Buffer.alloc(31) })).toThrow('at least 32');
  });
});

describe('what is refused', () => {
  test.each<[string, unknown, string, string]>([
    ['specversion', { ...PAID, specversion: '0.3' }, '/specversion', '1.0'],
    ['an id with a space', { ...PAID, id: 'a b' }, '/id', 'visible ASCII'],
    ['an empty id', { ...PAID, id: '' }, '/id', 'visible ASCII'],
    ['a long id', { ...PAID, id: 'x'.repeat(129) }, '/id', 'visible ASCII'],
    ['a source that is no URI-reference', { ...PAID, source: 'a b' }, '/source', 'URI-reference'],
    ['a long source', { ...PAID, source: `/${'x'.repeat(256)}` }, '/source', 'URI-reference'],
    ['a merchant id outside ASCII', { ...PAID, subject: '商家' }, '/subject', 'merchant id'],
    ['no subject', { ...PAID, subject: undefined }, '/subject', 'merchant id'],
    ['no time', { ...PAID, time: undefined }, '/time', 'RFC 3339'],
    ['a time before 2000', { ...PAID, time: '1999-12-31T23:59:59Z' }, '/time', '2000 to 2100'],
    ['a day that does not exist', { ...PAID, time: '2026-02-29T00:00:00Z' }, '/time', 'RFC 3339'],
    [
      'another content type',
      { ...PAID, datacontenttype: 'text/xml' },
      '/datacontenttype',
      'application/json',
    ],
    ['an extension', { ...PAID, priority: 'high' }, '/priority', 'traceparent and tracestate'],
    ['binary data', { ...PAID, data_base64: 'AA==' }, '/data_base64', 'data must be JSON'],
    ['data that is a list', { ...PAID, data: [] }, '/data', 'JSON object'],
    ['no data', { ...PAID, data: undefined }, '/data', 'JSON object'],
    ['an amount below zero', withData({ amountMinor: -1 }), '/data/amountMinor', 'integer from 0'],
    ['an amount beyond 2^53-1', withData({ amountMinor: 2 ** 53 }), '/data/amountMinor', 'integer from 0'],
    ['an amount with a fraction', withData({ amountMinor: 0.5 }), '/data/amountMinor', 'integer from 0'],
    ['an amount in a string', withData({ amountMinor: '12' }), '/data/amountMinor', 'integer from 0'],
    ['a currency in small letters', withData({ currency: 'cny' }), '/data/currency', 'ISO 4217'],
    ['a bad instant', withData({ shipBy: 'tomorrow' }), '/data/shipBy', 'RFC 3339'],
    [
      'an unknown property',
      withData({ colour: 'red' }),
      '/data/colour',
      'not a property of updraft.order.paid.v1',
    ],
    [
      'an unknown property called like what every object has',
      withData({ hasOwnProperty: [] }),
      '/data/hasOwnProperty',
      'not a property of updraft.order.paid.v1',
    ],
    ['NUL in a text', withData({ buyer: 'a\u0000b' }), '/data/buyer', 'NUL'],
    ['a lone surrogate', withData({ buyer: 'a\ud800' }), '/data/buyer', 'surrogates'],
    ['an event that is a list', [PAID], '', 'CloudEvent'],
    ['null', null, '', 'CloudEvent'],
  ])('%s', (_what, raw, field, rule) => {
    const { problems } = refused(raw);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ field, rule: expect.stringContaining(rule) as string });
    expect(problems[0]!.value.length).toBeGreaterThan(0);
  });

  test('unknown types and unknown versions are told apart', () => {
    expect(refused({ ...PAID, type: 'updraft.order.paid.v2' })).toMatchObject({
      reason: 'unknown-version',
      problems: [
        {
          field: '/type',
          value: '"updraft.order.paid.v2"',
          rule: expect.stringContaining('.paid.v1') as string,
        },
      ],
    });
    expect(refused({ ...PAID, type: 'updraft.order.lost.v1' })).toMatchObject({ reason: 'unknown-type' });
    expect(refused({ ...PAID, type: 7 })).toMatchObject({ reason: 'envelope' });
  });

  test('control records do not come in by this door', () => {
    expect(refused({ ...PAID, type: 'updraft.control.tick.v1' })).toMatchObject({ reason: 'unknown-type' });
    expect(refused({ ...PAID, type: 'updraft.capability.merchant.v1' })).toMatchObject({
      reason: 'unknown-type',
    });
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the key %s, wherever it stands', (key) => {
    const at = (json: string): unknown => JSON.parse(json.replace('"KEY"', JSON.stringify(key)));
    const inEvent = at(JSON.stringify({ ...PAID, KEY: { polluted: 1 } }));
    expect(refused(inEvent).problems).toEqual([
      { field: `/${key}`, value: 'an object of 1', rule: 'is a forbidden key' },
    ]);
    const inData = at(JSON.stringify(withData({ KEY: 1 })));
    expect(refused(inData).problems).toEqual([
      { field: `/data/${key}`, value: '1', rule: 'is a forbidden key' },
    ]);
    const survey = exampleOf('updraft.survey.answered.v1');
    const inAnswers = at(JSON.stringify({ ...survey, data: { survey: 's', answers: { KEY: 'x' } } }));
    expect(refused(inAnswers).problems[0]).toMatchObject({ field: `/data/answers/${key}` });
    expect(refused({ ...PAID, subject: key }).problems[0]).toMatchObject({ field: '/subject' });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('data nested without end', () => {
    let data: object = { end: 1 };
    for (let i = 0; i < 5000; i++) data = { deeper: data };
    const { problems } = refused({ ...PAID, data });
    expect(problems.some(({ rule }) => rule.includes('nested deeper than 8'))).toBe(true);
  });

  test('a record larger than the limit, and only that', () => {
    const { length } = admitted(PAID).value;
    const tight = makeAdmit({ partitions: 1, pseudonymKey: KEY, bytesMax: length - 1 });
    expect(tight(PAID)).toMatchObject({ admitted: false, reason: 'oversize', id: PAID.id });
    expect(makeAdmit({ partitions: 1, pseudonymKey: KEY, bytesMax: length })(PAID).admitted).toBe(true);
  });

  test('too many answers', () => {
    const answers = (count: number): object => ({
      ...exampleOf('updraft.survey.answered.v1'),
      data: {
        survey: 's',
        answers: Object.fromEntries(Array.from({ length: count }, (_, i) => [`q${i}`, 'a'])),
      },
    });
    expect(admit(answers(64)).admitted).toBe(true);
    expect(refused(answers(65)).problems[0]).toMatchObject({
      field: '/data/answers',
      value: 'an object of 65',
    });
  });

  test('null where a property may be absent', () => {
    const profile = exampleOf('updraft.merchant.profile-changed.v1');
    expect(admit({ ...profile, data: {} }).admitted).toBe(true);
    expect(refused({ ...profile, data: { category: null } }).problems[0]).toMatchObject({
      field: '/data/category',
      value: 'null',
    });
  });

  test('several faults are all named, up to a bound', () => {
    const { problems } = refused({ ...withData({ amountMinor: -1, currency: 'X' }), time: 'now' });
    expect(problems.map(({ field }) => field)).toEqual(['/time', '/data/amountMinor', '/data/currency']);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, i]));
    expect(refused(withData(many)).problems).toHaveLength(16);
  });
});

describe('any malformed input', () => {
  test('is refused with field, value and rule, or admitted in canonical form, and never throws', () => {
    const random = randomFrom(20261111);
    const counts = { admitted: 0, refused: 0 };
    const faults: unknown[] = [];
    for (let i = 0; i < 5000; i++) {
      const json = mutatedEvent(random, i);
      const result = admit(parsed(json));
      counts[result.admitted ? 'admitted' : 'refused']++;
      if (result.admitted) {
        const again = admit(JSON.parse(result.value.toString()));
        if (!again.admitted || !again.value.equals(result.value)) faults.push(['not canonical', json]);
      } else if (result.problems.length === 0 || !result.problems.every(isSaid)) {
        faults.push([result.problems, json]);
      }
    }
    expect(faults).toEqual([]);
    expect(counts.admitted).toBeGreaterThan(50);
    expect(counts.refused).toBeGreaterThan(2500);
  });

  test('is judged alike by the payload class and by the schema generated from it', () => {
    const random = randomFrom(7);
    let disagreements = 0;
    let valid = 0;
    for (let i = 0; i < 5000; i++) {
      const event = parsed(mutatedEvent(random, i)) as { type?: MerchantEventType; data?: object } | null;
      const type = event?.type;
      const data = event?.data;
      if (type === undefined || !MERCHANT_EVENT_TYPES.includes(type)) continue;
      if (typeof data !== 'object' || data === null) continue;
      if (Object.keys(data).some((key) => ['__proto__', 'constructor', 'prototype'].includes(key))) continue;
      if (Array.isArray(data)) continue;
      const payload = Object.assign(new CATALOGUE[type].payload() as object, data);
      const isClassHappy =
        validateSync(payload, { whitelist: true, forbidNonWhitelisted: true }).length === 0;
      if (isClassHappy !== payloadCheckOf(type).accepts(data)) disagreements++;
      if (isClassHappy) valid++;
    }
    expect(disagreements).toBe(0);
    expect(valid).toBeGreaterThan(500);
  });

  test('of any JSON type in place of the event is refused', () => {
    const random = randomFrom(3);
    for (let i = 0; i < 100; i++)
      expect(admit(pick(random, [1, 'x', true, null, [], [[]], undefined])).admitted).toBe(false);
  });
});

/** Field, value and rule are there and of bounded length. */
function isSaid({ field, value, rule }: Problem): boolean {
  const isPointer = field === '' || field.startsWith('/');
  return (
    isPointer && value.length > 0 && value.length <= 450 && /\w{2}/.test(rule) && !rule.includes('undefined')
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
