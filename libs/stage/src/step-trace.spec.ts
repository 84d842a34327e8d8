import { scoring } from '#domain/scoring/scoring-machine';
import { allocator } from '#domain/allocator/allocator-machine';
import type { Position } from '#domain/stage/position';
import type { InputRecord, OutputRecord } from '#domain/stage/stage';
import type { EndedSpan, Traces } from '#telemetry/trace';
import { createStepTrace } from './step-trace.ts';

const PAID = 'updraft.order.paid.v1';
const TICK = 'updraft.control.tick.v1';

/** Samples events whose id begins with `sampled`; the trace is the id. */
function openTraces() {
  const asked: string[] = [];
  const spans: EndedSpan[] = [];
  const traces: Traces = {
    traceOf(eventId) {
      asked.push(eventId);
      return eventId.startsWith('sampled') ? eventId : null;
    },
    ended: (span) => void spans.push(span),
    close: async () => undefined,
  };
  return { traces, asked, spans };
}

function event(position: Position, id: string, type = PAID): InputRecord {
  const time = '2026-11-11T10:00:00.000Z';
  return {
    position,
    key: 'shop-1',
    text: '',
    event: { specversion: '1.0', id, source: '/shop', type, subject: 'shop-1', time, data: {} },
  };
}

function capability(position: Position, eventId: string, type = PAID): InputRecord {
  const record = event(position, position.join('/'), 'updraft.capability.merchant.v1');
  const cause = { position: position.slice(0, 2).join('/'), eventId, type, hash: 'ab' };
  return { ...record, event: { ...record.event, data: { cause } } };
}

function output(log: OutputRecord['log'], position: Position, data: object = {}): OutputRecord {
  return { log, key: null, position, text: JSON.stringify({ data }) };
}

test('a sampled event has its span when its outputs are published, and not before', () => {
  const { traces, spans } = openTraces();
  const trace = createStepTrace(traces, scoring, null);
  const outputs = [output('capability', [3, 7, 0]), output('dead-letters', [3, 7, 1])];
  trace.stepped(event([3, 7], 'sampled-1'), outputs);
  trace.stepped(event([3, 8], 'other'), []);
  expect(spans).toEqual([]);
  trace.published(40);
  trace.published(50);
  expect(spans).toMatchObject([
    {
      traceId: 'sampled-1',
      stage: 'scoring',
      position: '3/7',
      parent: { stage: 'ingest', position: '' },
      ms: 40,
      attributes: { 'updraft.partition': 3, 'updraft.outputs': 2, 'updraft.dead_letters': 1 },
    },
  ]);
});

test('the allocator finds trace and parent in the cause, and names its decisions', () => {
  const { traces, spans } = openTraces();
  const trace = createStepTrace(traces, allocator, null);
  const decided = { outcome: 'issue', programme: 'welcome-boost' };
  const outputs = [output('decisions', [3, 7, 0, 0], decided), output('grants', [3, 7, 0, 0], {})];
  trace.stepped(capability([3, 7, 0], 'sampled-1'), outputs);
  trace.published(1);
  expect(spans).toMatchObject([
    {
      traceId: 'sampled-1',
      stage: 'allocator',
      position: '3/7/0',
      parent: { stage: 'scoring', position: '3/7' },
      attributes: {
        'updraft.decisions': ['3/7/0/0'],
        'updraft.outcomes': ['issue'],
        'updraft.programmes': ['welcome-boost'],
      },
    },
  ]);
});

test('what is stepped again after a take-over has no second span, and what follows has one', () => {
  const { traces, spans } = openTraces();
  const trace = createStepTrace(traces, scoring, [3, 7, 0]);
  for (const offset of [6, 7, 8]) trace.stepped(event([3, offset], 'sampled-1'), []);
  trace.published(1);
  expect(spans.map(({ position }) => position)).toEqual(['3/8']);
});

test('control records, what they lead to and quarantined records are not even looked at', () => {
  const { traces, asked } = openTraces();
  const scores = createStepTrace(traces, scoring, null);
  scores.stepped(event([3, 7], 'sampled-1', TICK), []);
  scores.stepped({ ...event([3, 8], 'sampled-2'), quarantined: 'a reason' }, []);
  createStepTrace(traces, allocator, null).stepped(capability([3, 7, 0], 'sampled-1', TICK), []);
  expect(asked).toEqual([]);
});
