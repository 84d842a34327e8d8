import { Controller, Get, Inject, Res, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Registry } from 'prom-client';
import { HEALTH, type Health, type HealthSnapshot } from './health.ts';
import { REGISTRY } from './metrics.ts';

// What an orchestrator and a scraper ask for. These paths need no token: they say nothing about merchants.

@Controller()
export class HttpHealthController {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  @Get('healthz')
  healthz(@Res() response: unknown): void {
    this.#answer(response, this.health.live());
  }

  @Get('readyz')
  readyz(@Res() response: unknown): void {
    this.#answer(response, this.health.ready());
  }

  @Get('metrics')
  async metrics(@Res() response: unknown): Promise<void> {
    const text = await this.registry.metrics();
    this.adapterHost.httpAdapter.setHeader(response, 'content-type', this.registry.contentType);
    this.adapterHost.httpAdapter.reply(response, text, 200);
  }

  #answer(response: unknown, snapshot: HealthSnapshot): void {
    this.adapterHost.httpAdapter.reply(response, snapshot, snapshot.ok ? 200 : 503);
  }
}

/** Mounts /healthz, /readyz and /metrics. A process imports it once, however many services it is made of. */
export class HttpHealthModule {
  static forRoot(options: { readonly health: Health; readonly registry: Registry }): DynamicModule {
    return {
      module: HttpHealthModule,
      controllers: [HttpHealthController],
      providers: [
        { provide: HEALTH, useValue: options.health },
        { provide: REGISTRY, useValue: options.registry },
      ],
    };
  }
}
