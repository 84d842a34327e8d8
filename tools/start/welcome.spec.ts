import { makeAdmit } from '#contracts/admit';
import { SHAPES, type ShapeName } from '#sim/marketplace/shapes';
import { firstShopOf, welcome } from './welcome.ts';

const ADDRESSES = { doorUrl: 'http://door', consoleUrl: 'http://door', dataDirectory: '.updraft' };
const admit = makeAdmit({ partitions: 4, pseudonymKey: Buffer.alloc(32, 1) });

/** What the shell makes of the command's events. */
function eventsIn(text: string): { readonly type: string; readonly data: Record<string, string> }[] {
  const [, batch] = /-d '(\[[^]*?\])'\n/.exec(text)!;
  return JSON.parse(batch!.replaceAll("'$(date -u +%FT%TZ)'", '2026-11-12T03:04:05Z')) as ReturnType<
    typeof eventsIn
  >;
}

test.each<ShapeName | undefined>([undefined, ...SHAPES])(
  'the events to try first in the demo of %s are admitted',
  (pack) => {
    const events = eventsIn(welcome(ADDRESSES, firstShopOf(pack)));
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(admit(event)).toMatchObject({ admitted: true });
  },
);

test('the shop that is tried is one of the marketplace, and does the course that its pack asks for', () => {
  const [registered, completed] = eventsIn(welcome(ADDRESSES, firstShopOf('taobao-alliance')));
  expect(registered!.data).toEqual({ category: 'weibo', country: 'CN', currency: 'CNY' });
  expect(completed!.data).toEqual({ course: 'alliance-academy' });
});

test('where no course is asked for none is done', () => {
  const text = welcome(ADDRESSES, firstShopOf('etsy'));
  expect(text).toContain('Send an event: a shop opens.');
  expect(eventsIn(text).map(({ type }) => type)).toEqual(['updraft.merchant.registered.v1']);
});
