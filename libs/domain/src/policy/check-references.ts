import { watchedAtoms, type Bundle } from './bundle.ts';
import type { Reader } from './reader.ts';

/** What one part of a bundle says of another: names that must exist, ids that must not repeat. */
export function checkReferences(bundle: Bundle, root: Reader): void {
  const metrics = new Set(bundle.metrics.map((metric) => metric.id));
  const accounts = new Set(bundle.accounts.map((account) => account.id));
  const tiers = new Set(bundle.ladder.tiers.map((tier) => tier.id));
  const unique = (place: string, ids: readonly string[]): void => {
    const twice = ids.find((id, i) => ids.indexOf(id) !== i);
    if (twice !== undefined) root.at(place).fail(`has the id ${twice} twice`);
  };
  const known = (place: string, id: string, ids: ReadonlySet<string>): void => {
    if (!ids.has(id)) root.at(place).fail(`names ${id}, which is not defined`);
  };
  unique(
    'metrics',
    bundle.metrics.map((metric) => metric.id),
  );
  unique(
    'accounts',
    bundle.accounts.map((account) => account.id),
  );
  unique(
    'programmes',
    bundle.programmes.map((programme) => programme.id),
  );
  unique(
    'ladder',
    bundle.ladder.tiers.map((tier) => tier.id),
  );
  unique(
    'programmes',
    watchedAtoms(bundle).map((atom) => atom.id),
  );
  for (const { metric } of bundle.score.components) known('score', metric, metrics);
  known('ladder', bundle.ladder.minimum.metric, metrics);
  if (bundle.capacity.replies !== null) known('capacity', bundle.capacity.replies.metric, metrics);
  // Only conditions have timers for an age: whatever else changed by it would change unnoticed.
  const ages = new Set(bundle.metrics.filter(({ formula }) => 'ageDays' in formula).map(({ id }) => id));
  const ageless = (place: string, metric: string | undefined): void => {
    if (ages.has(metric ?? '')) root.at(place).fail(`must not use ${metric}, which changes with age alone`);
  };
  for (const { metric } of bundle.score.components) ageless('score', metric);
  ageless('ladder', bundle.ladder.minimum.metric);
  ageless('capacity', bundle.capacity.replies?.metric);
  for (const { account } of bundle.programmes) {
    if (account !== null) known('programmes', account, accounts);
  }
  for (const atom of watchedAtoms(bundle)) {
    if ('metric' in atom) known('programmes', atom.metric, metrics);
    if ('tierAtLeast' in atom) known('programmes', atom.tierAtLeast, tiers);
  }
}
