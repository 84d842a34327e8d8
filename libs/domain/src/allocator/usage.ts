import { QUANTITY_MAX } from '../number.ts';
import type { Usage } from '../outputs.ts';
import { refuseUsage, type Allocation } from './allocation.ts';
import type { ApplicantRow, RunningGrant, SettlingGrant } from './applicant-row.ts';
import { lineUpOf, placeOfGrant } from './line-up.ts';
import { move } from './money.ts';
import { clawBack, commitUsage } from './purse.ts';

// Usage is cumulative: the largest report counts, whatever the order of arrival, and a smaller one changes nothing.
// What is new is spent up to the hold; the rest is overrun. Usage of a grant that the merchant does not have, or that
// settled, is a decision of its own: refused, with the reason.

/** The place among the merchant's standings of the grant that was used; null when it has none of that name. */
export function applyUsage(allocation: Allocation, row: ApplicantRow, usage: Usage): number | null {
  const lineUp = lineUpOf(allocation, row);
  const at = placeOfGrant(lineUp, usage.grantId);
  if (at === undefined) {
    const reason = row.settled.includes(usage.grantId) ? 'grant-settled' : 'grant-not-of-merchant';
    refuseUsage(allocation, row, usage.grantId, reason);
    return null;
  }
  const { grant, settling } = lineUp.all[at]!;
  const used =
    grant?.grantId === usage.grantId ? grant : settling.find((each) => each.grantId === usage.grantId)!;
  commitTo(allocation, row, used, usage);
  return at;
}

function commitTo(
  allocation: Allocation,
  row: ApplicantRow,
  grant: RunningGrant | SettlingGrant,
  usage: Usage,
): void {
  grant.reported = {
    used: Math.max(grant.reported.used, Math.min(usage.used, QUANTITY_MAX)),
    clicks: Math.max(grant.reported.clicks, Math.min(usage.clicks, QUANTITY_MAX)),
    orders: Math.max(grant.reported.orders, Math.min(usage.orders, QUANTITY_MAX)),
  };
  allocation.rows.touch(row.id);
  if (grant.account === null || grant.isReusable) return;
  const fresh = grant.reported.used - grant.spent - grant.overrun;
  if (fresh <= 0) return;
  const spent = Math.min(fresh, grant.size - grant.spent);
  // What turns out to have been spent of a grant that was clawed back is claimed like the rest.
  const isSettling = 'untilMs' in grant;
  const claimed = isSettling && grant.status === 'clawed-back' ? spent : 0;
  // Usage is no decision, and so it needs no evidence of what the account was before and after.
  move(allocation, row, grant.account, (purse) => {
    const after = commitUsage(purse, spent, isSettling ? 'settling' : 'held', fresh - spent);
    return claimed === 0 ? after : clawBack(after, claimed);
  });
  grant.spent += spent;
  grant.overrun += fresh - spent;
}
