import { makeAdmit } from '#contracts/admit';
import { DAY_MS } from '#domain/time';
import { createMarketplace } from './marketplace.ts';
import { SHAPES, shapeOf, type ShapeName } from './shapes.ts';

const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);

describe.each(SHAPES)('the shape of %s', (name) => {
  const { zone, options } = shapeOf(name);

  test('begins at a midnight of its zone', () => {
    const at = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(
      options.startMs,
    );
    expect(at).toBe('00:00:00');
    expect(options.zone ?? 'Asia/Shanghai').toBe(zone);
  });

  test('is a marketplace that the door admits', () => {
    const admit = makeAdmit({ partitions: 4, pseudonymKey: Buffer.alloc(32, 1) });
    const sim = createMarketplace({ seed: 3, merchants: 12, ...options });
    const events = sim.advance(options.startMs + 6 * DAY_MS, []).map(({ event }) => event);
    expect(events.length).toBeGreaterThan(100);
    expect(events.map((event) => admit(event)).filter(({ admitted }) => !admitted)).toEqual([]);
    const registered = events.filter(({ type }) => type === 'updraft.merchant.registered.v1');
    expect(new Set(registered.map(({ data }) => data['currency']))).toEqual(
      new Set([options.currency ?? 'CNY']),
    );
  });
});

test.each<[ShapeName, string, string]>([
  ['jd', '2026-10-20', '2026-11-11'],
  ['taobao', '2026-10-20', '2026-11-11'],
  ['taobao-alliance', '2026-07-11', '2026-11-11'],
  ['kuaishou', '2026-10-20', '2026-11-11'],
  ['xiaohongshu', '2026-08-31', '2026-11-11'],
  ['ebay', '2026-10-20', '2026-11-27'],
  ['etsy', '2026-11-01', '2026-12-01'],
  ['mercado-libre', '2026-11-01', '2026-11-27'],
])('the stretch of %s holds what its rules wait for, from %s to %s', (name, from, to) => {
  const { startMs, days } = shapeOf(name).options;
  expect(startMs).toBeLessThan(day(from));
  expect(startMs + days * DAY_MS).toBeGreaterThan(day(to));
});
