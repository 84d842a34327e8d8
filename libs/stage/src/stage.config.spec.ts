import { maskedStageConfig, readStageConfig, workspaceOf } from './stage.config.ts';

const DATABASE_URL = 'postgres://updraft:geheim@db:5432/updraft';

test('a stage needs no more than its database', () => {
  expect(readStageConfig({ DATABASE_URL }, 'SCORING', 8082)).toEqual({
    config: {
      databaseUrl: DATABASE_URL,
      brokers: null,
      prefix: 'updraft.',
      inboundTopic: null,
      host: '127.0.0.1',
      port: 8082,
      traceEndpoint: null,
      traceRatio: 0.001,
      logLevel: 'info',
    },
  });
});

test('each role reads its own address', () => {
  const env = { DATABASE_URL, SCORING_PORT: '1', ALLOCATOR_PORT: '2', ALLOCATOR_HOST: '0.0.0.0' };
  expect(readStageConfig(env, 'SCORING', 8082).config).toMatchObject({ port: 1, host: '127.0.0.1' });
  expect(readStageConfig(env, 'ALLOCATOR', 8083).config).toMatchObject({ port: 2, host: '0.0.0.0' });
});

test('brokers are a list', () => {
  const env = { DATABASE_URL, KAFKA_BROKERS: 'a:9092, b:9093' };
  expect(readStageConfig(env, 'SCORING', 1).config?.brokers).toEqual(['a:9092', 'b:9093']);
});

test('scoring alone looks at the topic of the platform, which is one of its brokers', () => {
  const env = { DATABASE_URL, KAFKA_BROKERS: 'a:9092', INBOUND_TOPIC: 'marketplace.events' };
  expect(readStageConfig(env, 'SCORING', 1).config?.inboundTopic).toBe('marketplace.events');
  expect(readStageConfig(env, 'ALLOCATOR', 1).config?.inboundTopic).toBeNull();
  const { KAFKA_BROKERS: _, ...without } = env;
  expect(readStageConfig(without, 'SCORING', 1)).toMatchObject({
    config: null,
    errors: [expect.stringContaining('INBOUND_TOPIC')],
  });
});

test('all errors come at once, with variable, value and rule, and never the password', () => {
  const env = {
    DATABASE_URL: 'mysql://u:geheim@x',
    KAFKA_BROKERS: 'nowhere',
    UPDRAFT_PREFIX: 'a b',
    SCORING_PORT: '70000',
    LOG_LEVEL: 'loud',
  };
  const outcome = readStageConfig(env, 'SCORING', 8082);
  if (outcome.config !== null) throw new Error('it must be refused');
  const names = outcome.errors.map((error) => error.split(':')[0]);
  expect(names.sort()).toEqual([
    'DATABASE_URL',
    'KAFKA_BROKERS',
    'LOG_LEVEL',
    'SCORING_PORT',
    'UPDRAFT_PREFIX',
  ]);
  expect(outcome.errors.join('\n')).toContain('SCORING_PORT: "70000" must be a port');
  expect(outcome.errors.join('\n')).not.toContain('geheim');
});

test('what --check-config prints does not hold the password', () => {
  const { config } = readStageConfig({ DATABASE_URL }, 'SCORING', 8082);
  const printed = JSON.stringify(maskedStageConfig(config!));
  expect(printed).not.toContain('geheim');
  expect(printed).toContain('db:5432/updraft');
});

test.each([
  ['updraft.', 'updraft'],
  ['Shop-1.eu.', 'shop_1_eu'],
  ['a', 'a'],
])('prefix %s is workspace %s', (prefix, workspace) => expect(workspaceOf(prefix)).toBe(workspace));
