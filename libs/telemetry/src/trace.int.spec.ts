import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createLog } from './log.ts';
import { Collector } from './testing/collector.ts';
import { openTraces, type EndedSpan } from './trace.ts';
import { spanIdOf, traceIdOf } from './trace-id.ts';

// What reaches a collector, and what a process notices of one that is away: nothing.

const WORK_MS_MAX = 10_000;
const CLOSE_MS_MAX = 10_000;

interface Lines {
  readonly text: string[];
  write(line: string): void;
}

function logLines(): { lines: Lines; log: ReturnType<typeof createLog> } {
  const text: string[] = [];
  const lines = { text, write: (line: string) => void text.push(line) };
  return { lines, log: createLog('spec', { destination: lines }) };
}

const span = (number: number): EndedSpan => ({
  traceId: traceIdOf(`event-${number}`),
  stage: 'scoring',
  position: `0/${number}`,
  parent: { stage: 'ingest', position: '' },
  endedAtMs: 1_764_000_000_250,
  ms: 250.5,
  attributes: { 'updraft.partition': 0, 'updraft.decisions': ['0/7/0/1'] },
  link: null,
});

test('without a collector there are no traces', async () => {
  const { log } = logLines();
  expect(await openTraces('spec', { traceEndpoint: null, traceRatio: 1 }, log)).toBeNull();
});

test('closing sends what is queued, with derived ids, times and attributes', async () => {
  const collector = await Collector.open();
  const { log } = logLines();
  const traces = (await openTraces('spec', { traceEndpoint: collector.endpoint, traceRatio: 1 }, log))!;
  traces.ended(span(7));
  await traces.close();
  await collector.close();
  expect([...collector.paths]).toEqual(['/v1/traces']);
  const traceId = traceIdOf('event-7');
  expect(collector.spans).toMatchObject([
    {
      service: 'spec',
      name: 'scoring',
      traceId,
      spanId: spanIdOf(traceId, 'scoring', '0/7'),
      parentSpanId: spanIdOf(traceId, 'ingest', ''),
      startMs: 1_763_999_999_999.5,
      endMs: 1_764_000_000_250,
      attributes: { 'updraft.partition': 0, 'updraft.decisions': ['0/7/0/1'] },
    },
  ]);
});

test('only a share of events is sampled', async () => {
  const { log } = logLines();
  const traces = (await openTraces('spec', { traceEndpoint: 'http://127.0.0.1:9', traceRatio: 0.1 }, log))!;
  const sampled = Array.from({ length: 10_000 }, (_, n) => traces.traceOf(`event-${n}`)).filter(Boolean);
  expect(sampled.length).toBeGreaterThan(850);
  expect(sampled.length).toBeLessThan(1_150);
  await traces.close();
});

describe('a collector that', () => {
  /** A port on which nobody listens, and one that takes connections and never answers. */
  async function listener(isSilent: boolean): Promise<{ endpoint: string; close: () => Promise<unknown> }> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const close = (): Promise<unknown> => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    };
    if (!isSilent) await close();
    return { endpoint, close: isSilent ? close : async () => undefined };
  }

  test.each([
    ['is away', false],
    ['never answers', true],
  ])(
    '%s takes no time of the work, no room beyond the queue, and a bounded time at closing',
    async (_what, isSilent) => {
      const { endpoint, close } = await listener(isSilent);
      const { lines, log } = logLines();
      const traces = (await openTraces('spec', { traceEndpoint: endpoint, traceRatio: 1 }, log))!;
      const one = span(1);
      const startedAt = performance.now();
      for (let number = 0; number < 50_000; number += 1) traces.ended(one);
      // Even on a busy machine; a hundred batches that were waited for would take minutes.
      expect(performance.now() - startedAt).toBeLessThan(WORK_MS_MAX);
      const closedFrom = performance.now();
      await traces.close();
      expect(performance.now() - closedFrom).toBeLessThan(CLOSE_MS_MAX);
      await close();
      expect(lines.text.length).toBeLessThanOrEqual(1);
    },
    40_000,
  );

  test('refuses is told of once, and once more when it is back', async () => {
    const collector = await Collector.open();
    collector.status = 400;
    const { lines, log } = logLines();
    const traces = (await openTraces('spec', { traceEndpoint: collector.endpoint, traceRatio: 1 }, log))!;
    const told = async (count: number, sent: number): Promise<void> => {
      const deadline = performance.now() + 10_000;
      while (lines.text.length < count && performance.now() < deadline) {
        traces.ended(span(sent));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await told(1, 1);
    collector.status = 200;
    await told(2, 2);
    await traces.close();
    await collector.close();
    const messages = lines.text.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(['the trace collector takes no spans', 'the trace collector takes spans again']);
  }, 30_000);
});
