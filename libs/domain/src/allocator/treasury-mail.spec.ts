/// <reference types="node" />
import { createHash } from 'node:crypto';
import { given, requestsIn, T0, trained } from '../testing/given.ts';
import { account, compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import { MINUTE_MS } from '../time.ts';

// What a partition writes to the treasury when what it asked for, or the policy, is no longer what it was.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('a request that nobody needs any more is taken back with the next tick', () => {
  const world = given(sha256);
  world.activate(compiled(smallSource()).text);
  world.treasury.isAway = true;
  for (let merchant = 0; merchant < 6; merchant++) trained(world, `m${merchant}`);
  const needs = (): number[] =>
    requestsIn(world.outputs)
      .filter((each) => each.account === 'welcome')
      .map(({ need }) => need);
  // A share at the activation, and another when little of it was left; then what the sixth needs.
  world.tick(T0 + MINUTE_MS);
  expect(needs()).toEqual([0, 0, 100]);
  world.event('updraft.merchant.closed.v1', 'm5', { reason: 'left' });
  world.tick(T0 + 2 * MINUTE_MS);
  expect(needs()).toEqual([0, 0, 100, 0]);
});

test('what was leased of an account that the policy drops goes back to the treasury that keeps its books', () => {
  const world = given(sha256, { treasuries: 2 });
  const others = {
    accounts: [account('other', 1_000)],
    programmes: [welcome({ id: 'other', account: 'other' })],
  };
  const nested = [account('welcome', 1_000, { within: 'b' }), account('b', 1_000)];
  world.activate(compiled(smallSource({ accounts: nested, programmes: [welcome()] })).text);
  world.activate(compiled(smallSource(others)).text);
  world.tick(T0 + MINUTE_MS);
  world.tick(T0 + 2 * MINUTE_MS);
  const mail = world.outputs.filter(
    ({ log, text }) => log === 'treasury' && text.includes('"account":"welcome"'),
  );
  expect(mail.map(({ text }) => (JSON.parse(text) as { type: string }).type)).toContain(
    'updraft.treasury.return.v1',
  );
  // `b` is kept by partition 0, and `welcome` alone would be by partition 1.
  expect(mail.map(({ partition }) => partition)).toEqual(mail.map(() => 0));
});
