/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { FrozenChunk } from '../stage/stage.ts';
import { HOUR_MS } from '../time.ts';
import { createDedupe, type Dedupe } from './dedupe.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const see = (dedupe: Dedupe, id: string, content: string, hour: number): string =>
  dedupe.see(sha256(id), sha256(content), hour * HOUR_MS);

test('an id is new once; then it is a duplicate, or in conflict when its content differs', () => {
  const dedupe = createDedupe([]);
  expect(see(dedupe, 'a', 'x', 5)).toBe('new');
  expect(see(dedupe, 'a', 'x', 5)).toBe('duplicate');
  expect(see(dedupe, 'a', 'y', 5)).toBe('conflict');
  expect(see(dedupe, 'a', 'x', 9)).toBe('duplicate');
  expect(dedupe.size).toBe(1);
});

test('an hour is forgotten when it lies wholly before the horizon, and the horizon never moves back', () => {
  const dedupe = createDedupe([]);
  see(dedupe, 'a', 'x', 5);
  dedupe.expireBefore(6 * HOUR_MS - 1);
  expect(see(dedupe, 'a', 'x', 5)).toBe('duplicate');
  dedupe.expireBefore(6 * HOUR_MS);
  dedupe.expireBefore(0);
  expect(dedupe.size).toBe(0);
  expect(see(dedupe, 'a', 'x', 6)).toBe('new');
  expect(see(dedupe, 'a', 'x', 6)).toBe('duplicate');
  expect(dedupe.freeze().droppedHours).toEqual([5]);
});

test('chunks hold what is new since the last freeze, by hour, numbered on', () => {
  const dedupe = createDedupe([]);
  see(dedupe, 'a', 'x', 7);
  see(dedupe, 'b', 'x', 5);
  see(dedupe, 'c', 'x', 7);
  expect(dedupe.pendingBytes()).toBe(72);
  const shape = (chunks: readonly FrozenChunk[]): number[][] =>
    chunks.map(({ hour, sequence, body }) => [hour, sequence, body.byteLength]);
  expect(shape(dedupe.freeze().chunks)).toEqual([[5, 0, 24], [7, 0, 48]]); // prettier-ignore
  expect([dedupe.pendingBytes(), dedupe.freeze().chunks]).toEqual([0, []]);
  see(dedupe, 'd', 'x', 7);
  expect(shape(dedupe.freeze().chunks)).toEqual([[7, 1, 24]]);
});

test('a chunk holds every id of an hour that had many', () => {
  const dedupe = createDedupe([]);
  const ids = Array.from({ length: 100 }, (_, at) => `id-${at}`);
  for (const id of ids) see(dedupe, id, 'x', 7);
  const restored = createDedupe(dedupe.freeze().chunks);
  expect(restored.size).toBe(100);
  expect(ids.filter((id) => see(restored, id, 'x', 7) !== 'duplicate')).toEqual([]);
});

test('chunks restored in any order are numbered on from the highest', () => {
  const body = new Uint8Array(24);
  const dedupe = createDedupe([{ hour: 7, sequence: 4, body }, { hour: 7, sequence: 3, body }]); // prettier-ignore
  see(dedupe, 'a', 'x', 7);
  expect(dedupe.freeze().chunks[0]!.sequence).toBe(5);
});

test('a chunk is read where it lies in a larger buffer', () => {
  const first = createDedupe([]);
  see(first, 'a', 'x', 7);
  const { body } = first.freeze().chunks[0]!;
  const buffer = new Uint8Array(64).fill(255);
  buffer.set(body, 3);
  const again = createDedupe([{ hour: 7, sequence: 0, body: buffer.subarray(3, 27) }]);
  expect(see(again, 'a', 'x', 7)).toBe('duplicate');
});

test('answers as a plain map does, through growth, expiry, freezing and restoring', () => {
  const step = fc.record({
    verb: fc.constantFrom('see', 'see', 'see', 'see', 'many', 'freeze', 'restore', 'later'),
    id: fc.nat({ max: 40 }),
    content: fc.nat({ max: 1 }),
    ahead: fc.nat({ max: 3 }),
  });
  const check = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let dedupe = createDedupe([]);
    let stored: FrozenChunk[] = [];
    let horizon = 100;
    const model = new Map<string, { content: string; hour: number }>();
    const sees = (id: string, content: string, hour: number): void => {
      const known = model.get(id);
      const expected = known === undefined ? 'new' : known.content === content ? 'duplicate' : 'conflict';
      expect(see(dedupe, id, content, hour)).toBe(expected);
      if (known === undefined) model.set(id, { content, hour });
    };
    const freeze = (): void => {
      const { chunks, droppedHours } = dedupe.freeze();
      stored = [...stored, ...chunks].filter(({ hour }) => !droppedHours.includes(hour));
    };
    for (const { verb, id, content, ahead } of steps) {
      if (verb === 'see') sees(`${id}`, `${content}`, horizon + ahead);
      if (verb === 'many') for (let i = 0; i < 700; i++) sees(`${id}/${i}`, 'x', horizon + ahead);
      if (verb === 'freeze' || verb === 'restore') freeze();
      if (verb === 'restore') {
        dedupe = createDedupe(stored);
        dedupe.expireBefore(horizon * HOUR_MS);
      }
      if (verb === 'later') {
        horizon += ahead;
        dedupe.expireBefore(horizon * HOUR_MS);
        for (const [each, { hour }] of model) if (hour < horizon) model.delete(each);
      }
      expect(dedupe.size).toBe(model.size);
    }
  });
  fc.assert(check, { numRuns: 60 });
});
