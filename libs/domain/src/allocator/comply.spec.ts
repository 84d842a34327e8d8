import { createHash } from 'node:crypto';
import { decisionsIn, given, inShort, T0, type World } from '../testing/given.ts';
import { compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, formatInstant, HOUR_MS } from '../time.ts';

// A trial of JD's shape (0元试运营): any of several triggers ends it, and the merchant has five days to comply.

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const trial = welcome({
  duration: '90d',
  comply: '5d',
  revokeWhen: {
    any: [
      { id: 'outgrown', metric: 'orders', op: '>=', value: 2 },
      { id: 'arbitrated', violation: 'arbitrated-complaint' },
    ],
  },
  onRevoke: ['delist'],
});
const text = compiled(smallSource({ programmes: [trial] })).text;

function onTrial(): World {
  const world = given(hash);
  world.activate(text);
  world.tick(T0 + HOUR_MS);
  world.event('updraft.merchant.registered.v1', 'm1', { category: 'toys', country: 'CN', currency: 'CNY' });
  const issued = world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' });
  expect(inShort(issued)).toEqual(['m1 welcome issue 100']);
  return world;
}

const breach = (world: World) =>
  world.event('updraft.violation.recorded.v1', 'm1', { violation: 'arbitrated-complaint' });

test('the first trigger warns with the day by which to comply, and the grant goes on', () => {
  const world = onTrial();
  const [warned] = decisionsIn(breach(world));
  expect(warned).toMatchObject({
    outcome: 'warn',
    reasons: ['arbitrated'],
    until: formatInstant(T0 + HOUR_MS + 5 * DAY_MS),
    grant: { size: 100 },
  });
  expect(inShort(world.tick(T0 + 2 * DAY_MS))).toEqual([]);
});

test('an instant before the time is over it may still be made good, and the warning is taken back', () => {
  const world = onTrial();
  breach(world);
  world.tick(T0 + HOUR_MS + 5 * DAY_MS - 1);
  const cleared = world.event('updraft.violation.cleared.v1', 'm1', { violation: 'arbitrated-complaint' });
  expect(inShort(cleared)).toEqual(['m1 welcome clear made-good']);
  expect(inShort(world.tick(T0 + 6 * DAY_MS))).toEqual([]);
});

test('when it is over the grant is revoked, with its effects', () => {
  const world = onTrial();
  breach(world);
  const outputs = world.tick(T0 + HOUR_MS + 5 * DAY_MS);
  expect(inShort(outputs)).toContain('m1 welcome revoke arbitrated');
  expect(
    outputs.some(({ log, text: each }) => log === 'grants' && each.includes('"effects":["delist"]')),
  ).toBe(true);
});

test('a second trigger does not begin the time anew', () => {
  const world = onTrial();
  breach(world);
  world.tick(T0 + 3 * DAY_MS);
  for (const orderId of ['a', 'b']) {
    world.event('updraft.order.paid.v1', 'm1', {
      orderId,
      orderedAt: formatInstant(world.nowMs),
      shipBy: formatInstant(world.nowMs + 9 * DAY_MS),
      amountMinor: 100,
      currency: 'CNY',
      category: 'toys',
      buyer: orderId,
    });
  }
  const outputs = world.tick(T0 + HOUR_MS + 5 * DAY_MS);
  expect(inShort(outputs)).toContain('m1 welcome revoke outgrown arbitrated');
});

test('an outage neither warns nor revokes; what is due comes when it is over', () => {
  const world = onTrial();
  world.tick(T0 + DAY_MS, true);
  expect(inShort(breach(world))).toEqual([]);
  const over = world.tick(T0 + DAY_MS, false);
  expect(inShort(over)).toEqual(['m1 welcome warn arbitrated']);
});
