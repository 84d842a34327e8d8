import { maskedConfig, readConsoleConfig } from './console.config.ts';

const DATABASE_URL = 'postgres://updraft:secret@db:5432/updraft';

test('needs no more than the database', () => {
  expect(readConsoleConfig({ DATABASE_URL })).toEqual({
    config: {
      databaseUrl: DATABASE_URL,
      brokers: null,
      prefix: 'updraft.',
      host: '127.0.0.1',
      port: 8081,
      dataDirectory: '.updraft',
      logLevel: 'info',
    },
  });
});

test('reports all errors at once, with variable, value and rule, and never the password', () => {
  const outcome = readConsoleConfig({
    DATABASE_URL: 'mysql://updraft:secret@db',
    KAFKA_BROKERS: 'kafka',
    CONSOLE_PORT: '70000',
    UPDRAFT_PREFIX: 'a b',
  });
  expect(outcome).toEqual({
    config: null,
    errors: [
      'DATABASE_URL: the value (not shown) must be postgres://USER:PASSWORD@HOST:PORT/DATABASE',
      'KAFKA_BROKERS: "kafka" must be a list of HOST:PORT with commas between, or absent: the logs are then tables',
      'UPDRAFT_PREFIX: "a b" must be A-Z a-z 0-9 . _ -',
      'CONSOLE_PORT: "70000" must be a port, 0 to 65535',
    ],
  });
});

test('is printed without its password', () => {
  const { config } = readConsoleConfig({ DATABASE_URL, KAFKA_BROKERS: 'a:9092, b:9093' });
  expect(maskedConfig(config!)).toMatchObject({
    databaseUrl: 'postgres://***@db:5432/updraft',
    brokers: ['a:9092', 'b:9093'],
  });
});
