import { createHash } from 'node:crypto';
import type { OrderFacts } from '../events.ts';
import { watchedAtoms } from '../policy/bundle.ts';
import { given, T0, type World } from '../testing/given.ts';
import { compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, formatInstant, HOUR_MS } from '../time.ts';
import { openTrials, type Remedy } from './find-recourse.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const names = { en: 'n' };
const { bundle, text } = compiled(
  smallSource({
    metrics: [
      ...(smallSource()['metrics'] as object[]),
      { id: 'rating', names, unit: 'stars', ratio: 'stars', per: 'reviews', scale: 100, window: '30d' },
      { id: 'points', names, unit: 'points', violations: 'points', window: '90d' },
    ],
    programmes: [
      welcome({
        who: {
          all: [
            { id: 'on-time', metric: 'on_time', op: '>=', value: '90%' },
            { id: 'mostly-on-time', metric: 'on_time', op: '>=', value: '86%' },
            { id: 'few-overdue', metric: 'overdue', op: '<=', value: 0 },
            { id: 'old', metric: 'age', op: '>=', value: 10 },
            { id: 'rated', metric: 'rating', op: '>=', value: 450 },
            { id: 'busy', metric: 'orders', op: '>=', value: 5 },
            { id: 'trained', training: 'first-sale' },
            { id: 'clean', metric: 'points', op: '<', value: 100 },
          ],
        },
      }),
      growth(),
    ],
  }),
);

const order = (world: World, orderId: string, shipByMs: number): OrderFacts => ({
  orderId,
  orderedAt: formatInstant(world.nowMs),
  shipBy: formatInstant(shipByMs),
  amountMinor: 5_000,
  currency: 'CNY',
  category: 'toys',
  buyer: orderId,
});

/** Registered three days ago; four orders: two left on time, one late, one is overdue; rated four stars. */
function world(): World {
  const started = given(hash);
  started.activate(text);
  started.event('updraft.merchant.registered.v1', 'm1', { category: 'toys', country: 'CN', currency: 'CNY' });
  for (const [i, days] of [2, 2, 0, 0].entries()) {
    const data = order(started, `o${i}`, T0 + days * DAY_MS + HOUR_MS);
    started.event('updraft.order.paid.v1', 'm1', data);
  }
  started.event('updraft.review.posted.v1', 'm1', { ...order(started, 'o0', T0), stars: 4 });
  started.event('updraft.violation.recorded.v1', 'm1', { violation: 'spam', points: 120 });
  started.tick(T0 + DAY_MS);
  for (const i of [0, 1, 2]) {
    const shipBy = T0 + (i < 2 ? 2 : 0) * DAY_MS + HOUR_MS;
    started.event('updraft.order.shipped.v1', 'm1', order(started, `o${i}`, shipBy));
  }
  started.tick(T0 + 3 * DAY_MS);
  return started;
}

function remedies(atomId: string, wanted = true): readonly Remedy[] {
  const { scoring } = world();
  scoring.freeze();
  const { root, rows } = scoring.store;
  const snapshot = {
    merchant: 'm1',
    root: root!,
    body: rows.get('m1')!.body,
    annex: rows.get('m1#')?.body ?? null,
  };
  const atom = watchedAtoms(bundle).find(({ id }) => id === atomId)!;
  return openTrials(snapshot, bundle, hash).remediesOf(atom, wanted);
}

test.each<[string, readonly Remedy[]]>([
  // 2 of 3 are on time: (2 + k) ÷ (3 + k) ≥ 90 % from k = 7 on.
  ['on-time', [{ deed: 'dispatch-on-time', times: 7 }]],
  // From k = 5 on, which lies between what doubling tries.
  ['mostly-on-time', [{ deed: 'dispatch-on-time', times: 5 }]],
  ['few-overdue', [{ deed: 'dispatch-overdue', times: 1 }]],
  ['old', [{ deed: 'wait-days', times: 7 }]],
  // One review of 4: (4 + 5k) ÷ (1 + k) ≥ 4.50.
  ['rated', [{ deed: 'earn-five-stars', times: 1 }]],
  ['busy', [{ deed: 'sell', times: 1 }]],
  ['trained', []],
  // The violation leaves its window by itself, later than anybody is told to wait.
  ['clean', []],
])('what makes %s hold', (atom, expected) => {
  expect(remedies(atom)).toEqual(expected);
});

test('what holds already needs nothing', () => {
  expect(remedies('late', false)).toEqual([]);
});

test('a condition that must no longer hold is turned round', () => {
  // Four orders in the last seven days: fewer than two only once the days have gone.
  expect(remedies('busy', false)).toEqual([]);
});
