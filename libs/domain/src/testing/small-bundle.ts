import type { Bundle } from '../policy/bundle.ts';
import { compileBundle, type Compiled } from '../policy/compile.ts';
import type { Finding } from '../policy/reader.ts';

/** A policy source small enough to reckon with by hand: one ladder, a fixed grant after training, one by headroom. */
export function smallSource(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    bundle: 'small',
    names: { en: 'Small' },
    currency: 'CNY',
    metrics: [
      { id: 'orders', names: { en: 'Orders' }, unit: 'count', sum: 'ordersPaid', window: '7d' },
      {
        id: 'on_time',
        names: { en: 'On time' },
        unit: 'rate',
        ratio: 'shippedOnTime',
        per: 'ordersShipped',
        minimumCount: 2,
        window: '7d',
      },
      { id: 'overdue', names: { en: 'Overdue' }, unit: 'count', state: 'overdueOrders' },
      { id: 'age', names: { en: 'Age' }, unit: 'days', daysSince: 'registered' },
      {
        id: 'score',
        names: { en: 'Score' },
        unit: 'score',
        score: {
          minimumWeight: '50%',
          components: [{ metric: 'on_time', weight: '100%', from: '0%', to: '100%' }],
        },
      },
    ],
    ladders: [ladder()],
    capacity: {
      window: '7d',
      growth: '150%',
      probe: 5,
      stockCover: '2d',
      grain: { edges: [0, 1, 2, 4, 8, 16], hysteresis: '10%' },
    },
    accounts: [account('welcome', 1_000), account('growth', 1_000)],
    programmes: [welcome(), growth()],
    ...changes,
  };
}

/** The small source with a metric `m` of these fields in sixth place, a calendar `monthly` and a period `sale`. */
export function withMetric(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const source = smallSource();
  const metric = { id: 'm', names: { en: 'M' }, unit: 'count', ...fields };
  const calendars = [
    { id: 'monthly', names: { en: 'M' }, monthDays: [1] },
    { id: 'sale', names: { en: 'S' }, from: '2026-10-20', to: '2026-10-29' },
  ];
  return { ...source, calendars, metrics: [...(source['metrics'] as object[]), metric] };
}

/** Three tiers by lines on the score, one step at a time. */
export function ladder(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'ladder',
    names: { en: 'Ladder' },
    by: 'score',
    step: 1,
    dwell: '2d',
    minimum: { metric: 'orders', atLeast: 2 },
    tiers: [
      { id: 'bronze', names: { en: 'Bronze' }, enter: '0%' },
      { id: 'silver', names: { en: 'Silver' }, enter: '50%', leave: '40%' },
      { id: 'gold', names: { en: 'Gold' }, enter: '80%', leave: '70%' },
    ],
    ...changes,
  };
}

export function account(id: string, total: number, changes: Readonly<Record<string, unknown>> = {}): object {
  return { id, names: { en: id }, unit: 'exposures', total, wait: '10m', ...changes };
}

/** A fixed boost of 100 for who was trained. */
export function welcome(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'welcome',
    names: { en: 'Welcome' },
    kind: 'traffic',
    who: { all: [{ id: 'trained', training: 'first-sale' }] },
    account: 'welcome',
    size: { fixed: 100 },
    duration: '3d',
    settle: '1d',
    coolDown: '2d',
    limits: { openings: 2, perMerchant: 250 },
    ...changes,
  };
}

/** Ten exposures per order of headroom, 20 to 200, from silver on. */
export function growth(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'growth',
    names: { en: 'Growth' },
    kind: 'traffic',
    who: {
      all: [
        { id: 'tier', tierAtLeast: 'silver' },
        { id: 'wanted', survey: 'wants', isNot: 'no' },
      ],
    },
    revokeWhen: { id: 'late', metric: 'on_time', op: '<', value: '30%' },
    account: 'growth',
    size: { perHeadroom: 10, minimum: 20, maximum: 200 },
    duration: '2d',
    settle: '1d',
    coolDown: '1d',
    limits: { openings: 5, perMerchant: 1_000, shrinkBelow: '60%' },
    ...changes,
  };
}

/** The small source with one place changed: `programmes/0/size/fixed`. Undefined takes the place away. */
export function changed(place: string, value: unknown): Record<string, unknown> {
  const source = structuredClone(smallSource());
  const keys = place.split('/');
  const last = keys.pop()!;
  const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, source);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return source;
}

/** What is wrong with a source; empty where it compiles. */
export function findings(source: unknown): readonly Finding[] {
  const result = compileBundle(source);
  return 'findings' in result ? result.findings : [];
}

/** Compiles or throws every finding. */
export function compiled(source: unknown): Compiled {
  const result = compileBundle(source);
  if ('findings' in result) throw new Error(JSON.stringify(result.findings, null, 1));
  return result.compiled;
}

export function smallBundle(changes: Readonly<Record<string, unknown>> = {}): Bundle {
  return compiled(smallSource(changes)).bundle;
}
