import { InFlight } from './in-flight.ts';

function seen(limits: { requestsInFlightMax: number; bytesInFlightMax: number }): {
  inFlight: InFlight;
  last(): readonly [number, number];
} {
  let latest: readonly [number, number] = [0, 0];
  const inFlight = new InFlight(limits, (requests, bytes) => {
    latest = [requests, bytes];
  });
  return { inFlight, last: () => latest };
}

describe('InFlight', () => {
  test('counts requests and bytes until the last holder of a slot leaves', () => {
    const { inFlight, last } = seen({ requestsInFlightMax: 2, bytesInFlightMax: 100 });
    const slot = inFlight.enter(60)!;
    expect(inFlight.enter(41)).toBeNull();
    slot.resize(20);
    expect(last()).toEqual([1, 20]);
    slot.hold();
    slot.release();
    expect(slot.isFree()).toBe(false);
    expect(last()).toEqual([1, 20]);
    slot.release();
    expect(slot.isFree()).toBe(true);
    expect(last()).toEqual([0, 0]);
  });

  test('admits exactly as many requests as it may', () => {
    const { inFlight } = seen({ requestsInFlightMax: 2, bytesInFlightMax: 100 });
    const slots = [inFlight.enter(1), inFlight.enter(1), inFlight.enter(1)];
    expect(slots.map((slot) => slot !== null)).toEqual([true, true, false]);
    slots[0]!.release();
    expect(inFlight.enter(1)).not.toBeNull();
  });

  test('is stalled while any overdue acknowledgement is out, whether it then comes or fails', async () => {
    const { inFlight } = seen({ requestsInFlightMax: 1, bytesInFlightMax: 1 });
    let acknowledge = (): void => undefined;
    let fail = (): void => undefined;
    const first = new Promise<void>((resolve) => (acknowledge = resolve));
    const second = new Promise<void>((_resolve, reject) => (fail = () => reject(new Error('away'))));
    inFlight.overdue(first);
    inFlight.overdue(second);
    acknowledge();
    await first;
    expect(inFlight.isStalled()).toBe(true);
    fail();
    await second.catch(() => undefined);
    expect(inFlight.isStalled()).toBe(false);
  });
});
