import 'reflect-metadata';
import { Controller, Get, NotFoundException, type INestApplication } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Health } from './health.ts';
import { HttpHealthModule } from './http-health.controller.ts';
import { createLog } from './log.ts';
import { counter, createRegistry } from './metrics.ts';
import { ProblemFilter } from './problem.filter.ts';
import { problem, ProblemError } from './problem.ts';

@Controller('fail')
class FailingController {
  @Get('known')
  known(): never {
    throw new ProblemError(problem(429, 'too much', { limit: 3 }), { 'retry-after': '7' });
  }
  @Get('nest')
  nest(): never {
    throw new NotFoundException('no such merchant');
  }
  @Get('bug')
  bug(): never {
    throw new TypeError('secret internals');
  }
}

class FailingModule {}

describe('a process over HTTP', () => {
  const health = new Health();
  const registry = createRegistry();
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const imports = [HttpHealthModule.forRoot({ health, registry })];
    app = await NestFactory.create(
      { module: FailingModule, imports, controllers: [FailingController] },
      new FastifyAdapter(),
      { logger: false },
    );
    app.useGlobalFilters(new ProblemFilter(app.get(HttpAdapterHost), createLog('test', { level: 'silent' })));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  test('says 503 with the list of what is not ready, and 200 once all is', async () => {
    health.declare('log');
    const unready = await fetch(`${url}/readyz`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toEqual({
      ok: false,
      failing: [{ name: 'log', ok: false, detail: 'not started' }],
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    health.set('log', true);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('says 503 on /healthz only for what a restart would cure', async () => {
    health.setLive('loop', false, 'stuck');
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    health.setLive('loop', true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('shows the metrics of the given registry as text', async () => {
    counter(registry, { name: 'seen_total', help: 'Seen.' }).inc(4);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toContain('updraft_seen_total 4');
  });

  test('answers errors of every origin as problem details and tells no internals', async () => {
    const known = await fetch(`${url}/fail/known`);
    expect(known.status).toBe(429);
    expect(known.headers.get('content-type')).toContain('application/problem+json');
    expect(known.headers.get('retry-after')).toBe('7');
    expect(await known.json()).toMatchObject({ status: 429, limit: 3, detail: 'too much' });
    expect(await (await fetch(`${url}/fail/nest`)).json()).toMatchObject({
      status: 404,
      detail: 'no such merchant',
    });
    const bug = await fetch(`${url}/fail/bug`);
    expect(bug.status).toBe(500);
    expect(await bug.text()).not.toContain('secret');
    const nowhere = await fetch(`${url}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get('content-type')).toContain('application/problem+json');
  });
});
