import { readScoringConfig } from './scoring.config.ts';

const DATABASE_URL = 'postgres://db/updraft';

test('scoring listens where its own variables say, apart from the other roles', () => {
  expect(readScoringConfig({ DATABASE_URL }).config).toMatchObject({ host: '127.0.0.1', port: 8082 });
  const env = { DATABASE_URL, SCORING_HOST: '0.0.0.0', SCORING_PORT: '9', ALLOCATOR_PORT: '10' };
  expect(readScoringConfig(env).config).toMatchObject({ host: '0.0.0.0', port: 9 });
});

test('it does not start without a database', () => {
  expect(readScoringConfig({})).toMatchObject({
    config: null,
    errors: [expect.stringMatching(/^DATABASE_URL: /)],
  });
});
