import type { MerchantCapability } from '../outputs.ts';
import type { Atom } from '../policy/condition.ts';
import { evidenceFor } from './evidence.ts';

const ABOVE_PEERS: Atom = {
  id: 'above',
  metric: 'orders',
  op: '>=',
  than: 'peers',
  times: 2,
  missing: null,
};

function evidenceOf(atom: Atom, metrics: Record<string, number | null>, position = '0/1/0'): unknown {
  const capability = { position, metrics } as unknown as MerchantCapability;
  return (JSON.parse(evidenceFor([atom], capability, new Map())) as unknown[])[0];
}

test('evidence says what stands now: value, line, margin and verdict, and as of when', () => {
  expect(evidenceOf(ABOVE_PEERS, { orders: 10, peers: 4 })).toEqual({
    asOf: '0/1/0',
    id: 'above',
    line: 8,
    margin: 2,
    op: '>=',
    value: 10,
    verdict: 'true',
    what: 'metric:orders',
  });
});

test.each([
  [
    'the line moved and the value did not',
    { orders: 10, peers: 6 },
    { line: 12, margin: -2, verdict: 'false' },
  ],
  [
    'the value moved and the line did not',
    { orders: 7, peers: 4 },
    { value: 7, margin: -1, verdict: 'false' },
  ],
  [
    'the value is not assessed any more',
    { orders: null, peers: 4 },
    { value: null, verdict: 'not-assessed' },
  ],
  ['neither moved', { orders: 10, peers: 4 }, { asOf: '0/2/0', line: 8, value: 10, verdict: 'true' }],
])('and when %s for the next merchant, it says so', (_name, metrics, wanted) => {
  evidenceOf(ABOVE_PEERS, { orders: 10, peers: 4 });
  expect(evidenceOf(ABOVE_PEERS, metrics, '0/2/0')).toMatchObject(wanted);
});
