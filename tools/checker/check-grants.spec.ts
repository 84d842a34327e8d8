import { createGrantCheck, type DecisionContent, type DecisionContext } from './check-grants.ts';
import { Findings } from './finding.ts';
import type { PolicyBundle } from './policy-bundle.ts';

const BUNDLE: PolicyBundle = {
  accounts: new Map([
    ['reach', { id: 'reach', unit: 'exposures', total: 9_000, period: null, within: null, per: null }],
    ['relief', { id: 'relief', unit: 'minor', total: 9_000, period: 'month', within: null, per: 'entity' }],
    ['desks', { id: 'desks', unit: 'seats', total: 3, period: null, within: null, per: null }],
  ]),
  programmes: new Map([
    ['welcome', { id: 'welcome', account: 'reach', exclusive: 'traffic' }],
    ['growth', { id: 'growth', account: 'reach', exclusive: 'traffic' }],
    ['relief', { id: 'relief', account: 'relief', exclusive: null }],
    ['desk', { id: 'desk', account: 'desks', exclusive: null }],
  ]),
};

let findings: Findings;
let grants: ReturnType<typeof createGrantCheck>;
let decisions = 0;

beforeEach(() => {
  findings = new Findings();
  grants = createGrantCheck(findings);
  decisions = 0;
});

const NOTHING = {
  leasedIn: 0,
  free: 0,
  held: 0,
  settling: 0,
  spent: 0,
  returned: 0,
  overrun: 0,
  clawedBack: 0,
};

function decided(
  outcome: string,
  programme: string,
  grant: Partial<NonNullable<DecisionContent['grant']>> | null,
  reasons: readonly string[] = [],
) {
  const position = `0/${decisions++}/0/0`;
  const account = grant?.account ?? (grant === null ? null : BUNDLE.programmes.get(programme)!.account);
  const context: DecisionContext = {
    where: position,
    merchant: 'm1',
    atMs: Date.parse('2026-11-11T12:00:00Z'),
    today: '2026-11-11',
    bundle: BUNDLE,
    profile: { entity: 'e9', category: 'toys', country: 'CN' },
  };
  const terms = {
    grantId: position,
    size: 100,
    maximum: 100,
    validUntil: '2026-11-10T00:00:00Z',
    ...grant,
    account,
  };
  const movement = grants.decided(context, {
    position,
    outcome,
    programme,
    reasons,
    budget: account === null ? null : { account, before: NOTHING, after: NOTHING },
    grant: grant === null ? null : terms,
  });
  return { id: terms.grantId, movement };
}

function found(): string[] {
  return findings.shown.map(({ rule, what }) => `${rule}: ${what}`);
}

test('a grant is reserved, spent by its largest report, settles, and gives the rest back', () => {
  const { id, movement } = decided('issue', 'welcome', {});
  expect(movement).toEqual({ free: -100, held: 100 });
  for (const [used, spent] of [
    [10, 10],
    [30, 20],
  ] as const) {
    const usage = grants.usage('m1', id, used)!;
    expect(usage.movement).toMatchObject({ held: -spent, spent });
    grants.spend(usage);
  }
  expect(grants.usage('m1', id, 25)).toBeNull();
  const end = decided('expire', 'welcome', { grantId: id }, ['duration-over']);
  expect(end.movement).toEqual({ held: -70, settling: 70 });
  expect(grants.usage('m1', id, 130)!.movement).toMatchObject({ settling: -70, spent: 70, overrun: 30 });
  expect(decided('settle', 'welcome', { grantId: id }).movement).toEqual({ settling: -70, free: 70 });
  expect(grants.usage('m1', id, 500)).toBeNull();
  expect(found()).toEqual([]);
});

test('seats come back at once, and nothing is spent of them', () => {
  const { id } = decided('issue', 'desk', { size: 1, maximum: 1 });
  expect(grants.usage('m1', id, 1)).toBeNull();
  const end = decided('revoke', 'desk', { grantId: id, size: 1 });
  expect(end.movement).toEqual({ held: -1, free: 1 });
  expect(found()).toEqual([]);
});

test('what is clawed back is remembered and stays spent, and so does what is reported later', () => {
  const { id } = decided('issue', 'welcome', {});
  grants.spend(grants.usage('m1', id, 40)!);
  const end = decided('claw-back', 'welcome', { grantId: id });
  expect(end.movement).toEqual({ held: -60, settling: 60, clawedBack: 40 });
  expect(grants.usage('m1', id, 50)!.movement).toMatchObject({ settling: -10, spent: 10, clawedBack: 10 });
  expect(found()).toEqual([]);
});

test('two grants of an exclusive set at once are found', () => {
  const { id } = decided('issue', 'welcome', {});
  decided('issue', 'growth', {});
  expect(found()).toEqual([`grant: m1 has ${id} of welcome running, which excludes growth`]);
});

test('one after the other they are none', () => {
  const { id } = decided('issue', 'welcome', {});
  decided('revoke', 'welcome', { grantId: id });
  decided('issue', 'growth', {});
  expect(found()).toEqual([]);
});

test.each([
  ['of a shop instead of its entity', 'relief~m1@2026-11-01', 'is not of the entity of m1, which is e9'],
  ['of another month', 'relief~e9@2026-10-01', 'is not of the period that began on 2026-11-01'],
  ['of another account', 'reach', 'which is not its account'],
])('money %s is found', (_what, account, wanted) => {
  decided('issue', 'relief', { account });
  expect(found().join()).toContain(wanted);
});

test('money of its entity and month is none', () => {
  decided('issue', 'relief', { account: 'relief~e9@2026-11-01' });
  expect(found()).toEqual([]);
});

test.each<[string, () => void, string]>([
  ['settles while it runs', () => step('settle'), 'settle of what is active: no grant takes that step'],
  ['grows by becoming smaller', () => step('grow', { size: 90 }), 'grow takes 100 to 90'],
  ['shrinks below what was used', () => step('shrink', { size: 5 }), 'shrink leaves 5, 10 are spent'],
  ['changes its pace and its size', () => step('pace', { size: 120 }), 'pace takes 100 to 120'],
  [
    'ends before its time',
    () => step('expire', { validUntil: '2027-01-01T00:00:00Z' }, ['duration-over']),
    'expires before 2027-01-01',
  ],
])('a grant that %s is found', (_what, plant, wanted) => {
  plant();
  expect(found().join()).toContain(wanted);
});

function step(outcome: string, grant: object = {}, reasons: readonly string[] = []): void {
  const { id } = decided('issue', 'welcome', {});
  grants.spend(grants.usage('m1', id, 10)!);
  decided(outcome, 'welcome', { grantId: id, ...grant }, reasons);
}

test('usage that was refused although the grant runs is found', () => {
  const { id } = decided('issue', 'welcome', {});
  decided('refuse-usage', '', null, ['grant-settled', `grant:${id}`]);
  expect(found()).toEqual([`grant: refuses usage of ${id}, which is active`]);
});

test('who was offered a course may wait, be issued, be withheld or lose the offer; who was not cannot lose it', () => {
  decided('offer', 'welcome', null);
  decided('forfeit', 'welcome', null);
  expect(found()).toEqual([]);
  decided('forfeit', 'welcome', null);
  expect(found()).toEqual(['grant: forfeit of what is none: no grant takes that step']);
});
