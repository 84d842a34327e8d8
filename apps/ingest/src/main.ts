import 'reflect-metadata';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
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

const outcome = readIngestConfig(process.env);
if (outcome.config === null) {
  for (const error of outcome.errors) process.stderr.write(`${error}\n`);
  process.exitCode = EXIT_BAD_CONFIG;
} else if (process.argv.includes('--check-config')) {
  process.stdout.write(`${JSON.stringify(maskedConfig(outcome.config), null, 2)}\n`);
} else {
  const log = createLog('ingest', { level: outcome.config.logLevel });
  try {
    await run(outcome.config, log);
  } catch (error) {
    log.fatal({ error }, 'ingest did not start');
    process.exitCode = 1;
  }
}

async function run(config: IngestConfig, log: Log): Promise<void> {
  const secrets = openSecrets(config);
  const logs = createKafkaLogs({
    brokers: config.brokers,
    prefix: config.prefix,
    clientId: 'updraft-ingest',
  });
  try {
    const { pseudonymKey, tokens } = secrets;
    const partitions = await logs.partitions('activity');
    const traces = await openTraces('ingest', config, log);
    const shared = { logs, partitions, health: new Health(), registry: createRegistry(), log, traces };
    const app = await createIngestApp({ ...shared, config: { pseudonymKey }, tokens });
    const topic = config.inboundTopic;
    const inbound = topic === null ? null : openInbound({ ...shared, topic, config, pseudonymKey });
    await app.listen(config.port, config.host);
    log.info({ url: await app.getUrl() }, 'ingest is open');
    let isStopping = false;
    const stop = async (signal: string): Promise<void> => {
      if (isStopping) return;
      isStopping = true;
      log.info({ signal }, 'ingest is closing');
      await Promise.all([app.close(), inbound?.close()]);
      await traces?.close();
      await logs.close();
    };
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal));
  } catch (error) {
    await logs.close();
    throw error;
  }
}
