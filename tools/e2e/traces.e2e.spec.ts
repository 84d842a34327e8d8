import { writeGenesis } from '#stage/begin-log';
import { Collector, type CollectedSpan } from '#telemetry/testing/collector';
import { spanIdOf, traceIdOf } from '#telemetry/trace-id';
import { openEmbedded, type BackboneUnderTest } from './backbone-under-test.ts';
import { registered } from './events-to-send.ts';
import { ProcessUnderTest, until } from './process-under-test.ts';

// One event from the door to its decision as a collector sees it, and that nothing of it reaches the records.

const PRODUCERS = ['4bf92f3577b34da6a3ce929d0e0e4736', 'a3ce929d0e0e47364bf92f3577b34da6'] as const;
const PRODUCER_SPAN = '00f067aa0ba902b7';
const SHOP = 'shop-1';
const EVENT = registered(SHOP);
const TRACE = traceIdOf(EVENT.id);

let workspace: BackboneUnderTest;
let collector: Collector;
let running: ProcessUnderTest;

beforeAll(async () => {
  workspace = await openEmbedded();
  collector = await Collector.open();
  const { logs, database, close } = workspace.connect();
  const wish = { logId: 'traces', partitions: 1 };
  const { genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true });
  await close();
  const config = { traceEndpoint: collector.endpoint, traceRatio: 1 };
  running = await ProcessUnderTest.start(workspace.connect(), genesis, config);
  await running.goLive();
}, 60_000);

afterAll(async () => {
  await running?.stop();
  await collector?.close();
  await workspace?.close();
}, 30_000);

const spansOf = (stage: string): CollectedSpan[] =>
  collector.spans.filter(({ name, traceId }) => name === stage && traceId === TRACE);

const traceparentOf = (traceId: string): string => `00-${traceId}-${PRODUCER_SPAN}-01`;

test('an event has one trace from the door to its decision, linked to that of its producer', async () => {
  const since = Date.now();
  const answer = await running.post({ ...EVENT, traceparent: traceparentOf(PRODUCERS[0]) });
  expect(answer.status).toBe(202);
  const decision = await running.decision(SHOP, 'welcome-boost', 'offer');
  const [allocator] = await until('a span of the allocator', () => {
    const spans = spansOf('allocator');
    return spans.length > 0 ? spans : null;
  });
  const [ingest] = spansOf('ingest');
  const [scoring] = spansOf('scoring');
  const position = decision.id.split('/').slice(0, 2).join('/');
  expect(ingest).toMatchObject({
    parentSpanId: '',
    spanId: spanIdOf(TRACE, 'ingest', ''),
    links: [{ traceId: PRODUCERS[0], spanId: PRODUCER_SPAN }],
    attributes: {
      'cloudevents.event_id': EVENT.id,
      'cloudevents.event_source': '/e2e',
      'updraft.door': 'http',
      'updraft.producer.trace_id': PRODUCERS[0],
    },
  });
  expect(scoring).toMatchObject({
    parentSpanId: ingest!.spanId,
    spanId: spanIdOf(TRACE, 'scoring', position),
    attributes: { 'updraft.partition': 0, 'updraft.position': position, 'updraft.dead_letters': 0 },
  });
  expect(Number(scoring!.attributes['updraft.outputs'])).toBeGreaterThan(0);
  expect(allocator!.parentSpanId).toBe(scoring!.spanId);
  const decided = allocator!.attributes['updraft.decisions'] as string[];
  const outcomes = allocator!.attributes['updraft.outcomes'] as string[];
  expect(outcomes[decided.indexOf(decision.id)]).toBe('offer');
  for (const { startMs, endMs } of [ingest!, scoring!, allocator!]) {
    expect(startMs).toBeGreaterThanOrEqual(since - 1_000);
    expect(endMs).toBeGreaterThanOrEqual(startMs);
  }
}, 60_000);

test('sent again with another traceparent it is the same bytes and the same trace', async () => {
  await running.post({ ...EVENT, traceparent: traceparentOf(PRODUCERS[1]) });
  await until('a second span of scoring', () => spansOf('scoring').length === 2);
  const doors = spansOf('ingest');
  expect(doors.map(({ links }) => links[0]!.traceId)).toEqual(PRODUCERS);
  // It was counted before, and so leads to nothing.
  expect(spansOf('scoring')[1]!.attributes['updraft.outputs']).toBe(0);
  const values: string[] = [];
  for await (const { records } of running.backbone.logs.read('activity', 0, 0)) {
    values.push(
      ...records.map(({ value }) => value.toString('utf8')).filter((text) => text.includes(EVENT.id)),
    );
  }
  expect(values).toHaveLength(2);
  expect(values[1]).toBe(values[0]);
  expect(values[0]).not.toContain('traceparent');
}, 60_000);

test('ticks and other control records have no trace', () => {
  expect(collector.spans.filter(({ traceId }) => traceId !== TRACE)).toEqual([]);
});
