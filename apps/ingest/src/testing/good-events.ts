import { exampleOf } from '#contracts/catalogue';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';

/** Events of every type in turn that any door must take; no two of all rounds have the same id. */
export function goodEvents(round: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const type = MERCHANT_EVENT_TYPES[i % MERCHANT_EVENT_TYPES.length]!;
    return JSON.stringify({ ...exampleOf(type), id: `good-${round}-${i}`, subject: `merchant-${i}` });
  });
}
