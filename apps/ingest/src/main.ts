import 'reflect-metadata';
import type { Server } from 'node:http';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import { createEnding, type Ending } from '#telemetry/ending';
import { hangUp } from '#telemetry/hang-up';
import { Health } from '#telemetry/health';
import { createLog, type Log } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { openTraces } from '#telemetry/trace';
import { createIngestApp } from './ingest.app.ts';
import { type IngestConfig, maskedConfig, readIngestConfig } from './ingest.config.ts';
import { openSecrets } from './ingest-secrets.ts';
import { openInbound } from './inbound.ts';

// Both doors as a process on Kafka: config, secrets, logs, the platform's topic where there is one, server; and back in
// the opposite order.

const EXIT_BAD_CONFIG = 2;
/** Longer than the log is waited for: what it acknowledges is answered, ms. */
const ANSWER_MS_MAX = 12_000;

const outcome = readIngestConfig(process.env);
if (outcome.config === null) {
  for (const error of outcome.errors) process.stderr.write(`${error}\n`);
  process.exitCode = EXIT_BAD_CONFIG;
} else if (process.argv.includes('--check-config')) {
  process.stdout.write(`${JSON.stringify(maskedConfig(outcome.config), null, 2)}\n`);
} else {
  const log = createLog('ingest', { level: outcome.config.logLevel });
  const ending = createEnding(log, 'ingest');
  try {
    await run(outcome.config, log, ending);
  } catch (error) {
    await ending.failed(error);
  }
}

async function run(config: IngestConfig, log: Log, ending: Ending): Promise<void> {
  const secrets = openSecrets(config);
  const logs = createKafkaLogs({
    brokers: config.brokers,
    prefix: config.prefix,
    clientId: 'updraft-ingest',
  });
  ending.opened('logs', () => logs.close());
  const { pseudonymKey, tokens } = secrets;
  const partitions = await logs.partitions('activity');
  const traces = await openTraces('ingest', config, log);
  if (traces) ending.opened('traces', () => traces.close());
  const shared = { logs, partitions, health: new Health(), registry: createRegistry(), log, traces };
  const app = await createIngestApp({ ...shared, config: { pseudonymKey }, tokens });
  const topic = config.inboundTopic;
  const inbound = topic === null ? null : openInbound({ ...shared, topic, config, pseudonymKey });
  ending.opened('both doors', () => {
    hangUp(app.getHttpServer() as Server, ANSWER_MS_MAX);
    return Promise.all([app.close(), inbound?.close()]);
  });
  await app.listen(config.port, config.host);
  if (!ending.isAsked()) log.info({ url: await app.getUrl() }, 'ingest is open');
}
