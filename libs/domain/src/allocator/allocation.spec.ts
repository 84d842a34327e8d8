/// <reference types="node" />
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../canonical.ts';
import { decisionsIn, given, REGISTERED, T0, trained, type World } from '../testing/given.ts';
import { compiled, smallSource } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { decisionHash } from './allocation.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(text: string): World {
  const world = given(sha256);
  world.activate(text);
  return world;
}
const SMALL = compiled(smallSource()).text;

describe('the chain', () => {
  function history(course: string): World {
    const world = under(SMALL);
    world.event('updraft.training.completed.v1', 'm0', { course });
    world.tick(T0 + HOUR_MS);
    for (const merchant of ['m1', 'm2']) trained(world, merchant);
    world.tick(T0 + 9 * DAY_MS);
    return world;
  }

  test('every decision names the hash of the one before, and its own can be recomputed from its text', () => {
    const texts = history('a')
      .outputs.filter(({ log }) => log === 'decisions')
      .map(({ text }) => text);
    let previous = '';
    for (const [at, text] of texts.entries()) {
      const { data } = JSON.parse(text) as { data: { hash: string; previousHash: string; sequence: number } };
      expect([data.sequence, data.previousHash]).toEqual([at + 1, previous]);
      expect(decisionHash(text, sha256)).toBe(data.hash);
      previous = data.hash;
    }
    expect(texts.length).toBeGreaterThan(6);
  });

  test('decisions and grants are canonical JSON, though most of a decision is written piece by piece', () => {
    const { outputs } = history('a');
    for (const { text } of outputs) expect(text).toBe(canonicalJson(JSON.parse(text) as Json));
    expect(outputs.some(({ text }) => text.includes('"margin":'))).toBe(true);
  });

  test('an activity record that was altered shows in every decision after the next tick', () => {
    const [a, b] = ['a', 'b'].map((course) => decisionsIn(history(course).outputs));
    expect(a!.length).toBe(b!.length);
    const after = a!.findIndex(({ merchant }) => merchant === 'm1');
    for (let i = after; i < a!.length; i++) expect(a![i]!.activityHash).not.toBe(b![i]!.activityHash);
  });

  test('decisions and grants stand at the position of their cause and an ordinal', () => {
    const world = under(SMALL);
    world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
    const positions = world.outputs
      .filter(({ log }) => log === 'decisions')
      .map(({ position }) => position.join('/'));
    expect(positions).toEqual(['0/4/0/0', '0/4/0/1']);
    expect(decisionsIn(world.outputs).map(({ position }) => position)).toEqual(positions);
  });
});
