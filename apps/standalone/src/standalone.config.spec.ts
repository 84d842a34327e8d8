import { maskedStandaloneConfig, readStandaloneConfig, type StandaloneConfig } from './standalone.config.ts';

function config(env: Record<string, string>): StandaloneConfig {
  const outcome = readStandaloneConfig(env);
  if (outcome.config === null) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}

test('nothing needs to be said: an embedded workspace in .updraft, on a loopback port', () => {
  expect(config({})).toEqual({
    dataDirectory: '.updraft',
    databaseUrl: null,
    prefix: 'updraft.',
    partitions: 4,
    zone: 'Asia/Shanghai',
    policy: 'policies/starter/bundle.yaml',
    host: '127.0.0.1',
    port: 8080,
    traceEndpoint: null,
    traceRatio: 0.001,
    logLevel: 'info',
  });
});

test('all errors come at once, with variable, value and rule', () => {
  const outcome = readStandaloneConfig({
    UPDRAFT_PARTITIONS: '0',
    UPDRAFT_ZONE: 'Mars/Olympus',
    UPDRAFT_POLICY: '',
    STANDALONE_PORT: 'http',
  });
  expect(outcome).toEqual({
    config: null,
    errors: [
      'UPDRAFT_PARTITIONS: "0" must be a number, 1 to 256',
      'UPDRAFT_ZONE: "Mars/Olympus" must be an IANA time zone',
      'UPDRAFT_POLICY: "" must be a policy file',
      'STANDALONE_PORT: "http" must be a port, 0 to 65535',
    ],
  });
});

test('a server takes the place of the embedded database; its password is never shown', () => {
  const withServer = config({ DATABASE_URL: 'postgres://u:geheim@db/updraft' });
  expect(withServer.databaseUrl).toContain('geheim');
  expect(maskedStandaloneConfig(withServer)).toMatchObject({ databaseUrl: 'postgres://***@db/updraft' });
  expect(maskedStandaloneConfig(config({}))).toMatchObject({ databaseUrl: null });
  const outcome = readStandaloneConfig({ DATABASE_URL: 'geheim' });
  expect(JSON.stringify(outcome)).not.toContain('geheim');
  expect(outcome.config).toBeNull();
});
