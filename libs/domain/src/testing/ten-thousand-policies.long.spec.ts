/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { decidedBy } from './worth-saying.ts';

// What worth-saying.spec.ts shows over 300 policies and histories, over 10,000.

const RUNS = 5_000;
const RUN_MS_MAX = 3_600_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const history = fc.record({
  policies: fc.array(number, { minLength: 1, maxLength: 4 }),
  dice: fc.array(number, { maxLength: 40, size: 'max' }),
});

test.each([1, 2])(
  'seed %i: decisions from what is worth saying equal decisions from saying everything',
  (seed) => {
    const check = fc.property(history, (told) => {
      expect(decidedBy(sha256, told, false).decisions).toEqual(decidedBy(sha256, told, true).decisions);
    });
    fc.assert(check, { seed, numRuns: RUNS });
  },
  RUN_MS_MAX,
);
