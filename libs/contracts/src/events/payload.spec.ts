import type { MerchantEventType } from '#domain/events';
import { makeAdmit } from '../admit.ts';
import { exampleOf } from '../catalogue.ts';

// What the door refuses of grants, entities and violations.

const admit = makeAdmit({ partitions: 4, pseudonymKey: Buffer.alloc(32, 7) });

/** Problems of the type's example with a field changed: field, value, rule. */
function problemsWith(type: MerchantEventType, field: string, value: unknown): unknown {
  const event = exampleOf(type);
  const outcome = admit({ ...event, data: { ...event.data, [field]: value } });
  return outcome.admitted ? [] : outcome.problems;
}

const USAGE: readonly (readonly [MerchantEventType, string])[] = [
  ['updraft.boost.delivered.v1', 'exposures'],
  ['updraft.boost.delivered.v1', 'clicks'],
  ['updraft.boost.delivered.v1', 'orders'],
  ['updraft.grant.used.v1', 'used'],
];

describe.each(USAGE)('usage in %s, %s', (type, field) => {
  test.each([-1, 0.5, 2 ** 53, '7', null])('is refused as %p', (value) => {
    const rule = 'must be an integer from 0 to 9007199254740991';
    expect(problemsWith(type, field, value)).toEqual([
      {
        field: `/data/${field}`,
        value: JSON.stringify(value),
        rule: expect.stringContaining(rule) as string,
      },
    ]);
  });

  test('may be nothing so far', () => {
    expect(problemsWith(type, field, 0)).toEqual([]);
  });
});

test('clicks and orders may be unknown, exposures may not', () => {
  const event = exampleOf('updraft.boost.delivered.v1');
  expect(admit({ ...event, data: { grantId: 'g', exposures: 1 } }).admitted).toBe(true);
  expect(admit({ ...event, data: { grantId: 'g', clicks: 1, orders: 1 } }).admitted).toBe(false);
});

const IDS: readonly (readonly [MerchantEventType, string])[] = [
  ['updraft.merchant.registered.v1', 'entityId'],
  ['updraft.merchant.profile-changed.v1', 'entityId'],
  ['updraft.merchant.linked.v1', 'entityId'],
  ['updraft.merchant.unlinked.v1', 'entityId'],
  ['updraft.merchant.registered.v1', 'category'],
  ['updraft.violation.recorded.v1', 'violation'],
  ['updraft.violation.cleared.v1', 'violation'],
  ['updraft.violation.recorded.v1', 'violationId'],
  ['updraft.violation.cleared.v1', 'violationId'],
  ['updraft.tool.dropped.v1', 'tool'],
  ['updraft.merchant.verified.v1', 'verification'],
  ['updraft.certification.granted.v1', 'certification'],
  ['updraft.exam.passed.v1', 'exam'],
  ['updraft.training.enrolled.v1', 'course'],
  ['updraft.order.cancelled.v1', 'reason'],
  ['updraft.content.exposed.v1', 'contentId'],
];

describe.each(IDS)('the id in %s, %s', (type, field) => {
  // An account's instance is named `account~entity@period`.
  test.each(['a~b', 'a@b', 'a/b', '', 'x'.repeat(129), '__proto__'])('is refused as %p', (value) => {
    expect(problemsWith(type, field, value)).toEqual([
      {
        field: `/data/${field}`,
        value: expect.any(String) as string,
        rule: expect.stringContaining('A-Z') as string,
      },
    ]);
  });
});

describe('detailed ratings', () => {
  test.each([{ description: 1 }, { service: 5, logistics: 3 }, { description: 1, service: 1, logistics: 1 }])(
    'may be %j',
    (scores) => {
      expect(problemsWith('updraft.review.posted.v1', 'scores', scores)).toEqual([]);
    },
  );

  test.each([{}, null, 5, [5], { price: 5 }, { service: 0 }, { service: 6 }, { service: '5' }])(
    'are refused as %j',
    (scores) => {
      expect(problemsWith('updraft.review.posted.v1', 'scores', scores)).toEqual([
        expect.objectContaining({
          field: '/data/scores',
          rule: expect.stringContaining('description, service, logistics') as string,
        }),
      ]);
    },
  );
});

const CHOICES: readonly (readonly [MerchantEventType, string, string])[] = [
  ['updraft.order.shipped.v1', 'tracking', 'valid, none'],
  ['updraft.return.opened.v1', 'reason', 'quality, other'],
  ['updraft.return.closed.v1', 'outcome', 'refunded, rejected, withdrawn'],
  ['updraft.dispute.resolved.v1', 'by', 'merchant, platform, buyer'],
  ['updraft.dispute.resolved.v1', 'inFavourOf', 'merchant, buyer'],
  ['updraft.content.published.v1', 'kind', 'video, note, image, other'],
  ['updraft.violation.recorded.v1', 'severity', 'minor, general, serious, critical'],
  ['updraft.fee.charged.v1', 'kind', 'commission, content, other'],
];

test.each(CHOICES)('%s takes for %s one of %s and nothing else', (type, field, choices) => {
  for (const choice of choices.split(', ')) expect(problemsWith(type, field, choice)).toEqual([]);
  expect(problemsWith(type, field, 'whatever')).toEqual([
    { field: `/data/${field}`, value: '"whatever"', rule: `must be one of ${choices}` },
  ]);
});
