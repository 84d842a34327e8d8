import { offerBatch } from '#stage/testing/offered-batches';
import { ScoringModule } from './scoring.module.ts';

test('batches of activity, and of nothing else, are offered to the runner as they are', async () => {
  const { patterns, batch, offered } = await offerBatch(
    (service) => ScoringModule.forRoot(service),
    'activity',
  );
  expect(patterns).toEqual(['activity']);
  expect(offered).toEqual([batch]);
  expect(offered[0]).toBe(batch);
});
