import { Writable } from 'node:stream';
import { Health } from './health.ts';
import { createLog } from './log.ts';
import { counter, createRegistry, gauge, histogram } from './metrics.ts';
import { problem } from './problem.ts';

describe('Health', () => {
  test('is live and ready when nothing was declared', () => {
    const health = new Health();
    expect(health.live()).toEqual({ ok: true, failing: [] });
    expect(health.ready()).toEqual({ ok: true, failing: [] });
  });

  test('is not ready until every declared check was set', () => {
    const health = new Health();
    health.declare('partition 1', 'log');
    health.set('log', true);
    expect(health.ready()).toEqual({
      ok: false,
      failing: [{ name: 'partition 1', ok: false, detail: 'not started' }],
    });
    health.set('partition 1', true);
    expect(health.ready().ok).toBe(true);
    health.declare('log');
    expect(health.ready().ok).toBe(true);
  });

  test('a paused partition is unready, says why, and does not make the process dead', () => {
    const health = new Health();
    health.set('partition 3', false, 'step threw at 3/18842');
    health.set('partition 1', false, 'paused');
    expect(health.ready().failing.map((check) => check.name)).toEqual(['partition 1', 'partition 3']);
    expect(health.live().ok).toBe(true);
    health.remove('partition 1');
    expect(health.ready().failing).toEqual([
      { name: 'partition 3', ok: false, detail: 'step threw at 3/18842' },
    ]);
  });

  test('what is not live is not ready either', () => {
    const health = new Health();
    health.setLive('database thread', false, 'wedged');
    expect(health.live().ok).toBe(false);
    expect(health.ready().failing.map((check) => check.name)).toEqual(['database thread']);
  });
});

describe('metrics', () => {
  test('asking twice for a name gives the same metric, in this registry only', async () => {
    const registry = createRegistry();
    const options = { name: 'events_total', help: 'Events.', labels: ['type'] as const };
    counter(registry, options).inc({ type: 'a' }, 2);
    counter(registry, options).inc({ type: 'a' });
    expect(await registry.metrics()).toContain('updraft_events_total{type="a"} 3');
    expect(await createRegistry().metrics()).not.toContain('updraft_events_total');
  });

  test('the same name for another kind is refused', () => {
    const registry = createRegistry();
    gauge(registry, { name: 'lag_records', help: 'Lag.' }).set(1);
    expect(() => counter(registry, { name: 'lag_records', help: 'Lag.' })).toThrow('not a Counter');
  });

  test('a histogram keeps the edges it was given', async () => {
    const registry = createRegistry();
    histogram(registry, { name: 'wait_seconds', help: 'Wait.', buckets: [0.5, 2] }).observe(1);
    const text = await registry.metrics();
    expect(text).toContain('updraft_wait_seconds_bucket{le="0.5"} 0');
    expect(text).toContain('updraft_wait_seconds_bucket{le="2"} 1');
  });
});

describe('createLog', () => {
  function lines(): { written: Record<string, unknown>[]; destination: Writable } {
    const written: Record<string, unknown>[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    return { written, destination };
  }

  test('writes JSON lines with name, level in words, time and the error in full', () => {
    const { written, destination } = lines();
    createLog('ingest', { destination }).error({ error: new Error('no broker') }, 'cannot write');
    expect(written).toEqual([
      expect.objectContaining({ name: 'ingest', level: 'error', msg: 'cannot write' }) as object,
    ]);
    expect(written[0]!['error']).toMatchObject({ message: 'no broker', stack: expect.any(String) as string });
    expect(written[0]!['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  test('says nothing below its level and never a token', () => {
    const { written, destination } = lines();
    const log = createLog('ingest', { destination, level: 'warn' });
    log.info('quiet');
    log.warn({ token: 'secret', headers: { authorization: 'Bearer secret' } }, 'loud');
    expect(written).toHaveLength(1);
    expect(JSON.stringify(written)).not.toContain('secret');
  });
});

describe('problem', () => {
  test('has the members of RFC 9457 and its extensions, which cannot hide them', () => {
    expect(problem(429, 'try later', { limit: 5, status: 200 })).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'try later',
      limit: 5,
    });
  });
});
