import { DAY_MS, HOUR_MS } from '#domain/time';
import { firstBy, grantsTo, halvesBy, play, share, told, type Told } from './aspects-fixture.ts';

// Whom merchants talk to: live sessions, content, fans.

const AUDIENCE = { aspects: ['audience'], livePpm: 600_000, creatorPpm: 600_000 } as const;
const played = play(AUDIENCE);
const { truth } = played;
const fansOf = new Map(truth.map(({ merchantId, traits }) => [merchantId, traits.fans]));
const changes = told(played, 'updraft.fans.changed.v1');

describe('a live session', () => {
  const started = firstBy(told(played, 'updraft.live.started.v1'), ({ data }) => data.sessionId);
  const ended = told(played, 'updraft.live.ended.v1');

  test('that ended started before, hours and not days ago', () => {
    expect(ended.length).toBeGreaterThan(200);
    for (const { atMs, data } of ended) {
      const startedAtMs = started.get(data.sessionId)!.atMs;
      expect(Date.parse(data.startedAt)).toBe(startedAtMs);
      expect(atMs).toBeGreaterThanOrEqual(startedAtMs + HOUR_MS);
      expect(atMs).toBeLessThan(startedAtMs + DAY_MS / 2);
    }
  });

  test('is seen by more people where more follow the merchant', () => {
    const hosts = truth.filter(({ traits }) => traits.live !== null);
    const { high, low } = halvesBy(hosts, ({ merchantId }) => fansOf.get(merchantId)!);
    expect(meanOf(ended, high, 'viewers')).toBeGreaterThan(3 * meanOf(ended, low, 'viewers'));
  });

  test('has no more visitors than entries and no more new fans than visitors', () => {
    const odd = ended.filter(({ data }) => data.visitors > data.viewers || data.newFans > data.visitors);
    expect(odd).toEqual([]);
  });

  test('sells no more than the shop sold in its hours', () => {
    const paid = told(played, 'updraft.order.paid.v1');
    const busy = ended.filter(({ data }) => data.gmvMinor! > 0);
    expect(busy.length).toBeGreaterThan(20);
    for (const { merchantId, atMs, data } of busy.slice(0, 50)) {
      const sales = paid
        .filter((order) => order.merchantId === merchantId && order.atMs < atMs)
        .filter((order) => order.atMs >= Date.parse(data.startedAt))
        .reduce((sum, order) => sum + order.data.amountMinor, 0);
      expect(data.gmvMinor).toBeLessThanOrEqual(sales);
    }
  });

  test('comes more often and holds people longer where the host is able', () => {
    const { high, low } = halvesBy(
      truth.filter(({ traits }) => traits.live !== null),
      ({ traits }) => traits.knackBps,
    );
    const count = (whose: ReadonlySet<string>): number =>
      share(ended.filter(({ merchantId }) => whose.has(merchantId)).length, whose.size);
    expect(count(high)).toBeGreaterThan(1.2 * count(low));
    const stay = (whose: ReadonlySet<string>): number =>
      meanOf(ended, whose, 'watchSeconds') / meanOf(ended, whose, 'visitors');
    expect(stay(high)).toBeGreaterThan(1.1 * stay(low));
  });

  test('is for those who sell live', () => {
    const hosts = new Set(
      truth.filter(({ traits }) => traits.live !== null).map(({ merchantId }) => merchantId),
    );
    expect(ended.filter(({ merchantId }) => !hosts.has(merchantId))).toEqual([]);
    expect(share(hosts.size, truth.length)).toBeCloseTo(0.6, 0);
  });
});

describe('a piece of content', () => {
  const published = firstBy(told(played, 'updraft.content.published.v1'), ({ data }) => data.contentId);
  const exposed = told(played, 'updraft.content.exposed.v1');

  test('is shown after it was published, and never less often than before', () => {
    const seen = new Map<string, number>();
    for (const { atMs, data } of exposed) {
      expect(atMs).toBeGreaterThan(published.get(data.contentId)!.atMs);
      expect(data.exposures).toBeGreaterThanOrEqual(seen.get(data.contentId) ?? 0);
      seen.set(data.contentId, data.exposures);
    }
    expect(seen.size).toBe(published.size);
  });

  test('is mostly what the marketplace is for', () => {
    const notes = play({ ...AUDIENCE, merchants: 40, terms: { contentKinds: ['note', 'video'] } });
    const kinds = told(notes, 'updraft.content.published.v1').map(({ data }) => data.kind);
    expect(new Set(kinds)).toEqual(new Set(['note', 'video']));
    expect(share(kinds.filter((kind) => kind === 'note').length, kinds.length)).toBeGreaterThan(0.7);
  });
});

describe('fans', () => {
  test('are told of in all, on the day that a merchant opens and whenever their number changed', () => {
    const before = new Map<string, number>();
    for (const { merchantId, data } of changes) {
      expect(data.fans).not.toBe(before.get(merchantId));
      before.set(merchantId, data.fans);
    }
    expect(before.size).toBe(truth.length);
  });

  test('come where a merchant is shown to more people', () => {
    const shown = play(AUDIENCE, grantsTo(truth, 'traffic', { boost: { weightBps: 15_000 } }, 40_000));
    const gains = (each: typeof played): number =>
      [...lastOf(told(each, 'updraft.fans.changed.v1'))].reduce(
        (sum, [merchantId, { data }]) => sum + data.fans - fansOf.get(merchantId)!,
        0,
      );
    expect(gains(shown)).toBeGreaterThan(gains(played) + truth.length * 20);
  });

  test('are told of once a week where a merchant neither sells live nor publishes', () => {
    const quiet = new Set(
      truth
        .filter(({ traits }) => traits.live === null && traits.creator === null)
        .map((each) => each.merchantId),
    );
    expect(quiet.size).toBeGreaterThan(5);
    for (const merchantId of quiet) {
      const own = changes.filter((each) => each.merchantId === merchantId);
      expect(own.length).toBeLessThanOrEqual(3);
    }
  });
});

function lastOf<T extends { readonly merchantId: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((one) => [one.merchantId, one]));
}

function meanOf(
  ended: readonly Told<'updraft.live.ended.v1'>[],
  whose: ReadonlySet<string>,
  what: 'viewers' | 'visitors' | 'watchSeconds',
): number {
  const own = ended.filter(({ merchantId }) => whose.has(merchantId));
  return share(
    own.reduce((sum, { data }) => sum + data[what], 0),
    own.length,
  );
}
