import { changed, compiled, findings, growth, welcome } from '../testing/small-bundle.ts';
import { SERVING_KINDS, watchedAtoms, type Programme } from './bundle.ts';

type Fields = Readonly<Record<string, unknown>>;

const welcomeWith = (fields: Fields): unknown => changed('programmes/0', welcome(fields));
const growthWith = (fields: Fields): unknown => changed('programmes/1', growth(fields));
const programmeOf = (source: unknown, at = 0): Programme => compiled(source).bundle.programmes[at]!;

const TOOL: Fields = {
  kind: 'tool',
  gives: { access: ['chat'] },
  account: undefined,
  size: undefined,
  settle: undefined,
  limits: { openings: 1 },
};

test('a programme says who, what and how much, and what it leaves out is written out', () => {
  expect(programmeOf(welcomeWith({}))).toEqual({
    id: 'welcome',
    names: { en: 'Welcome' },
    kind: 'traffic',
    benefit: { boost: { weightBps: 15_000 } },
    who: { all: [{ id: 'trained', training: 'first-sale' }] },
    need: null,
    trainFirst: null,
    revokeWhen: null,
    clawBackWhen: null,
    complyMs: 0,
    onRevoke: [],
    account: 'welcome',
    size: { fixed: 100 },
    durationMs: 259_200_000,
    settleMs: 86_400_000,
    coolDownMs: 172_800_000,
    openingsMax: 2,
    perMerchantMax: 250,
    shrinkBelowBps: 0,
    grow: null,
    stages: [],
    renew: null,
    exclusive: null,
    floor: null,
  });
});

test('nothing is counted of a programme without an account: its size is 1 and nothing settles', () => {
  expect(programmeOf(welcomeWith(TOOL))).toMatchObject({
    account: null,
    size: { fixed: 1 },
    settleMs: 0,
    openingsMax: 1,
    perMerchantMax: 1_000_000_000_000,
  });
});

test.each<[string, unknown, object]>([
  [
    'trainFirst',
    { course: 'first-sale', within: '14d' },
    { trainFirst: { course: 'first-sale', withinMs: 1_209_600_000 } },
  ],
  ['onRevoke', ['delist-plans', 'tell'], { onRevoke: ['delist-plans', 'tell'] }],
  ['renew', { times: 3 }, { renew: { when: null, timesMax: 3 } }],
  [
    'renew',
    { when: { tool: 'chat' }, times: 3 },
    { renew: { when: { id: 'welcome.renew', tool: 'chat' }, timesMax: 3 } },
  ],
  ['exclusive', 'visitors', { exclusive: 'visitors' }],
  ['floor', { within: '14d' }, { floor: { withinMs: 1_209_600_000 } }],
  ['floor', { within: '1d', of: ['tool'] }, { floor: { withinMs: 86_400_000, of: ['tool'] } }],
  ['need', { survey: 'wants', is: 'yes' }, { need: { id: 'welcome.need', survey: 'wants', is: 'yes' } }],
  ['revokeWhen', { violation: 'spam' }, { revokeWhen: { id: 'welcome.revoke', violation: 'spam' } }],
  ['clawBackWhen', { violation: 'fraud' }, { clawBackWhen: { id: 'welcome.clawBack', violation: 'fraud' } }],
  [
    'stages',
    [{ id: 'second', size: 50 }],
    { stages: [{ id: 'second', size: 50, afterMs: 0, withinMs: null, when: null, earned: null }] },
  ],
])('%s: %j', (field, value, expected) => {
  expect(programmeOf(welcomeWith({ [field]: value }))).toEqual({
    ...programmeOf(welcomeWith({})),
    ...expected,
  });
});

test('stages keep their order, each with its times, condition and what must have been earned', () => {
  const stages = [
    { id: 'pool-2', size: 50, earned: { by: 'clicks', atLeast: '10%', minimum: 200 } },
    { id: 'pool-3', size: 60, after: '1h', within: '2d', when: { flag: 'closed', is: false } },
    { id: 'pool-4', size: 70, earned: { by: 'orders', atLeast: '0.5%', minimum: 1 } },
  ];
  const bare = { afterMs: 0, withinMs: null, when: null, earned: null };
  expect(programmeOf(welcomeWith({ stages })).stages).toEqual([
    { ...bare, id: 'pool-2', size: 50, earned: { by: 'clicks', atLeastBps: 1_000, minimumExposures: 200 } },
    {
      id: 'pool-3',
      size: 60,
      afterMs: 3_600_000,
      withinMs: 172_800_000,
      when: { id: 'welcome.stage.pool-3', flag: 'closed', is: false },
      earned: null,
    },
    { ...bare, id: 'pool-4', size: 70, earned: { by: 'orders', atLeastBps: 50, minimumExposures: 1 } },
  ]);
});

test('a size by headroom shrinks below a share and grows back by steps', () => {
  expect(programmeOf(growthWith({ grow: { step: '50%', dwell: '1h' } }), 1)).toMatchObject({
    size: { perHeadroom: 10, minimum: 20, maximum: 200 },
    shrinkBelowBps: 6_000,
    grow: { stepBps: 5_000, dwellMs: 3_600_000 },
  });
});

