import { Findings } from './finding.ts';
import type { Account, PolicyBundle } from './policy-bundle.ts';
import { createTreasuryLedger } from './treasury-ledger.ts';

function bundle(changes: Partial<Record<string, Partial<Account>>> = {}): PolicyBundle {
  const account = (id: string, rest: Partial<Account>): [string, Account] => [
    id,
    { id, unit: 'exposures', total: 100, period: null, within: null, per: null, ...rest, ...changes[id] },
  ];
  return {
    accounts: new Map([
      account('season', { total: 150 }),
      account('spring', { within: 'season' }),
      account('summer', { within: 'season' }),
      account('daily', { period: 'day' }),
    ]),
    programmes: new Map(),
  };
}

function opened(live = bundle()) {
  const findings = new Findings();
  const ledger = createTreasuryLedger(findings);
  ledger.setToday('2026-11-11');
  ledger.activated(live);
  return { ledger, found: () => findings.shown.map(({ what }) => what) };
}

test('what is leased counts against the accounts around as well, and comes back to all of them', () => {
  const { ledger, found } = opened();
  ledger.lease('l1', 'spring', '0', 100);
  ledger.lease('l2', 'summer', '1', 50);
  ledger.takeBack('r1', 'spring', '0', 60);
  ledger.lease('l3', 'summer', '1', 50);
  expect(found()).toEqual([]);
  expect(ledger.books.get('season')).toMatchObject({ total: 150, out: 140 });
  expect(ledger.holderOf('spring', '0')).toEqual({ leased: 100, takenBack: 60 });
});

test('a lease beyond the total of the account or of one around it is found', () => {
  const { ledger, found } = opened();
  ledger.lease('l1', 'spring', '0', 101);
  expect(found()).toEqual(['spring: 101 are out, the total is 100']);
  ledger.lease('l2', 'summer', '0', 50);
  expect(found()[1]).toBe('season: 151 are out, the total is 150');
});

test('a return of more than is out is found', () => {
  const { ledger, found } = opened();
  ledger.lease('l1', 'spring', '0', 10);
  ledger.lease('l2', 'spring', '1/m1', 10);
  ledger.takeBack('r1', 'spring', '0', 11);
  expect(found()).toEqual(['0 gave back 11 of spring and was leased 10']);
});

test('after a cut nothing is leased until enough came back', () => {
  const { ledger, found } = opened();
  ledger.lease('l1', 'spring', '0', 80);
  ledger.activated(bundle({ spring: { total: 50 } }));
  ledger.lease('word', 'spring', '0', 0);
  expect(found()).toEqual([]);
  ledger.lease('l2', 'spring', '0', 1);
  expect(found()).toEqual(['spring: 81 are out, the total is 50']);
  ledger.takeBack('r1', 'spring', '0', 40);
  ledger.lease('l3', 'spring', '0', 9);
  expect(found()).toHaveLength(1);
});

test('an account that a bundle puts elsewhere takes along what is out of it', () => {
  const { ledger, found } = opened();
  ledger.lease('l1', 'spring', '0', 80);
  ledger.activated(bundle({ spring: { within: null } }));
  ledger.lease('l2', 'summer', '0', 100);
  expect(found()).toEqual([]);
  expect(ledger.books.get('season')!.out).toBe(100);
  expect(ledger.books.get('spring')).toMatchObject({ within: null, out: 80 });
});

test('nothing is leased of a period that is over', () => {
  const { ledger, found } = opened();
  ledger.lease('l1', 'daily@2026-11-11', '0', 10);
  ledger.setToday('2026-11-12');
  ledger.lease('l2', 'daily@2026-11-11', '0', 10);
  expect(found()).toEqual(['leases of daily@2026-11-11, whose period is over']);
});
