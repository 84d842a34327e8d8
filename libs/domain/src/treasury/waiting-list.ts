import type { InstanceRow } from './instance-row.ts';
import { isKept, NEW_PATIENCE } from './patience.ts';

// The list of instances that wait for funds of one around them. When funds come in it is gone through from its start,
// some instances per record; `next` is how far that got. Whoever is behind waits until those before it were looked at.

/** Whoever comes later looks again by itself. */
const WAITING_MAX = 1_000;

/** Whether others come before this instance: one within `around`, or `around` itself for its own requests. */
export function mustWait({ waiting, next }: InstanceRow, id: string): boolean {
  if (waiting.length === 0) return false;
  const at = placeIn(waiting, id);
  const isNotLookedAt = at === waiting.length ? next < at : next <= at;
  return isNotLookedAt || waiting.slice(0, at).some(isKept);
}

/** False where the list is full. */
export function join(around: InstanceRow, id: string): boolean {
  const { waiting, next } = around;
  if (waiting.length === WAITING_MAX) return false;
  // It was just looked at.
  if (next === waiting.length) around.next += 1;
  waiting.push({ id, ...NEW_PATIENCE });
  return true;
}

export function leave(around: InstanceRow, id: string): void {
  const at = placeIn(around.waiting, id);
  const [left] = around.waiting.splice(at, 1);
  if (isKept(left!)) around.next = 0;
  else if (at < around.next) around.next -= 1;
  around.isServing = around.queue.length > 0;
}

/** Those who come before the instance, or all where it is not in the list. */
export function before({ waiting }: InstanceRow, id: string): InstanceRow['waiting'] {
  return waiting.slice(0, placeIn(waiting, id));
}

function placeIn(waiting: InstanceRow['waiting'], id: string): number {
  const at = waiting.findIndex((each) => each.id === id);
  return at < 0 ? waiting.length : at;
}
