import { chainOf } from './account-instance.ts';
import type { Account, PeriodLength } from './bundle.ts';
import { checkKnown } from './check-names.ts';
import type { Reader } from './reader.ts';

const SHORTEST_FIRST: readonly PeriodLength[] = ['day', 'week', 'month', 'quarter', 'year'];

/**
 * What is leased of an account counts against those around it as well, so that each must be a part of the next. Only
 * `sound` ones are compared: of the others it is not known what they should have said.
 */
export function checkAccounts(accounts: readonly Account[], sound: readonly Account[], list: Reader): void {
  const ids = accounts.map(({ id }) => id);
  for (const [i, account] of accounts.entries()) {
    const at = list.at(i);
    const inner = accounts.find(({ within }) => within === account.id);
    if (inner !== undefined && account.per !== null) {
      at.at('per').fail(`must be left out, because ${inner.id} lies within ${account.id}`);
    }
    if (account.within === null) continue;
    checkKnown(at.at('within'), 'account', account.within, ids);
    const chain = chainOf(accounts, account.id);
    if (chain.at(-1)!.within === account.id) {
      const circle = [...chain, account].map(({ id }) => id);
      at.at('within').fail(`lies within itself: ${circle.join(', ')}`);
    } else {
      const [outer] = sound.filter(({ id }) => id === account.within);
      if (outer !== undefined && sound.includes(account)) checkPart(account, outer, at);
    }
  }
}

function checkPart(account: Account, outer: Account, at: Reader): void {
  if (account.unit !== outer.unit)
    at.at('unit').fail(`must be ${outer.unit}, which is the unit of ${outer.id}`);
  if (account.per === null && account.total > outer.total) {
    at.at('total').fail(`must not be above the ${outer.total} of ${outer.id}`);
  }
  if (outer.period === null) return;
  const length = SHORTEST_FIRST.indexOf(outer.period);
  if (account.period === null) at.at('period').fail(`must be given, because ${outer.id} has one`);
  else if (SHORTEST_FIRST.indexOf(account.period) > length) {
    at.at('period').fail(`must not be longer than the ${outer.period} of ${outer.id}`);
  }
}
