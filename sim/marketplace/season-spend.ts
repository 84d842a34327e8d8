import { createHash } from 'node:crypto';
import type { ApplicantRow } from '#domain/allocator/applicant-row';
import { chainOf, parseInstance } from '#domain/policy/account-instance';
import type { Bundle } from '#domain/policy/bundle';
import type { SpendBound } from '#domain/policy/analysis/spend';
import { compiled, smallSource } from '#domain/testing/small-bundle';
import { chooser } from '#domain/testing/random-policy';
import type { CompiledPolicy, PipelineInMemory } from './pipeline-fixture.ts';

// For specs: what a season spent, from the rows of the allocators, and random policies that spend much of little.

/** A season's spending, looked at after each of its steps. */
export interface SpendBook {
  look(pipeline: PipelineInMemory, day: number): void;
  /** What was spent beyond a bound, in words; empty where no bound was broken. */
  broken(bounds: readonly SpendBound[]): readonly string[];
  /** Spent in all of each account, those within it among them. */
  spent(account: string): number;
}

export function openSpendBook(bundle: Bundle): SpendBook {
  const accountOf = new Map(bundle.programmes.map(({ id, account }) => [id, account]));
  /** By account: its chain. */
  const around = (account: string): readonly string[] =>
    chainOf(bundle.accounts, account).map(({ id }) => id);
  const soFar = new Map<string, number>();
  const byDay = new Map<string, Map<number, number>>();
  const ofGrant = new Map<string, { readonly instance: string; spent: number }>();
  const seats = new Map<string, number>();

  function lookAt(row: ApplicantRow & { readonly id: string }, day: number): void {
    for (const [programme, standing] of Object.entries(row.programmes)) {
      const account = accountOf.get(programme) ?? null;
      if (account === null) continue;
      const grants = [...standing.settling, ...(standing.grant === null ? [] : [standing.grant])];
      for (const { grantId, account: instance, spent } of grants) {
        if (instance !== null) ofGrant.set(grantId, { instance, spent });
      }
      const key = `${row.id} ${programme}`;
      const now = grants.reduce((sum, { spent }) => sum + spent, standing.spentBefore);
      const fresh = now - (soFar.get(key) ?? 0);
      soFar.set(key, now);
      for (const id of around(account)) {
        const days = byDay.get(id) ?? new Map<number, number>();
        byDay.set(id, days.set(day, (days.get(day) ?? 0) + fresh));
      }
    }
  }

  const spent = (account: string): number =>
    [...(byDay.get(account)?.values() ?? [])].reduce((sum, units) => sum + units, 0);

  return {
    look(pipeline, day) {
      const booked = new Map<string, number>();
      for (const row of rowsOf(pipeline)) {
        lookAt(row, day);
        for (const { grant } of Object.values(row.programmes)) {
          if (grant?.isReusable !== true || grant.account === null) continue;
          const { account } = parseInstance(grant.account);
          booked.set(account, (booked.get(account) ?? 0) + grant.size);
        }
      }
      for (const [account, size] of booked) seats.set(account, Math.max(seats.get(account) ?? 0, size));
    },
    broken(bounds) {
      return bounds.flatMap((bound) => {
        const { account, unit, perDay, perPeriod, inAll } = bound;
        if (unit === 'seats') return beyond(`${account} booked`, seats.get(account) ?? 0, perDay.units);
        const day = Math.max(0, ...(byDay.get(account)?.values() ?? []));
        const hasPeriods = bundle.accounts.some(({ id, period }) => id === account && period !== null);
        return [
          ...beyond(`${account} on a day`, day, perDay.units),
          ...beyond(`${account} in all`, spent(account), inAll.units),
          ...(hasPeriods
            ? periodsOf(ofGrant.values(), account).flatMap(([from, units]) =>
                beyond(`${account} of ${from}`, units, perPeriod.units),
              )
            : beyond(`${account} in a month`, spent(account), perPeriod.units)),
        ];
      });
    },
    spent,
  };
}

function beyond(what: string, units: number, bound: number | null): readonly string[] {
  return bound === null || units <= bound ? [] : [`${what}: ${units} and not at most ${bound}`];
}