test('the conditions of a programme are watched in the order in which its parts are written', () => {
  const t = { tool: 't' };
  const source = welcomeWith({
    renew: { when: t, times: 1 },
    stages: [{ id: 'second', size: 1, when: { any: [t, { not: t }] } }],
    clawBackWhen: { all: [{ violation: 'fraud' }] },
    revokeWhen: t,
    need: { not: t },
    who: t,
  });
  expect(watchedAtoms(compiled(source).bundle).map(({ id }) => id)).toEqual([
    'welcome.who',
    'welcome.need.not',
    'welcome.revoke',
    'welcome.clawBack.0',
    'welcome.stage.second.0',
    'welcome.stage.second.1.not',
    'welcome.renew',
    'tier',
    'wanted',
    'late',
  ]);
});

const NAME = 'must be text matching ^[A-Za-z0-9._:-]{1,64}$';
const DURATION = 'must be a duration such as 14d, 12h, 30m, 10s, or 0';
const NOT_ZERO = 'must be a duration such as 14d, 12h, 30m, 10s, not 0';
const SHARE = 'must be a percentage with at most two decimals, or basis points, from 0 to 100%';
const UNITS = 'must be a whole number from 1 to 1000000000000';
const TIMES = 'must be a whole number from 1 to 1000000';
const only = (known: string): string => `is not known here; known are ${known}`;
const UNCOUNTED = 'must be left out without an account, because nothing is counted';
const CONDITION =
  'must be one of all, any, atLeast, not, metric, tierAtLeast, warned, flag, category, country, ' +
  'training, enrolled, exam, certification, tool, violation, during, survey';
const stage = (fields: object): Fields => ({ stages: [{ id: 'second', size: 1, ...fields }] });
const earned = (fields: object): Fields =>
  stage({ earned: { by: 'clicks', atLeast: '1%', minimum: 1, ...fields } });

