import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IngestConfig, isLoopback, maskedConfig, readIngestConfig } from './ingest.config.ts';
import { openSecrets } from './ingest-secrets.ts';

function config(env: Record<string, string>): IngestConfig {
  const outcome = readIngestConfig({ KAFKA_BROKERS: 'localhost:9092', ...env });
  if (outcome.config === null) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}

describe('readIngestConfig', () => {
  test('needs no more than the brokers', () => {
    expect(config({ KAFKA_BROKERS: 'a:9092, b:9093' })).toEqual({
      brokers: ['a:9092', 'b:9093'],
      prefix: 'updraft.',
      host: '127.0.0.1',
      port: 8080,
      inboundTopic: null,
      dataDirectory: '.updraft',
      pseudonymKeyHex: null,
      traceEndpoint: null,
      traceRatio: 0.001,
      logLevel: 'info',
    });
  });

  test('reports all errors at once, with variable, value and rule, and never the key', () => {
    const outcome = readIngestConfig({
      INGEST_PORT: '70000',
      LOG_LEVEL: 'loud',
      INBOUND_TOPIC: 'a topic',
      UPDRAFT_PSEUDONYM_KEY: 'abc',
    });
    expect(outcome).toMatchObject({ config: null });
    const errors = outcome.config === null ? outcome.errors : [];
    expect(errors).toEqual([
      'KAFKA_BROKERS: "" must be a list of HOST:PORT with commas between',
      'INGEST_PORT: "70000" must be a port, 0 to 65535',
      'INBOUND_TOPIC: "a topic" must be the name of a Kafka topic, or absent',
      'LOG_LEVEL: "loud" must be one of fatal, error, warn, info, debug, silent',
      'UPDRAFT_PSEUDONYM_KEY: the value (not shown) must be at least 32 bytes in hex',
    ]);
  });

  test('is printed without its secret', () => {
    const key = 'ab'.repeat(32);
    const printed = JSON.stringify(maskedConfig(config({ UPDRAFT_PSEUDONYM_KEY: key })));
    expect(printed).not.toContain(key);
    expect(printed).toContain('"pseudonymKeyHex":"***"');
  });

  test.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.org', false],
  ])('%s is loopback: %p', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('openSecrets', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ingest-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('makes tokens and key on a loopback address, once', () => {
    const first = openSecrets(config({ UPDRAFT_DATA: directory }));
    expect(readdirSync(directory).sort()).toEqual(['pseudonym.key', 'tokens', 'tokens.json']);
    expect(openSecrets(config({ UPDRAFT_DATA: directory }))).toEqual(first);
    expect(openSecrets(config({ UPDRAFT_DATA: directory, INGEST_HOST: '0.0.0.0' }))).toEqual(first);
  });

  test('refuses an address that others can reach when there are none, and makes nothing', () => {
    const open = config({ UPDRAFT_DATA: directory, INGEST_HOST: '0.0.0.0' });
    expect(() => openSecrets(open)).toThrow(/INGEST_HOST: "0.0.0.0".*tokens\.json and .*pseudonym\.key/);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('takes the key from the environment where it is given', () => {
    const { pseudonymKey } = openSecrets(
      config({ UPDRAFT_DATA: directory, UPDRAFT_PSEUDONYM_KEY: 'ab'.repeat(32) }),
    );
    expect(pseudonymKey).toEqual(Buffer.alloc(32, 0xab));
    expect(readdirSync(directory)).not.toContain('pseudonym.key');
  });
});
