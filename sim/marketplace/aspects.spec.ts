import { createHash } from 'node:crypto';
import { makeAdmit } from '#contracts/admit';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { grantsTo, OPTIONS, play, START_MS } from './aspects-fixture.ts';
import { ASPECTS, type AspectName } from './aspect.ts';
import type { SimEvent } from './delivery.ts';
import { createMarketplace } from './marketplace.ts';
import { shapeOf } from './shapes.ts';

// What holds of all aspects of merchants' lives: they are told beside trade, and trade does not notice.

const EVENTFUL = {
  merchants: 30,
  days: 14,
  entityPpm: 600_000,
  fraudPpm: 300_000,
  leavePpm: 500_000,
  courseEffectBps: 3_000,
};

const trade = play(EVENTFUL);
const everything = play({ ...EVENTFUL, aspects: ASPECTS });

test('a marketplace that tells of no aspect says, to the byte, what it said before there were any', () => {
  const hash = createHash('sha256');
  for (const sent of trade.events) hash.update(`${line(sent)}\n`);
  expect(hash.digest('hex')).toBe(BEFORE_ASPECTS);
});

describe('an aspect', () => {
  /** What of trade's events it adds details to, or puts differently. */
  const details: Readonly<Record<AspectName, readonly string[]>> = {
    orders: ['order.', 'review.posted'],
    messages: [],
    aftercare: [],
    audience: [],
    practice: ['training.completed'],
    standing: ['merchant.registered', 'inventory.reported', 'survey.answered', 'violation.recorded'],
    dues: [],
  };

  test.each(ASPECTS)('%s adds events, and those of trade stay what they were', (name) => {
    const { events } = play({ ...EVENTFUL, aspects: [name] });
    const wasSaid = new Set(trade.events.map(({ event }) => event.id));
    const still = events.filter(({ event }) => wasSaid.has(event.id));
    expect(events.length - still.length).toBeGreaterThan(20);
    const isDetailed = ({ event }: SimEvent): boolean =>
      details[name].some((part) => event.type.startsWith(`updraft.${part}`));
    const shown = (sent: SimEvent): string => {
      if (!isDetailed(sent)) return line(sent);
      return `${sent.deliveredAtMs} ${sent.event.id} ${sent.event.type} ${sent.event.time}`;
    };
    expect(still.map(shown)).toEqual(trade.events.map(shown));
  });

  test('that listens to trade alone is told the same whichever others are', () => {
    const own = (events: readonly SimEvent[]): readonly string[] =>
      events.filter(({ event }) => event.id.includes('-audience-')).map(line);
    const alone = play({ ...EVENTFUL, aspects: ['audience'] });
    expect(own(alone.events).length).toBeGreaterThan(200);
    expect(own(alone.events)).toEqual(own(everything.events));
  });
});

describe('all aspects together', () => {
  test('say the same bytes for the same seed, whatever the step', () => {
    expect(inSteps(2)).toEqual(inSteps(12));
  });

  test('are delivered in order, and never before they occurred', () => {
    const delivered = everything.events.map(({ deliveredAtMs }) => deliveredAtMs);
    expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
    expect(everything.events.filter((sent) => sent.deliveredAtMs < Date.parse(sent.event.time))).toEqual([]);
  });

  test('have ids that nothing else has', () => {
    const ids = everything.events.map(({ event }) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('send every type there is, and nothing that the door refuses', () => {
    const admit = makeAdmit({ partitions: 8, pseudonymKey: Buffer.alloc(32, 1) });
    const { truth } = trade;
    const grants = [
      ...grantsTo(truth, 'traffic', { boost: { weightBps: 15_000 } }, 3_000),
      ...grantsTo(truth, 'value-added', { feeRelief: { rateBps: 60 } }, 100_000),
      ...grantsTo(truth, 'service', { service: { what: 'sourcing', course: 'live-selling' } }, 10),
      ...grantsTo(truth, 'tool', { access: ['distribution', 'auto-reply'] }, 1),
    ].filter((_, index) => index % 2 === 0);
    const marketplace = createMarketplace({ ...OPTIONS, ...EVENTFUL, aspects: ASPECTS, days: 30 });
    // Half of the time with grants, half without: what was granted is given up.
    const events = [
      ...marketplace.advance(START_MS + 15 * DAY_MS, grants),
      ...marketplace.advance(marketplace.endMs + 60 * DAY_MS, []),
    ];
    const refused = events.map(({ event }) => admit(event)).filter(({ admitted }) => !admitted);
    expect(refused).toEqual([]);
    const said = new Set<string>(events.map(({ event }) => event.type));
    expect(MERCHANT_EVENT_TYPES.filter((type) => !said.has(type))).toEqual([]);
  });

  test('come to about seven events more for every ten of trade', () => {
    expect(everything.events.length / trade.events.length).toBeGreaterThan(1.5);
    expect(everything.events.length / trade.events.length).toBeLessThan(1.9);
  });
});

test('a marketplace in the shape of another speaks in its terms', () => {
  const { options } = shapeOf('kuaishou');
  const marketplace = createMarketplace({ seed: 1, merchants: 40, ...options });
  const said = marketplace.advance(options.startMs + 20 * DAY_MS, []).map(({ event }) => event);
  const values = (type: string, field: string): ReadonlySet<unknown> =>
    new Set(said.filter((event) => event.type === `updraft.${type}.v1`).map(({ data }) => data[field]));
  expect(values('training.enrolled', 'course')).toEqual(new Set(['newcomer-class', 'rules']));
  expect(values('merchant.verified', 'verification')).toEqual(new Set(['identity', 'business-licence']));
  expect([...values('tool.adopted', 'tool')]).toContain('return-freight');
  expect([...values('survey.answered', 'answers')]).toContainEqual(
    expect.objectContaining({ xingyao: 'signed-up' }),
  );
});

const BEFORE_ASPECTS = '9f8b0870171f205f6ad7d1413c0ea495bcc836e68cd72394b664c590c949031d';

function inSteps(hours: number): readonly string[] {
  const marketplace = createMarketplace({
    ...OPTIONS,
    ...EVENTFUL,
    aspects: ASPECTS,
    merchants: 30,
    days: 6,
  });
  const lines: string[] = [];
  for (let atMs = START_MS; atMs < marketplace.endMs;) {
    atMs += hours * HOUR_MS;
    lines.push(...marketplace.advance(atMs, []).map(line));
  }
  return lines;
}

function line({ deliveredAtMs, event }: SimEvent): string {
  return `${deliveredAtMs} ${JSON.stringify(event)}`;
}
