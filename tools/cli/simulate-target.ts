import { LOGS } from '#contracts/logs';
import type { Target } from '#tools/simulate/target';
import { CommandError } from './command-error.ts';
import { standingPseudonymKey } from './pseudonym-key.ts';
import type { WorkspaceOptions } from './workspace-options.ts';

export const TARGETS = ['http', 'inbound', 'log'] as const;

export interface TargetOptions extends WorkspaceOptions {
  readonly to: (typeof TARGETS)[number];
  readonly url: string;
  readonly topic?: string;
  readonly partitions: number;
}

/** Each target brings what it talks to, and only when it is chosen. */
export function openTarget(options: TargetOptions): Promise<Target> {
  if (options.to === 'inbound') return openInbound(options);
  if (options.to === 'log') return openLog(options);
  return openHttp(options);
}

async function openHttp({ url, data }: TargetOptions): Promise<Target> {
  const { httpTarget } = await import('#tools/simulate/http-target');
  return httpTarget(url, await tokenOf(data));
}

async function openInbound({ topic, partitions }: TargetOptions): Promise<Target> {
  const brokers = process.env['KAFKA_BROKERS'] ?? '';
  if (brokers === '') throw new CommandError('--to inbound: KAFKA_BROKERS must say where the topic is');
  if (topic === undefined) {
    throw new CommandError("--to inbound: --topic must name the platform's topic, ingest's INBOUND_TOPIC");
  }
  const log = LOGS.find((name) => topic.endsWith(`.${name}`));
  if (log !== undefined) {
    throw new CommandError(
      `--topic ${topic}: is named like a workspace's log ${log}, which must hold nothing unjudged; see --to log`,
    );
  }
  const { inboundTarget } = await import('#tools/simulate/inbound-target');
  return inboundTarget({ brokers: brokers.split(',').map((broker) => broker.trim()), topic, partitions });
}

async function openLog(options: TargetOptions): Promise<Target> {
  const { env } = process;
  if ((env['KAFKA_BROKERS'] ?? '') + (env['DATABASE_URL'] ?? '') === '') {
    throw new CommandError(
      '--to log: KAFKA_BROKERS or DATABASE_URL must say where the log is; an embedded one takes events at its door',
    );
  }
  const pseudonymKey = standingPseudonymKey(options.data);
  const [{ openWorkspace }, { logTarget }] = await Promise.all([
    import('./open-workspace.ts'),
    import('#tools/simulate/log-target'),
  ]);
  const { name, logs, close } = await openWorkspace({ ...options, for: 'existing' });
  const target = logTarget({ name, logs, pseudonymKey });
  return {
    ...target,
    async close() {
      await target.close();
      await close();
    },
  };
}

async function tokenOf(data: string): Promise<string> {
  const given = process.env['UPDRAFT_TOKEN'];
  if (given !== undefined && given !== '') return given;
  const { readPlainToken } = await import('#contracts/tokens');
  try {
    return readPlainToken(data, 'producer');
  } catch (error) {
    throw new CommandError(
      `no token for the door (${(error as Error).message}): ` +
        'say --data DIR of the running Updraft, or set UPDRAFT_TOKEN',
    );
  }
}
