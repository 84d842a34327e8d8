import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import type { TokenRecord } from '#contracts/tokens';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import type { Health } from '#telemetry/health';
import type { Log } from '#telemetry/log';
import type { Registry } from '#telemetry/metrics';
import { ProblemFilter } from '#telemetry/problem.filter';
import { AccountBook } from './account-book.ts';
import { BundleShelf } from './bundle-shelf.ts';
import type { ConsoleLimits } from './console-limits.ts';
import { AccountsController } from './http/accounts.controller.ts';
import { DecisionsController } from './http/decisions.controller.ts';
import { GrantsController } from './http/grants.controller.ts';
import { MerchantsController } from './http/merchants.controller.ts';
import { OperationsController } from './http/operations.controller.ts';
import { PoliciesController } from './http/policies.controller.ts';
import { QueueController } from './http/queue.controller.ts';
import { ReaderGuard } from './http/reader.guard.ts';
import { ShadowsController } from './http/shadows.controller.ts';
import { StopsController } from './http/stops.controller.ts';
import { DATABASE, PARTITIONS, TOKENS } from './injection.ts';
import { PartitionStatus } from './partition-status.ts';
import { PolicyDesk } from './policy-desk.ts';
import { ReadSide } from './read-side.ts';
import { ShadowRuns } from './shadow-runs.ts';
import { StopDesk } from './stop-desk.ts';
import { DecisionTail } from './stream/decision-tail.ts';
import { StreamClients } from './stream/stream-clients.ts';

/** What the console is made of. The process opens and closes all of it; /healthz and the like are its own to mount. */
export interface ConsoleParts {
  readonly logs: Logs;
  readonly database: Database;
  readonly partitions: number;
  readonly tokens: readonly TokenRecord[];
  readonly health: Health;
  readonly registry: Registry;
  readonly config: ConsoleLimits;
  /** Where alarms are told besides /readyz. */
  readonly log: Log;
  /** Where stages say how far they are, and whether they have heard of a stop. */
  readonly snapshots: SnapshotStore;
}

/** For the fastify adapter of whoever serves the console: a merchant id is longer than a path part may be. */
export const HTTP_OPTIONS = { routerOptions: { maxParamLength: 400 } } as const;

@Module({})
export class ConsoleModule {
  static forRoot(parts: ConsoleParts): DynamicModule {
    const { logs, database, partitions, config, snapshots } = parts;
    const shelf = new BundleShelf(logs);
    const tail = new DecisionTail(database, partitions);
    const clients = new StreamClients(database, tail, partitions, config.stream);
    const readSide = new ReadSide({
      ...parts,
      log: parts.log ?? null,
      tail,
      clients,
      limits: config.projector,
    });
    return {
      module: ConsoleModule,
      controllers: [
        DecisionsController,
        MerchantsController,
        GrantsController,
        AccountsController,
        QueueController,
        OperationsController,
        StopsController,
        PoliciesController,
        ShadowsController,
      ],
      providers: [
        { provide: DATABASE, useValue: database },
        { provide: PARTITIONS, useValue: partitions },
        { provide: TOKENS, useValue: parts.tokens },
        { provide: BundleShelf, useValue: shelf },
        { provide: AccountBook, useValue: new AccountBook(database, shelf) },
        { provide: StreamClients, useValue: clients },
        { provide: PartitionStatus, useValue: new PartitionStatus(logs, database, partitions, snapshots) },
        { provide: StopDesk, useFactory: () => new StopDesk(logs, database, snapshots, parts.log) },
        { provide: PolicyDesk, useFactory: () => new PolicyDesk(logs, database, snapshots, parts.log) },
        { provide: ShadowRuns, useFactory: () => new ShadowRuns(parts) },
        { provide: ReadSide, useFactory: () => readSide },
        ReaderGuard,
        {
          provide: APP_FILTER,
          useFactory: (host: HttpAdapterHost) => new ProblemFilter(host, parts.log),
          inject: [HttpAdapterHost],
        },
      ],
    };
  }
}
