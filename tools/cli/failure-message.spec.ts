import { BundleFileError } from '#stage/bundle-file';
import { DataDirectoryInUseError } from '#store/pglite/data-lock';
import { StoreUnavailableError } from '#store/snapshot-store';
import { WrongLogError } from '#store/workspace';
import { UnavailableError } from '#stream/log';
import { LogCatalog } from '#stream/postgres/log-catalog';
import { failureMessage } from './failure-message.ts';

const DATABASE_URL = 'postgres://lin:secret@127.0.0.1:5432/updraft';
const KAFKA_BROKERS = '127.0.0.1:9';

describe('what a command says when it fails', () => {
  test.each([
    new DataDirectoryInUseError('in use'),
    new WrongLogError('another log'),
    new BundleFileError('mine.yaml', []),
  ])('a message that was written for people stands as it is: %s', (error) =>
    expect(failureMessage(error, {})).toBe(error.message),
  );

  test('a database that is away leads to DATABASE_URL, and the password is not repeated', () => {
    const said = failureMessage(new StoreUnavailableError('away'), { DATABASE_URL });
    expect(said).toMatch(/^away\. .*DATABASE_URL/);
    expect(said).not.toContain('secret');
  });

  test.each(['08P01', '28P01', '28000', '3D000', '42501'])(
    'a server that refuses with %s leads to DATABASE_URL',
    (code) => {
      const refusal = Object.assign(new Error('no'), { code });
      expect(failureMessage(refusal, { DATABASE_URL })).toMatch(/^no: .*DATABASE_URL/);
    },
  );

  test('so does a server that wants a password where there is none', () => {
    const refusal = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string');
    expect(failureMessage(refusal, { DATABASE_URL })).toContain('DATABASE_URL');
  });

  test('brokers that are away are named', () => {
    expect(failureMessage(new UnavailableError('away'), { KAFKA_BROKERS })).toContain(KAFKA_BROKERS);
  });

  test('a database without the logs of its workspace leads to KAFKA_BROKERS', async () => {
    const query = (): Promise<never> => Promise.resolve({ rows: [], rowCount: 0 } as never);
    const empty = { embedded: false, query, transaction: () => Promise.reject(new Error('not asked for')) };
    const error: unknown = await new LogCatalog(empty).find('activity').catch((thrown: unknown) => thrown);
    expect(failureMessage(error, { DATABASE_URL })).toContain('set KAFKA_BROKERS');
  });

  test.each([
    new StoreUnavailableError('away'),
    new UnavailableError('away'),
    Object.assign(new Error('syntax'), { code: '42601' }),
    new TypeError('undefined is not a function'),
  ])('what nobody can act on keeps its stack: %s', (error) => {
    expect(failureMessage(error, {})).toBeNull();
  });
});
