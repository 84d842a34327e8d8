import type { MerchantEventType } from '#domain/events';
import type { CloudEvent } from '#domain/stage/stage';
import { AUDIENCE_ENTRIES } from './events/audience.entries.ts';
import type { Catalogue } from './events/catalogue-entry.ts';
import { CONDUCT_ENTRIES } from './events/conduct.entries.ts';
import { MERCHANT_ENTRIES } from './events/merchant.entries.ts';
import { ORDER_ENTRIES } from './events/order.entries.ts';
import { PRACTICE_ENTRIES } from './events/practice.entries.ts';

/**
 * Every event a producer may send: its payload class, an example and what it says. The schemas, the validation at
 * the door and the documentation are all made from this list.
 */
export const CATALOGUE: Catalogue = {
  ...MERCHANT_ENTRIES,
  ...ORDER_ENTRIES,
  ...AUDIENCE_ENTRIES,
  ...PRACTICE_ENTRIES,
  ...CONDUCT_ENTRIES,
};

/** A whole CloudEvent of the type, as a producer would send it. */
export function exampleOf(type: MerchantEventType): CloudEvent {
  return {
    specversion: '1.0',
    id: `example-${type}`,
    source: '/marketplace/example',
    type,
    subject: 'merchant-42',
    time: '2026-11-11T10:00:00.000Z',
    datacontenttype: 'application/json',
    data: { ...CATALOGUE[type].example },
  };
}
