// A real single-node Kafka for tests and trials, without Docker: the published jars under java, on free
// loopback ports, in a folder of its own. The folder remembers ports and cluster id, so that a restart,
// also by another process, finds its data and its clients find it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaClassPath } from './jars.ts';

export { kafkaAvailable } from './jars.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const COMPILED_ONCE = '-XX:TieredStopAtLevel=1';
const PROBE_EVERY_MS = 100;
const PROBE_TIMEOUT_MS = 1_000;

/** Properties for where everything is on one machine: the broker may be starved for seconds without being dead. */
export const PATIENT = { 'broker.session.timeout.ms': '6000' };

export interface KafkaOptions {
  /** Data, configuration and output; made if absent. */
  readonly dir: string;
  /** Port for clients; a free one if absent. */
  readonly port?: number;
  /** Heap of the broker in MB. */
  readonly heapMb?: number;
  /** More lines for server.properties; they win over ours. */
  readonly properties?: Readonly<Record<string, string>>;
  /** It lives for minutes: compiling its code as far as a server's would cost more than that gains. */
  readonly isBrief?: boolean;
  /** Ctrl-C on the terminal does not reach the broker: whoever started it ends it. */
  readonly isDetached?: boolean;
}

export interface RunningKafka {
  readonly brokers: string;
  readonly port: number;
  /** Where the broker's output goes. */
  readonly output: string;
  readonly pid: number;
  /** Resolves when the broker of now is gone, by whatever cause. */
  gone(): Promise<void>;
  /** Orderly. */
  stop(): Promise<void>;
  /** Orderly stop, then a start with the same data and ports. */
  restart(): Promise<void>;
  /** As a power cut would: no farewell. `restart` brings it back. */
  kill9(): Promise<void>;
}

interface Ports {
  readonly client: number;
  readonly controller: number;
}

export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  mkdirSync(options.dir, { recursive: true });
  const ports = await rememberPorts(options);
  const config = join(options.dir, 'server.properties');
  const output = join(options.dir, 'kafka.out');
  writeFileSync(config, serverProperties(options, ports));
  formatOnce(options.dir, config);

  let broker = await launch(options, config, output, ports.client);
  const stop = (): Promise<void> => end(broker, 'SIGTERM');
  return {
    brokers: `127.0.0.1:${ports.client}`,
    port: ports.client,
    output,
    get pid() {
      return broker.pid ?? -1;
    },
    gone: () => whenGone(broker),
    stop,
    restart: async () => {
      await stop();
      broker = await launch(options, config, output, ports.client);
    },
    kill9: () => end(broker, 'SIGKILL'),
  };
}

async function rememberPorts(options: KafkaOptions): Promise<Ports> {
  const file = join(options.dir, 'ports.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Ports;
  const [client, controller] = await freePorts();
  const ports: Ports = { client: options.port ?? client, controller };
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

/** Both are held at once, so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = await Promise.all([listen(), listen()]);
  await Promise.all(servers.map(({ close }) => close()));
  return [servers[0].port, servers[1].port];
}

function listen(): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port was given'));
      const close = (): Promise<void> => new Promise((closed) => server.close(() => closed()));
      resolve({ port: address.port, close });
    });
  });
}

function serverProperties(options: KafkaOptions, ports: Ports): string {
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `CLIENT://127.0.0.1:${ports.client},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${ports.client}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(options.dir, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // Tests should not wait six seconds to learn that a member is gone.
    'group.min.session.timeout.ms': '1000',
    // A killed broker is let in again only once its old session has run out.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '400',
    ...options.properties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function formatOnce(dir: string, config: string): void {
  if (existsSync(join(dir, 'data', 'meta.properties'))) return;
  // A cluster id is 16 bytes in base64url; a leading '-' would be read as an option.
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'u');
  const args = ['-cp', kafkaClassPath(), 'kafka.tools.StorageTool', 'format', '-t', id, '-c', config];
  const formatted = spawnSync('java', [COMPILED_ONCE, ...args], { encoding: 'utf8' });
  if (formatted.status !== 0) {
    throw new Error(`kafka storage format failed: ${formatted.stdout}${formatted.stderr}`);
  }
}

async function launch(
  options: KafkaOptions,
  config: string,
  output: string,
  port: number,
): Promise<ChildProcess> {
  const file = openSync(output, 'a');
  const broker = spawn(
    'java',
    [
      `-Xmx${options.heapMb ?? 768}m`,
      '-XX:+UseSerialGC',
      ...(options.isBrief === true ? [COMPILED_ONCE] : []),
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      kafkaClassPath(),
      'kafka.Kafka',
      config,
    ],
    { stdio: ['ignore', file, file], detached: options.isDetached ?? false },
  );
  closeSync(file);
  // A broker must not outlive the test run that started it.
  const killWithUs = (): void => void broker.kill('SIGKILL');
  process.once('exit', killWithUs);
  broker.once('exit', () => process.off('exit', killWithUs));
  const started = Date.now();
  while (!(await answers(port))) {
    if (broker.exitCode !== null || broker.signalCode !== null) {
      throw new Error(`kafka ended while starting, see ${output}`);
    }
    if (Date.now() - started > READY_TIMEOUT_MS) {
      broker.kill('SIGKILL');
      throw new Error(`kafka was not ready after ${READY_TIMEOUT_MS} ms, see ${output}`);
    }
    await sleep(PROBE_EVERY_MS);
  }
  return broker;
}

async function whenGone(broker: ChildProcess): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  await new Promise((resolve) => broker.once('exit', resolve));
}

async function end(broker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = whenGone(broker);
  broker.kill(signal);
  const force = setTimeout(() => broker.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(force);
}

/**
 * An ApiVersions request (key 18, version 0, correlation 1, no client id): answered once the broker serves.
 */
const API_VERSIONS = Buffer.from('0000000a0012000000000001ffff', 'hex');

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PROBE_TIMEOUT_MS });
    const done = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('connect', () => socket.write(API_VERSIONS));
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
    socket.once('close', () => done(false));
  });
}
