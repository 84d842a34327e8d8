import { offerBatch } from '#stage/testing/offered-batches';
import { TreasuryModule } from './treasury.module.ts';

test('batches of the treasury log, and of nothing else, are offered to the runner as they are', async () => {
  const { patterns, batch, offered } = await offerBatch(
    (service) => TreasuryModule.forRoot(service),
    'treasury',
  );
  expect(patterns).toEqual(['treasury']);
  expect(offered).toEqual([batch]);
  expect(offered[0]).toBe(batch);
});
