import type { ZoneTransition } from '#domain/controls';
import { parseInstance } from '#domain/policy/account-instance';
import { accountNamed, type Bundle, type Names } from '#domain/policy/bundle';
import { formatInstant } from '#domain/time';
import { periodEndMs } from '#domain/treasury/place';
import { readProgress } from '#store/read/progress';
import type { Database } from '#store/sql';
import type { BundleShelf } from './bundle-shelf.ts';
import type { ControlMarks } from './project/capability.ts';
import { readTogether } from './read-scope.ts';

/** What the live bundle says of an account's instance; null where it does not know the account or cannot be read. */
export interface AccountTerms {
  readonly names: Names | null;
  /** Legal entity, category or country that it is of. */
  readonly of: string | null;
  /** First local day of its period. */
  readonly from: string | null;
  readonly unit: string | null;
  readonly total: number | null;
  readonly within: string | null;
  /** First instant of the next period; null where it never refills. */
  readonly refillsAt: string | null;
}

/** Accounts by the bundle that is live: what they are called, how much they have, when they are filled again. */
export class AccountBook {
  constructor(
    private readonly database: Database,
    private readonly shelf: BundleShelf,
  ) {}

  async terms(instances: readonly string[]): Promise<readonly AccountTerms[]> {
    const progress = await readTogether(this.database, (sql) => readProgress(sql, 'capability'));
    const marks = progress.map((each) => JSON.parse(each.marks) as ControlMarks);
    // Every partition hears of an activation; whichever heard last is ahead.
    const ahead = marks.reduce<ControlMarks | null>(
      (best, each) => (best === null || each.bundleSequence > best.bundleSequence ? each : best),
      null,
    );
    const hash = ahead?.bundle ?? null;
    const bundle = hash === null ? null : await this.shelf.bundle(hash);
    return instances.map((instance) => termsOf(instance, bundle, ahead?.zone ?? []));
  }
}

function termsOf(instance: string, bundle: Bundle | null, zone: readonly ZoneTransition[]): AccountTerms {
  const { account: id, of, from } = parseInstance(instance);
  const account = accountNamed(bundle, id);
  const period = account?.period ?? null;
  const hasEnd = period !== null && from !== null && zone.length > 0;
  return {
    names: account?.names ?? null,
    of,
    from,
    unit: account?.unit ?? null,
    total: account?.total ?? null,
    within: account?.within ?? null,
    refillsAt: hasEnd ? formatInstant(periodEndMs(instance, period, zone)) : null,
  };
}
