import { readCensusConfig } from './census.config.ts';

const DATABASE_URL = 'postgres://db/updraft';

test('the census listens where its own variables say, apart from the other roles', () => {
  expect(readCensusConfig({ DATABASE_URL }).config).toMatchObject({ host: '127.0.0.1', port: 8085 });
  const env = { DATABASE_URL, CENSUS_HOST: '0.0.0.0', CENSUS_PORT: '9', SCORING_PORT: '10' };
  expect(readCensusConfig(env).config).toMatchObject({ host: '0.0.0.0', port: 9 });
});

test('it does not start without a database', () => {
  expect(readCensusConfig({})).toMatchObject({
    config: null,
    errors: [expect.stringMatching(/^DATABASE_URL: /)],
  });
});