test.each<[Fields, string, string]>([
  [{ comply: '5d' }, '/comply', 'must be left out without revokeWhen'],
  [{ kind: 'money' }, '/kind', 'must be one of traffic, tool, service, value-added, limit'],
  [{ who: { all: [] } }, '/who/all', 'must not be empty'],
  [{ who: { all: [{ tool: 't' }], any: [] } }, '/who/any', 'is not known here; known are all, waiveIf'],
  [{ who: { not: { tool: 't' }, id: 'x' } }, '/who/id', 'is not known here; known are not, waiveIf'],
  [{ who: { training: 'a', tool: 't' } }, '/who/tool', 'is not known here; known are id, training, waiveIf'],
  [
    { who: { survey: 's', is: 'a', isNot: 'b' } },
    '/who/is',
    'is not known here; known are id, survey, isNot, waiveIf',
  ],
  [{ who: { survey: 's' } }, '/who/is', NAME],
  [{ who: { survey: 'toString', is: 'a' } }, '/who/survey', 'must not be a name that every object has'],
  [{ who: { flag: 'known', is: 'yes' } }, '/who/is', 'must be true or false'],
  [{ who: { flag: 'rich', is: true } }, '/who/flag', 'must be one of known, closed, searchBlocked'],
  [{ who: { metric: 'age', op: '~', value: 1 } }, '/who/op', 'must be one of >=, >, <=, <, =, !='],
  [{ who: { violation: 3 } }, '/who/violation', NAME],
  [
    { who: { violation: 'spam', is: true } },
    '/who/is',
    'is not known here; known are id, violation, waiveIf',
  ],
  [{ need: { any: [] } }, '/need/any', 'must not be empty'],
  [{ clawBackWhen: { not: { tool: 7 } } }, '/clawBackWhen/not/tool', NAME],
  [{ trainFirst: { within: '1d' } }, '/trainFirst/course', NAME],
  [{ trainFirst: { course: 'first-sale' } }, '/trainFirst/within', NOT_ZERO],
  [
    { trainFirst: { course: 'first-sale', within: '1d', by: 'ann' } },
    '/trainFirst/by',
    'is not known here; known are course, within',
  ],
  [{ onRevoke: 'delist' }, '/onRevoke', 'must be a list'],
  [{ onRevoke: ['delist', 'every thing'] }, '/onRevoke/1', NAME],
  [{ account: undefined }, '/account', 'must be named, because boost comes out of one'],
  [{ account: 7 }, '/account', NAME],
  [{ size: { fixed: 0 } }, '/size/fixed', UNITS],
  [{ size: { fixed: 1, minimum: 1 } }, '/size/minimum', 'is not known here; known are fixed'],
  [{ size: { perHeadroom: 1, minimum: 3, maximum: 2 } }, '/size', 'minimum must not be above maximum'],
  [{ size: { perHeadroom: 1, minimum: 1 } }, '/size/maximum', UNITS],
  [{ duration: 0 }, '/duration', NOT_ZERO],
  [{ duration: undefined }, '/duration', NOT_ZERO],
  [{ settle: '1w' }, '/settle', DURATION],
  [{ settle: undefined }, '/settle', DURATION],
  [{ coolDown: undefined }, '/coolDown', DURATION],
  [{ limits: { openings: 0, perMerchant: 250 } }, '/limits/openings', TIMES],
  [{ limits: { openings: 1 } }, '/limits/perMerchant', UNITS],
  [
    { limits: { openings: 1, perMerchant: 250, perDay: 1 } },
    '/limits/perDay',
    'is not known here; known are openings, perMerchant, shrinkBelow',
  ],
  [{ limits: { openings: 1, perMerchant: 250, shrinkBelow: '120%' } }, '/limits/shrinkBelow', SHARE],
  [{ stages: [] }, '/stages', 'must not be empty'],
  [{ stages: { id: 'second', size: 1 } }, '/stages', 'must be a list'],
  [stage({ id: 'the second' }), '/stages/0/id', NAME],
  [stage({ size: 0 }), '/stages/0/size', UNITS],
  [stage({ after: '1w' }), '/stages/0/after', DURATION],
  [stage({ within: 0 }), '/stages/0/within', NOT_ZERO],
  [stage({ after: '2d', within: '2d' }), '/stages/0', 'within must be above after'],
  [stage({ when: {} }), '/stages/0/when', CONDITION],
  [stage({ kind: 'bonus' }), '/stages/0/kind', only('id, size, after, within, when, earned')],
  [earned({ by: 'likes' }), '/stages/0/earned/by', 'must be one of clicks, orders'],
  [earned({ atLeast: '101%' }), '/stages/0/earned/atLeast', SHARE],
  [earned({ minimum: 0 }), '/stages/0/earned/minimum', UNITS],
  [earned({ of: 1 }), '/stages/0/earned/of', 'is not known here; known are by, atLeast, minimum'],
  [{ renew: {} }, '/renew/times', TIMES],
  [{ renew: { times: 0 } }, '/renew/times', TIMES],
  [{ renew: { times: 1, until: 'x' } }, '/renew/until', 'is not known here; known are when, times'],
  [{ exclusive: 'a b' }, '/exclusive', NAME],
  [{ floor: {} }, '/floor/within', NOT_ZERO],
  [{ floor: { within: '1d', size: 3 } }, '/floor/size', only('within, of')],
  [{ floor: { within: '1d', of: [] } }, '/floor/of', 'must not be empty'],
  [{ floor: { within: '1d', of: ['limit'] } }, '/floor/of/0', `must be one of ${SERVING_KINDS.join(', ')}`],
  [{ ...TOOL, size: { fixed: 1 } }, '/size', UNCOUNTED],
  [{ ...TOOL, grow: { step: '50%', dwell: '1h' } }, '/grow', UNCOUNTED],
  [{ ...TOOL, ...stage({}) }, '/stages', UNCOUNTED],
  [{ ...TOOL, floor: { within: '1d' } }, '/floor', UNCOUNTED],
  [{ ...TOOL, settle: 'later' }, '/settle', DURATION],
  [{ ...TOOL, limits: { openings: 1, perMerchant: 5 } }, '/limits/perMerchant', only('openings')],
  [
    {
      ...TOOL,
      kind: 'service',
      gives: { service: { what: 'photo' } },
      size: { fixed: 1 },
      settle: 0,
      limits: { openings: 1, perMerchant: 1 },
    },
    '/account',
    'must be named, because service comes out of one',
  ],
  [
    {
      ...TOOL,
      kind: 'value-added',
      gives: { feeRelief: { rate: 0 } },
      size: { fixed: 1 },
      settle: 0,
      limits: { openings: 1, perMerchant: 1 },
    },
    '/account',
    'must be named, because feeRelief comes out of one',
  ],
  [
    {
      ...TOOL,
      kind: 'value-added',
      gives: { credit: { for: 'adverts' } },
      size: { fixed: 1 },
      settle: 0,
      limits: { openings: 1, perMerchant: 1 },
    },
    '/account',
    'must be named, because credit comes out of one',
  ],
])('a programme with %j has a finding at %s', (fields, place, rule) => {
  expect(findings(welcomeWith(fields))).toEqual([
    { field: `/programmes/0${place}`, value: expect.any(String) as string, rule },
  ]);
});

test.each<[object, string, string]>([
  [{ step: 0, dwell: '1h' }, '/grow/step', `${SHARE.replace('from 0', 'from 0.01')}`],
  [{ step: '50%' }, '/grow/dwell', DURATION],
  [{ step: '50%', dwell: '1h', by: 1 }, '/grow/by', 'is not known here; known are step, dwell'],
])('a programme that grows by %j has a finding at %s', (grow, place, rule) => {
  expect(findings(growthWith({ grow }))).toEqual([
    { field: `/programmes/1${place}`, value: expect.any(String) as string, rule },
  ]);
});

test('a programme says what it does not know', () => {
  const [finding] = findings(welcomeWith({ hurry: true }));
  expect(finding).toMatchObject({ field: '/programmes/0/hurry', value: 'true' });
  expect(finding!.rule).toMatch(
    /^is not known here; known are id, names, kind, gives, who, need, .*, floor$/,
  );
});
