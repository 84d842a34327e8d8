import { Ajv } from 'ajv';
import { validateSync } from 'class-validator';
import type { MerchantEventType } from '#domain/events';
import { CATALOGUE, exampleOf } from './catalogue.ts';
import { MERCHANT_EVENT_TYPES } from './event-types.ts';
import { isInstant } from './instant.ts';
import { schemaOf } from './schema.ts';

const ajv = new Ajv({ strict: true, allErrors: true, formats: { 'date-time': isInstant } });
const TYPES = Object.keys(CATALOGUE) as MerchantEventType[];

/** What the payload class says, as the door asks it. */
function complaints(type: MerchantEventType, data: object): string[] {
  const payload = Object.assign(new CATALOGUE[type].payload() as object, data);
  return validateSync(payload, { whitelist: true, forbidNonWhitelisted: true }).map(
    (error) => error.property,
  );
}

describe('the event catalogue', () => {
  test('lists exactly the event types of the domain', () => {
    expect([...TYPES].sort()).toEqual([...MERCHANT_EVENT_TYPES].sort());
    expect(TYPES).toHaveLength(46);
  });

  test.each(TYPES)('the example of %s satisfies its class and its schema', (type) => {
    const validate = ajv.compile(schemaOf(type));
    const { data } = exampleOf(type);
    expect(complaints(type, data)).toEqual([]);
    expect(validate(data)).toBe(true);
  });

  test.each(TYPES)('%s without any one required property is refused by class and schema alike', (type) => {
    const validate = ajv.compile(schemaOf(type));
    for (const property of schemaOf(type).required ?? []) {
      const data: Record<string, unknown> = { ...CATALOGUE[type].example };
      delete data[property];
      expect(complaints(type, data)).toEqual([property]);
      expect(validate(data)).toBe(false);
    }
  });

  test.each(TYPES)('%s with an unknown property is refused by class and schema alike', (type) => {
    const data = { ...CATALOGUE[type].example, surprise: 1 };
    expect(complaints(type, data)).toEqual(['surprise']);
    expect(ajv.compile(schemaOf(type))(data)).toBe(false);
  });

  test('every order event requires all that makes it self-contained', () => {
    for (const type of TYPES.filter((name) => name.startsWith('updraft.order.') || name.includes('review'))) {
      expect(schemaOf(type).required).toEqual(
        expect.arrayContaining([
          'orderId',
          'orderedAt',
          'shipBy',
          'amountMinor',
          'currency',
          'category',
          'buyer',
        ]),
      );
    }
  });

  test('schemas state their bounds', () => {
    expect(schemaOf('updraft.review.posted.v1').properties?.['stars']).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 5,
    });
    expect(schemaOf('updraft.order.paid.v1').properties?.['amountMinor']).toMatchObject({
      type: 'integer',
      minimum: 0,
      maximum: 9_007_199_254_740_991,
    });
    expect(schemaOf('updraft.order.paid.v1').properties?.['orderedAt']).toMatchObject({
      format: 'date-time',
    });
    expect(schemaOf('updraft.merchant.registered.v1').required).toEqual(['category', 'country', 'currency']);
  });

  test('descriptions are one sentence each', () => {
    for (const type of TYPES) expect(CATALOGUE[type].description).toMatch(/^[A-Z][^.]*\.$/);
  });
});
