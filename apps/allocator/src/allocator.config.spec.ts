import { readAllocatorConfig } from './allocator.config.ts';

const DATABASE_URL = 'postgres://db/updraft';

test('the allocator listens where its own variables say, apart from the other roles', () => {
  expect(readAllocatorConfig({ DATABASE_URL }).config).toMatchObject({ host: '127.0.0.1', port: 8083 });
  const env = { DATABASE_URL, ALLOCATOR_HOST: '0.0.0.0', ALLOCATOR_PORT: '9', SCORING_PORT: '10' };
  expect(readAllocatorConfig(env).config).toMatchObject({ host: '0.0.0.0', port: 9 });
});

test('it does not start without a database', () => {
  expect(readAllocatorConfig({})).toMatchObject({
    config: null,
    errors: [expect.stringMatching(/^DATABASE_URL: /)],
  });
});
