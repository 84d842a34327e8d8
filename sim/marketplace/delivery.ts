import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#domain/time';
import type { CloudEvent } from '#domain/stage/stage';
import type { Prng } from './prng.ts';

/** An event as the platform hands it over. Duplicates are the same object: the same id and the same bytes. */
export interface SimEvent {
  readonly deliveredAtMs: number;
  readonly event: CloudEvent;
}

export interface DeliveryRates {
  /** Of all events, how many are handed over a second time. */
  readonly duplicateRatePpm: number;
  /** Of all events, how many arrive hours to days after they occurred. */
  readonly lateRatePpm: number;
  /** Of all events, how many arrive later than the lateness limit of 7 days allows. */
  readonly tooLateRatePpm: number;
}

const PROMPT_MS_MAX = 5 * SECOND_MS;
const LATE_MS_MIN = HOUR_MS;
const LATE_HOURS_MAX = 5 * 24;
const TOO_LATE_MS_MIN = 7 * DAY_MS + HOUR_MS;
const TOO_LATE_HOURS_MAX = 2 * 24;
const REPEAT_MINUTES_MAX = 180;

export interface Delivery {
  /** `prng` is the merchant's own: how its events travel moves no other merchant's. */
  send(prng: Prng, occurredAtMs: number, event: CloudEvent): void;
  /** Everything handed over up to and including `toMs`, in order of delivery. */
  take(toMs: number): SimEvent[];
}

export function createDelivery(rates: DeliveryRates): Delivery {
  const queue: Waiting[] = [];
  let sequence = 0;
  const put = (deliveredAtMs: number, event: CloudEvent): void => {
    sequence += 1;
    pushWaiting(queue, { deliveredAtMs, event, sequence });
  };
  return {
    send(prng, occurredAtMs, event) {
      const at = occurredAtMs + drawDelay(prng, rates);
      put(at, event);
      const isRepeated = prng.chance(rates.duplicateRatePpm);
      const repeatMs = prng.between(1, REPEAT_MINUTES_MAX) * MINUTE_MS;
      if (isRepeated) put(at + repeatMs, event);
    },
    take(toMs) {
      const taken: SimEvent[] = [];
      while (queue.length > 0 && queue[0]!.deliveredAtMs <= toMs) {
        const { deliveredAtMs, event } = popWaiting(queue);
        taken.push({ deliveredAtMs, event });
      }
      return taken;
    },
  };
}

/** Every branch draws equally often, so that a rate changes when events arrive and nothing else. */
function drawDelay(prng: Prng, rates: DeliveryRates): number {
  const isTooLate = prng.chance(rates.tooLateRatePpm);
  const isLate = prng.chance(rates.lateRatePpm);
  const promptMs = prng.between(0, PROMPT_MS_MAX);
  const lateMs = LATE_MS_MIN + prng.below(LATE_HOURS_MAX) * HOUR_MS;
  const tooLateMs = TOO_LATE_MS_MIN + prng.below(TOO_LATE_HOURS_MAX) * HOUR_MS;
  return promptMs + (isTooLate ? tooLateMs : isLate ? lateMs : 0);
}

interface Waiting extends SimEvent {
  readonly sequence: number;
}

// A binary heap by (delivered at, sequence): a season keeps tens of thousands of events of the future
// waiting.

function isBefore(a: Waiting, b: Waiting): boolean {
  return (
    a.deliveredAtMs < b.deliveredAtMs || (a.deliveredAtMs === b.deliveredAtMs && a.sequence < b.sequence)
  );
}

function pushWaiting(heap: Waiting[], waiting: Waiting): void {
  let at = heap.push(waiting) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(waiting, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = waiting;
}

function popWaiting(heap: Waiting[]): Waiting {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
