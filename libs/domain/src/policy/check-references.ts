import { chainOf } from './account-instance.ts';
import type { Bundle } from './bundle.ts';
import { checkAccounts } from './check-accounts.ts';
import { checkConditions } from './check-conditions.ts';
import { checkLadders } from './check-ladders.ts';
import { checkMetrics } from './check-metrics.ts';
import { checkKnown, checkUnique, idsWritten } from './check-names.ts';
import type { Atom } from './condition.ts';
import { checkParts, checkPays, checkSize } from './check-programme.ts';
import type { Reader } from './reader.ts';

/**
 * What one part of a bundle says of another: names that must exist, ids that must not repeat, accounts that must be
 * able to pay. `root` is what the bundle was read from, `written` where each atom stands; findings name their place.
 */
export function checkReferences(bundle: Bundle, root: Reader, written: ReadonlyMap<Atom, Reader>): void {
  const { metrics, accounts, programmes } = bundle;
  // What was read wrong is a harmless value by now, and comparing it would find what nobody wrote.
  const sound = {
    accounts: accounts.filter((_, i) => root.at('accounts').at(i).isSound()),
    programmes: programmes.filter((_, i) => root.at('programmes').at(i).isSound()),
  };
  const idsOf = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id);
  for (const key of ['metrics', 'ladders', 'calendars', 'accounts', 'programmes']) {
    checkUnique(root.at(key), idsWritten(root, key));
  }
  checkMetrics(bundle, root);
  checkLadders(bundle, root);
  checkAccounts(accounts, sound.accounts, root.at('accounts'));
  checkConditions(bundle, written);
  for (const [i, programme] of programmes.entries()) {
    const at = root.at('programmes').at(i);
    checkParts(programme, at);
    if ('metric' in programme.size) {
      checkKnown(at.at('size').at('metric'), 'metric', programme.size.metric, idsOf(metrics));
    }
    if (programme.account === null) continue;
    checkKnown(at.at('account'), 'account', programme.account, idsOf(accounts));
    if (!sound.programmes.includes(programme)) continue;
    checkSize(programme, at);
    const [account, ...outer] = chainOf(sound.accounts, programme.account);
    if (account !== undefined) checkPays(programme, account, outer, at);
  }
}
