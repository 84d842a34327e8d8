import 'reflect-metadata';
import { createLog, type Log } from '#telemetry/log';
import { openWorkspace } from './open-workspace.ts';
import { maskedStandaloneConfig, readStandaloneConfig, type StandaloneConfig } from './standalone.config.ts';
import { startStandalone, type Standalone } from './standalone.ts';

// Updraft in one process, without the demo: `updraft start` is this with a season before it and a summary beside it.

const EXIT_BAD_CONFIG = 2;

const outcome = readStandaloneConfig(process.env);
if (outcome.config === null) {
  for (const error of outcome.errors) process.stderr.write(`${error}\n`);
  process.exitCode = EXIT_BAD_CONFIG;
} else if (process.argv.includes('--check-config')) {
  process.stdout.write(`${JSON.stringify(maskedStandaloneConfig(outcome.config), null, 2)}\n`);
} else {
  const log = createLog('standalone', { level: outcome.config.logLevel });
  try {
    await run(outcome.config, log);
  } catch (error) {
    log.fatal({ error }, 'updraft did not start');
    process.exitCode = 1;
  }
}

async function run(config: StandaloneConfig, log: Log): Promise<void> {
  const workspace = await openWorkspace(config, log, null);
  let standalone: Standalone | null = null;
  let stopping: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await standalone?.close();
    await workspace.backbone.close();
  };
  const stop = (): Promise<void> => (stopping ??= close());
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop());
  try {
    standalone = await startStandalone({ ...workspace, config, log });
    const { hash, isOurs } = await standalone.activate(config.policy, () => undefined);
    // A signal may have come meanwhile: what is closing takes no clock and opens no door.
    if (stopping !== null) return;
    await standalone.startTime();
    const url = await standalone.listen(config.port, config.host);
    log.info(isOurs ? { url, bundle: hash } : { url }, 'updraft runs');
  } catch (error) {
    // Left open, the database and the stages would keep a process alive that never opened its door.
    await stop();
    throw error;
  }
}
