import { offerBatch } from '#stage/testing/offered-batches';
import { CensusModule } from './census.module.ts';

test('batches of the census log, and of nothing else, are offered to the runner as they are', async () => {
  const { patterns, batch, offered } = await offerBatch((service) => CensusModule.forRoot(service), 'census');
  expect(patterns).toEqual(['census']);
  expect(offered).toEqual([batch]);
  expect(offered[0]).toBe(batch);
});
