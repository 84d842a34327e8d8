import type { CloudEvent } from '#domain/stage/stage';
import type { Prng } from '#sim/marketplace/prng';

/** An event as a careless producer might send it: the door must refuse it, and only it. */
export function spoil(event: CloudEvent, id: string, prng: Prng): unknown {
  return SPOILERS[prng.below(SPOILERS.length)]!({ ...event, id });
}

export const SPOILERS: readonly ((event: CloudEvent) => unknown)[] = [
  (event) => ({ ...event, type: 'updraft.order.teleported.v1' }),
  (event) => ({ ...event, data: {} }),
  (event) => ({ ...event, data: { ...event.data, colour: 'red' } }),
  (event) => ({ ...event, time: 'yesterday' }),
  (event) => ({ ...event, subject: 'a merchant?' }),
  (event) => ({ ...event, subject: null }),
  (event) => ({ ...event, specversion: '0.3' }),
  (event) => ({ ...event, misspelt: 1 }),
  ({ id }) => `event ${id} is a text`,
];
