import { readTreasuryConfig } from './treasury.config.ts';

const DATABASE_URL = 'postgres://db/updraft';

test('the treasury listens where its own variables say, apart from the other roles', () => {
  expect(readTreasuryConfig({ DATABASE_URL }).config).toMatchObject({ host: '127.0.0.1', port: 8084 });
  const env = { DATABASE_URL, TREASURY_HOST: '0.0.0.0', TREASURY_PORT: '9', SCORING_PORT: '10' };
  expect(readTreasuryConfig(env).config).toMatchObject({ host: '0.0.0.0', port: 9 });
});

test('it does not start without a database', () => {
  expect(readTreasuryConfig({})).toMatchObject({
    config: null,
    errors: [expect.stringMatching(/^DATABASE_URL: /)],
  });
});
