import { partitionOf } from '#contracts/partition';
import { DAY_MS } from '#domain/time';
import type { EventToSend } from './process-under-test.ts';

/** One instant for all: a duplicate is the same bytes. */
const JUST_NOW = new Date().toISOString();

/** A merchant of a partition, by a name that tells tests apart. */
export function merchantIn(partition: number, partitions: number, name: string): string {
  for (let number = 0; ; number++) {
    const id = `${name}-${number}`;
    if (partitionOf(id, partitions) === partition) return id;
  }
}

export function registered(merchant: string): EventToSend {
  const data = { category: 'tea', country: 'CN', currency: 'CNY' };
  return {
    id: `${merchant}:registered`,
    type: 'updraft.merchant.registered.v1',
    merchant,
    data,
    time: JUST_NOW,
  };
}

export function trained(merchant: string): EventToSend {
  const type = 'updraft.training.completed.v1';
  return { id: `${merchant}:trained`, type, merchant, data: { course: 'first-sale' } };
}

export function delivered(merchant: string, grantId: string, exposures: number): EventToSend {
  const type = 'updraft.boost.delivered.v1';
  return { id: `${grantId}:${exposures}`, type, merchant, data: { grantId, exposures } };
}

export function paid(merchant: string, orderId: string): EventToSend {
  const times = { orderedAt: JUST_NOW, shipBy: new Date(Date.parse(JUST_NOW) + 2 * DAY_MS).toISOString() };
  const order = { orderId, ...times, amountMinor: 9_900, currency: 'CNY', category: 'tea', buyer: 'b-1' };
  return {
    id: `${merchant}:${orderId}:paid`,
    type: 'updraft.order.paid.v1',
    merchant,
    data: order,
    time: JUST_NOW,
  };
}

export function strange(): object {
  const type = 'updraft.surprise.v1';
  return { specversion: '1.0', id: 's', source: '/x', type, time: JUST_NOW, data: {} };
}
