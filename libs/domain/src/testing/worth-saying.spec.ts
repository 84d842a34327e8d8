/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { decidedBy } from './worth-saying.ts';

const SEED = 20_261_123;
const RUNS = 300;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const history = fc.record({
  policies: fc.array(number, { minLength: 1, maxLength: 4 }),
  dice: fc.array(number, { maxLength: 40, size: 'max' }),
});

test('decisions from what is worth saying equal decisions from saying everything', () => {
  const outcomes = new Set<string>();
  let [saidLittle, saidAll] = [0, 0];
  const check = fc.property(history, (told) => {
    const little = decidedBy(sha256, told, false);
    const all = decidedBy(sha256, told, true);
    saidLittle += little.said;
    saidAll += all.said;
    for (const line of little.decisions) outcomes.add(line.split(' ')[3]!);
    expect(little.decisions).toEqual(all.decisions);
  });
  fc.assert(check, { seed: SEED, numRuns: RUNS });
  for (const outcome of ['expire', 'issue', 'offer', 'revoke', 'shrink', 'withhold'])
    expect(outcomes).toContain(outcome);
  expect(saidAll).toBeGreaterThan(saidLittle * 1.5);
});
