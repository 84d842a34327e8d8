/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { play } from './federation-story.ts';

// The schedules of federation.spec.ts, longer, more of them, and over as many partitions as a cluster has.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const RUN_MS_MAX = 600_000;

test.each([
  [1, 2],
  [2, 5],
  [3, 16],
])(
  'seed %i: the laws hold at every position over %i partitions, whoever lags and crashes',
  (seed, partitions) => {
    const dice = fc.array(fc.noBias(fc.integer({ min: 0, max: 2 ** 24 - 1 })), {
      maxLength: 300,
      size: 'max',
    });
    const check = fc.property(dice, (throws) => play(sha256, throws, partitions));
    fc.assert(check, { seed, numRuns: 30 });
  },
  RUN_MS_MAX,
);
