import { chainOf } from './account-instance.ts';
import type { Bundle } from './bundle.ts';
import { checkAccounts } from './check-accounts.ts';
import { checkConditions } from './check-conditions.ts';
import { checkKnown, checkUnique } from './check-names.ts';
import { checkParts, checkPays, checkSize } from './check-programme.ts';
import type { Reader } from './reader.ts';

/**
 * What one part of a bundle says of another: names that must exist, ids that must not repeat, accounts that must be
 * able to pay. `root` is what the bundle was read from; findings name their place in it.
 */
export function checkReferences(bundle: Bundle, root: Reader): void {
  const { metrics, ladder, accounts, programmes } = bundle;
  // What was read wrong is a harmless value by now, and comparing it would find what nobody wrote.
  const sound = {
    accounts: accounts.filter((_, i) => root.at('accounts').at(i).isSound()),
    programmes: programmes.filter((_, i) => root.at('programmes').at(i).isSound()),
  };
  const idsOf = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id);
  checkUnique(root.at('metrics'), idsOf(metrics));
  checkUnique(root.at('ladder').at('tiers'), idsOf(ladder.tiers));
  checkUnique(root.at('accounts'), idsOf(accounts));
  checkUnique(root.at('programmes'), idsOf(programmes));
  checkMeasured(bundle, root);
  checkAccounts(accounts, sound.accounts, root.at('accounts'));
  checkConditions(bundle, root.at('programmes'));
  for (const [i, programme] of programmes.entries()) {
    const at = root.at('programmes').at(i);
    checkParts(programme, at);
    if (programme.account === null) continue;
    checkKnown(at.at('account'), 'account', programme.account, idsOf(accounts));
    if (!sound.programmes.includes(programme)) continue;
    checkSize(programme, at);
    const [account, ...outer] = chainOf(sound.accounts, programme.account);
    if (account !== undefined) checkPays(programme, account, outer, at);
  }
}

/** The metrics that score, ladder and capacity look at. */
function checkMeasured({ metrics, score, ladder, capacity }: Bundle, root: Reader): void {
  const ids = metrics.map(({ id }) => id);
  const ages = metrics.filter(({ formula }) => 'ageDays' in formula).map(({ id }) => id);
  const check = (at: Reader, metric: string): void => {
    checkKnown(at, 'metric', metric, ids);
    // Only conditions have timers for an age: whatever else changed by it would change unnoticed.
    if (ages.includes(metric)) at.fail(`must not use ${metric}, which changes with age alone`);
  };
  for (const [i, { metric }] of score.components.entries()) {
    check(root.at('score').at('components').at(i).at('metric'), metric);
  }
  check(root.at('ladder').at('minimum').at('metric'), ladder.minimum.metric);
  if (capacity.replies !== null) {
    check(root.at('capacity').at('replies').at('metric'), capacity.replies.metric);
  }
}