/** Spent of each period of an account, all its owners together. */
function periodsOf(
  grants: Iterable<{ readonly instance: string; readonly spent: number }>,
  wanted: string,
): readonly (readonly [string, number])[] {
  const periods = new Map<string, number>();
  for (const { instance, spent } of grants) {
    const { account, from } = parseInstance(instance);
    if (account === wanted && from !== null) periods.set(from, (periods.get(from) ?? 0) + spent);
  }
  return [...periods];
}

function rowsOf({ allocators }: PipelineInMemory): readonly (ApplicantRow & { readonly id: string })[] {
  return allocators.flatMap((allocator) =>
    allocator
      .machine()
      .rows()
      .map(({ key, body }) => ({ ...(JSON.parse(body) as ApplicantRow), id: key })),
  );
}

const DESK = {
  ...named('desk'),
  kind: 'service',
  gives: { service: { what: 'operator' } },
  who: { id: 'desk-known', flag: 'known', is: true },
  account: 'desk',
  size: { fixed: 1 },
  duration: '1d',
  settle: 0,
  coolDown: '1d',
  limits: { openings: 5, perMerchant: 5 },
};

/** Boosts for everybody, of budgets from dry to ample: fixed, staged, by headroom, renewed; and seats. */
export function spendingPolicy(dice: number): CompiledPolicy & { readonly bundle: Bundle } {
  const choose = chooser(dice);
  const pick = <T>(...choices: readonly T[]): T => choices[choose(choices.length)]!;
  const isRenewed = choose(2) === 0;
  const isStaged = choose(2) === 0;
  const everybody = (id: string): object => ({ id: `${id}-known`, flag: 'known', is: true });
  const common = { kind: 'traffic', settle: '6h', coolDown: pick('0d', '6h', '1d') };
  const stages = [{ id: 'more', size: 40, earned: { by: 'clicks', atLeast: '0%', minimum: 10 } }];
  const fixed = {
    ...common,
    ...named('fixed'),
    who: everybody('fixed'),
    account: 'fixed',
    size: { fixed: pick(20, 60) },
    duration: pick('1d', '2d'),
    limits: { openings: pick(1, 3, 50), perMerchant: pick(60, 200, 5_000) },
    ...(isStaged ? { stages } : {}),
    ...(isRenewed ? { renew: { times: 2 } } : {}),
  };
  const fitting = {
    ...common,
    ...named('fitting'),
    who: everybody('fitting'),
    account: 'fitting',
    size: { perHeadroom: 20, minimum: 20, maximum: pick(60, 200) },
    duration: '1d',
    limits: { openings: pick(2, 50), perMerchant: pick(200, 5_000), shrinkBelow: '60%' },
    grow: { step: '50%', dwell: '2h' },
  };
  const units = 'exposures';
  const per = pick(null, 'country', 'category');
  const period = pick(null, 'day', 'week');
  const goesOn = isStaged || isRenewed;
  const around = isStaged || isRenewed || period === null ? null : period;
  const accounts = [
    {
      ...named('fixed'),
      unit: units,
      total: pick(200, 2_000),
      ...(goesOn ? {} : { period: 'day' }),
      ...inSeason(goesOn),
    },
    {
      ...named('fitting'),
      unit: units,
      total: pick(200, 1_000),
      ...(per === null ? {} : { per }),
      ...(period === null ? {} : { period }),
    },
    {
      ...named('season'),
      unit: units,
      total: pick(2_000, 3_000),
      ...(around === null ? {} : { period: 'week' }),
    },
    { ...named('desk'), unit: 'seats', total: pick(2, 50) },
  ];
  const source = smallSource({ accounts, programmes: [fixed, fitting, DESK] });
  const { text, bundle } = compiled(source);
  return { text, bundle, hash: createHash('sha256').update(text).digest('hex') };
}

function inSeason(goesOn: boolean): object {
  return goesOn ? {} : { within: 'season' };
}

function named(id: string): { readonly id: string; readonly names: { readonly en: string } } {
  return { id, names: { en: id } };
}
