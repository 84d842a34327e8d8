import type { Account, AccountUnit, Programme } from './bundle.ts';
import { checkUnique } from './check-names.ts';
import { atomsOf } from './condition.ts';
import { benefitName, type BenefitName } from './read-benefit.ts';
import type { Reader } from './reader.ts';

const COUNTED: readonly AccountUnit[] = ['exposures', 'credits', 'minor'];
/** In what a benefit can be counted. Seats are booked and come back, which only a service does. */
const PAID_IN: Readonly<Record<BenefitName, readonly AccountUnit[]>> = {
  boost: ['exposures'],
  guarantee: ['exposures'],
  credit: ['credits', 'exposures', 'minor'],
  access: COUNTED,
  quota: COUNTED,
  service: ['seats', 'minor'],
  feeRelief: ['minor'],
  branding: COUNTED,
  orderCap: COUNTED,
  settlement: COUNTED,
  delisting: COUNTED,
};

/** What the parts of a programme say of each other. */
export function checkParts({ who, trainFirst, stages }: Programme, at: Reader): void {
  const trainings = atomsOf(who).flatMap((atom) => ('training' in atom ? [atom.training] : []));
  if (trainFirst !== null && trainFirst.course !== '' && !trainings.includes(trainFirst.course)) {
    at.at('trainFirst').at('course').fail('must be a training that who asks for, or it would never matter');
  }
  checkUnique(
    at.at('stages'),
    stages.map(({ id }) => id),
  );
}

/** Some parts only make sense with a fixed size, one only with a size by headroom. */
export function checkSize({ size, grow, stages, floor }: Programme, at: Reader): void {
  if ('fixed' in size) {
    if (grow !== null) at.at('grow').fail('must be left out with a fixed size, which nothing makes grow');
    return;
  }
  if (stages.length > 0) at.at('stages').fail('must be left out without a fixed size');
  if (floor !== null) at.at('floor').fail('must be left out without a fixed size');
}

/** Whether an account can pay for what a programme gives. `outer` are those around it. */
export function checkPays(
  { benefit, size, stages, renew, perMerchantMax }: Programme,
  account: Account,
  outer: readonly Account[],
  at: Reader,
): void {
  const name = benefitName(benefit);
  const units = PAID_IN[name];
  if (!units.includes(account.unit)) {
    at.at('account').fail(
      `names ${account.id} in ${account.unit}, and ${name} is counted in ${units.join(' or ')}`,
    );
  }
  if (account.unit === 'seats' && !('fixed' in size))
    at.at('size').fail('must be fixed, because it is seats');
  for (const [i, { earned }] of stages.entries()) {
    if (earned === null || account.unit === 'exposures') continue;
    at.at('stages').at(i).at('earned').fail(`must be left out, because ${account.id} is not of exposures`);
  }
  // A grant is paid by the period in which it was issued, and a period that is over leases nothing more.
  const goesOn = stages.length > 0 ? 'stages' : renew !== null ? 'renew' : null;
  if (account.period !== null && goesOn !== null) {
    at.at(goesOn).fail(
      `must be left out, because ${account.id} has periods; let the grant end and be issued again`,
    );
  }
  const [smallest, key] = 'fixed' in size ? [size.fixed, 'fixed'] : [size.minimum, 'minimum'];
  // A total of 0 says by itself that nothing is granted: an account not yet open, or closed by intent.
  const short = [account, ...outer].find(({ total }) => total > 0 && smallest > total);
  if (short !== undefined) {
    at.at('size')
      .at(key)
      .fail(`is above the ${short.total} of ${short.id}, so that nothing could ever be granted`);
  }
  if (smallest > perMerchantMax) {
    at.at('limits')
      .at('perMerchant')
      .fail(`is below the size ${smallest}, so that nothing could ever be granted`);
  }
}
