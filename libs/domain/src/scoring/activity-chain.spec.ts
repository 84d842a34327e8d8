/// <reference types="node" />
import { createHash } from 'node:crypto';
import { addToChain, closeLink, LINK_RECORDS_MAX, type ActivityChain } from './activity-chain.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const empty = (): ActivityChain => ({ activityHash: '', activityLink: '', activityLinkRecords: 0 });

function chained(records: number, closeAfter: readonly number[] = [], altered = -1): string {
  const chain = empty();
  for (let offset = 0; offset < records; offset++) {
    addToChain(chain, offset, `m${offset}`, offset === altered ? 'other' : 'value', sha256);
    if (closeAfter.includes(offset)) closeLink(chain, sha256);
  }
  return closeLink(chain, sha256);
}

test('the hash is that of the hash before and of offset, key and value hash of each record', () => {
  expect(chained(2)).toBe(sha256('\n0\nm0\nvalue\n1\nm1\nvalue\n'));
  expect(chained(2, [0])).toBe(sha256(`${sha256('\n0\nm0\nvalue\n')}\n1\nm1\nvalue\n`));
});

test('a link that is full ends by itself, so that what waits stays small', () => {
  const chain = empty();
  for (let offset = 0; offset < LINK_RECORDS_MAX; offset++) addToChain(chain, offset, null, 'v', sha256);
  expect(chain).toEqual({
    activityHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    activityLink: '',
    activityLinkRecords: 0,
  });
});

test('a record that is altered, whichever, alters the hash; closing nothing does not', () => {
  const whole = chained(200);
  for (const altered of [0, 63, 64, 199]) expect(chained(200, [], altered)).not.toBe(whole);
  const chain = empty();
  addToChain(chain, 0, 'm', 'v', sha256);
  expect(closeLink(chain, sha256)).toBe(closeLink(chain, sha256));
});
