import 'reflect-metadata';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { loadTokens } from '#contracts/tokens';
import { openDatabase, type StoreDatabase } from '#store/database';
import { migrate } from '#store/migrate';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import type { Logs } from '#stream/log';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import { createEnding, type Ending } from '#telemetry/ending';
import { hangUp } from '#telemetry/hang-up';
import { Health } from '#telemetry/health';
import { createLog, type Log } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { createConsoleApp } from './console.app.ts';
import { maskedConfig, readConsoleConfig, type ConsoleConfig } from './console.config.ts';
import { CONSOLE_LIMITS } from './console-limits.ts';

// The read side as a process: config, database, logs, projections and server; and back in the opposite order.

const EXIT_BAD_CONFIG = 2;
/** How long requests under way may hold up the closing, ms. */
const ANSWER_MS_MAX = 5_000;

const outcome = readConsoleConfig(process.env);
if (outcome.config === null) {
  for (const error of outcome.errors) process.stderr.write(`${error}\n`);
  process.exitCode = EXIT_BAD_CONFIG;
} else if (process.argv.includes('--check-config')) {
  process.stdout.write(`${JSON.stringify(maskedConfig(outcome.config), null, 2)}\n`);
} else {
  const log = createLog('console', { level: outcome.config.logLevel });
  const ending = createEnding(log, 'the console');
  try {
    await run(outcome.config, log, ending);
  } catch (error) {
    await ending.failed(error);
  }
}

async function run(config: ConsoleConfig, log: Log, ending: Ending): Promise<void> {
  const tokenFile = join(config.dataDirectory, 'tokens.json');
  const tokens = loadTokens(tokenFile);
  if (tokens === null) throw new Error(`UPDRAFT_DATA: ${tokenFile} must be there: ingest makes it`);
  const database = await openDatabase({
    url: config.databaseUrl,
    embedded: false,
    workspace: workspaceOf(config.prefix),
  });
  ending.opened('database', () => database.close());
  await migrate(database);
  const logs = openLogs(config, database, log);
  ending.opened('logs', () => logs.close());
  const app = await createConsoleApp({
    logs,
    database,
    partitions: await logs.partitions('decisions'),
    tokens,
    health: new Health(),
    registry: createRegistry(),
    config: CONSOLE_LIMITS,
    log,
    snapshots: createSnapshotStore(database),
  });
  ending.opened('server and projections', () => {
    hangUp(app.getHttpServer() as Server, ANSWER_MS_MAX);
    return app.close();
  });
  await app.listen(config.port, config.host);
  if (!ending.isAsked()) log.info({ url: await app.getUrl() }, 'the console is open');
}

function openLogs(config: ConsoleConfig, database: StoreDatabase, log: Log): Logs {
  if (config.brokers === null) {
    return createPostgresLogs({
      sql: database,
      onError: (error) => log.warn({ error }, 'reading a log failed'),
    });
  }
  const { brokers, prefix } = config;
  return createKafkaLogs({
    brokers,
    prefix,
    clientId: 'updraft-console',
    notice: (level, message, detail) => log[level](detail, message),
  });
}

/** `updraft.` names schema `updraft`: one workspace, one schema, as the store spells it. */
function workspaceOf(prefix: string): string {
  return prefix.replace(/\.$/, '').toLowerCase().replaceAll(/[.-]/g, '_');
}
