import { offerBatch } from '#stage/testing/offered-batches';
import { AllocatorModule } from './allocator.module.ts';

test('batches of capability, and of nothing else, are offered to the runner as they are', async () => {
  const { patterns, batch, offered } = await offerBatch(
    (service) => AllocatorModule.forRoot(service),
    'capability',
  );
  expect(patterns).toEqual(['capability']);
  expect(offered).toEqual([batch]);
  expect(offered[0]).toBe(batch);
});
