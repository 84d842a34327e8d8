import { describeSnapshotStore } from '#store/testing/snapshot-store-contract';
import { createModelledStore } from './modelled-store.ts';
import { immediateTurns } from './world.ts';

// The model is held to what PostgreSQL and PGlite are held to; without a schedule.

describeSnapshotStore('the modelled snapshot store', () => {
  const actor = { name: 'contract', isAlive: true, isFrozen: false };
  const store = createModelledStore(new Map(), { ...immediateTurns(), chance: never }, actor);
  return Promise.resolve({ store, close: () => Promise.resolve() });
});

/** Nothing goes wrong by chance. */
const never = {
  next: () => 0.5,
  below: () => 0,
  of: () => false,
  pick: <T>(from: readonly T[]): T => from[0]!,
};
