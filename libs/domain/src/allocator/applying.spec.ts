/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  decisionsIn,
  given,
  grantsIn,
  grown,
  inShort,
  REGISTERED,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { account, compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS } from '../time.ts';

// Who may have a grant: training, need, floors, exclusive sets, and what is given without an account.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(programmes: readonly object[], accounts: readonly object[] = []): World {
  const world = given(sha256);
  const idOf = (each: object): string | undefined => (each as { id?: string }).id;
  const named = new Set(programmes.map((each) => (each as { account?: string }).account));
  const ample = ['welcome', 'growth', 'floor']
    .filter((id) => named.has(id) && !accounts.some((each) => idOf(each) === id))
    .map((id) => account(id, 100_000, { idle: '400d' }));
  const used = [...accounts, ...ample];
  world.activate(compiled(smallSource({ programmes, accounts: used })).text);
  return world;
}
const registered = (world: World, merchant: string): string[] =>
  inShort(world.event('updraft.merchant.registered.v1', merchant, REGISTERED));
const course = (world: World, merchant: string): string[] =>
  inShort(world.event('updraft.training.completed.v1', merchant, { course: 'first-sale' }));
const says = (world: World, merchant: string, wants: string): string[] =>
  inShort(world.event('updraft.survey.answered.v1', merchant, { survey: 's', answers: { wants } }));
const days = (world: World, ...numbers: number[]): string[][] =>
  numbers.map((day) => inShort(world.tick(T0 + day * DAY_MS)));

describe('train first', () => {
  const school = (changes: object = {}): object =>
    welcome({ trainFirst: { course: 'first-sale', within: '3d' }, ...changes });

  test('who lacks nothing but the course is offered it, and has the grant once it is done', () => {
    const world = under([school()]);
    expect(registered(world, 'm1')).toEqual(['m1 welcome offer train-first trained']);
    expect(decisionsIn(world.outputs)[0]!.until).toBe('2026-11-03T16:00:00.000Z');
    expect(days(world, 2)).toEqual([[]]);
    expect(course(world, 'm1')).toEqual(['m1 welcome issue 100']);
    expect(days(world, 3)).toEqual([[]]);
  });

  test('who is late forfeits it and is offered it again after as long', () => {
    const world = under([school()]);
    registered(world, 'm1');
    expect(days(world, 3, 4, 6)).toEqual([
      ['m1 welcome forfeit training-late:first-sale', 'm1 welcome withhold trained cool-down'],
      [],
      ['m1 welcome offer train-first trained'],
    ]);
    expect(course(world, 'm1')).toEqual(['m1 welcome issue 100']);
  });

  test('who does it after the deadline has the grant when the cool-down is over', () => {
    const world = under([school()]);
    registered(world, 'm1');
    days(world, 3);
    expect(course(world, 'm1')).toEqual(['m1 welcome withhold cool-down']);
    expect(days(world, 6)).toEqual([['m1 welcome issue 100']]);
  });

  test('nothing is offered to who lacks something else as well, and the deadline of an offer stays', () => {
    const who = {
      all: [
        { id: 'trained', training: 'first-sale' },
        { id: 'wanted', survey: 'wants', isNot: 'no' },
      ],
    };
    const world = under([school({ who })]);
    registered(world, 'm1');
    days(world, 1);
    expect(says(world, 'm1', 'no')).toEqual(['m1 welcome withhold trained wanted']);
    days(world, 2);
    expect(says(world, 'm1', 'yes')).toEqual(['m1 welcome offer train-first trained']);
    expect(decisionsIn(world.outputs).at(-1)!.until).toBe('2026-11-03T16:00:00.000Z');
    expect(says(world, 'm1', 'no')).toEqual(['m1 welcome withhold trained wanted']);
    expect(days(world, 3)).toEqual([['m1 welcome withhold trained wanted cool-down']]);
  });

  test('an offer ends with the programme that made it', () => {
    const world = under([school()]);
    registered(world, 'm1');
    const text = compiled(
      smallSource({ programmes: [welcome({ id: 'other' })], accounts: [account('welcome', 900)] }),
    );
    world.activate(text.text);
    for (let i = 0; i < 3; i++) world.tick(T0 + 4 * DAY_MS);
    world.allocator.freeze();
    expect([...world.allocator.store.rows.values()].map(({ due }) => due)).toEqual([null]);
  });
});

describe('need', () => {
  const asked = welcome({ need: { id: 'asks', survey: 'wants', isNot: 'no' } });

  test('who does not need it is left in peace: that is the only reason, whatever else is missing', () => {
    const world = under([asked]);
    says(world, 'm1', 'no');
    expect(registered(world, 'm1')).toEqual(['m1 welcome withhold not-needed asks']);
    expect(course(world, 'm1')).toEqual([]);
    const [decision] = decisionsIn(world.outputs).filter(({ reasons }) => reasons.includes('not-needed'));
    expect(decision!.conditions.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'asks false',
      'trained false',
    ]);
    expect(says(world, 'm1', 'yes')).toEqual(['m1 welcome issue 100']);
  });

  test('who opts out keeps what it has, and gets nothing more', () => {
    const world = under([asked]);
    trained(world, 'm1');
    expect(says(world, 'm1', 'no')).toEqual([]);
    expect(days(world, 3)).toEqual([
      ['m1 welcome expire duration-over', 'm1 welcome withhold not-needed asks'],
    ]);
    expect(days(world, 9)).toEqual([['m1 welcome settle nothing-more-reported']]);
  });
});

describe('floor', () => {
  const least = (changes: object = {}): object =>
    welcome({
      id: 'floor',
      who: { id: 'known', flag: 'known', is: true },
      account: 'floor',
      size: { fixed: 10 },
      floor: { within: '7d' },
      limits: { openings: 9, perMerchant: 1_000 },
      ...changes,
    });

  test('who was eligible for so many days and had nothing is given the least, by a timer', () => {
    const world = under([least()]);
    expect(registered(world, 'm1')).toEqual(['m1 floor withhold floor-not-due']);
    expect(days(world, 6, 7)).toEqual([[], ['m1 floor issue 10']]);
    expect(decisionsIn(world.outputs).at(-1)).toMatchObject({
      reasons: ['floor'],
      budget: { account: 'floor' },
    });
    expect(days(world, 10, 11, 12, 19)).toEqual([
      ['m1 floor expire duration-over', 'm1 floor withhold cool-down'],
      ['m1 floor settle nothing-more-reported'],
      ['m1 floor withhold floor-not-due'],
      ['m1 floor issue 10'],
    ]);
  });

  test('nobody has it who is served by another programme, and the days count from the end of that', () => {
    const world = under([welcome({ limits: { openings: 1, perMerchant: 250 } }), least()]);
    trained(world, 'm1');
    expect(inShort(world.outputs).at(-1)).toBe('m1 floor withhold served');
    expect(days(world, 3, 4, 9.5, 10)).toEqual([
      [
        'm1 welcome expire duration-over',
        'm1 welcome withhold cool-down openings-used',
        'm1 floor withhold floor-not-due',
      ],
      ['m1 welcome settle nothing-more-reported'],
      ['m1 welcome withhold openings-used'],
      ['m1 floor issue 10'],
    ]);
  });

  test('a limit that is imposed is no service, and does not keep the floor away', () => {
    const cap = limit({ who: { id: 'new', metric: 'age', op: '<', value: 30 } });
    const world = under([cap, least()]);
    registered(world, 'm1');
    expect(inShort(world.outputs)).toEqual(['m1 cap issue 1', 'm1 floor withhold floor-not-due']);
    expect(days(world, 7)).toEqual([['m1 floor issue 10']]);
  });

  test('where only some kinds count, grants of others keep nobody from it and do not set back its days', () => {
    const right = { ...limit({ id: 'chat', kind: 'tool', gives: { access: ['chat'] } }), duration: '9d' };
    const world = under([right, least({ floor: { within: '7d', of: ['traffic'] } })]);
    registered(world, 'm1');
    expect(inShort(world.outputs)).toEqual(['m1 chat issue 1', 'm1 floor withhold floor-not-due']);
    expect(days(world, 7)).toEqual([['m1 floor issue 10']]);
  });

  test('where only some kinds count, one of them sets the days back when it ends', () => {
    const world = under([
      welcome({ limits: { openings: 1, perMerchant: 250 } }),
      least({ floor: { within: '7d', of: ['service', 'traffic'] } }),
    ]);
    trained(world, 'm1');
    expect(inShort(world.outputs).at(-1)).toBe('m1 floor withhold served');
    expect(days(world, 3, 4, 9.5, 10).slice(2)).toEqual([
      ['m1 welcome withhold openings-used'],
      ['m1 floor issue 10'],
    ]);
  });

  test('a grant of a programme that is gone counts to its end like any other', () => {
    const world = under([welcome({ limits: { openings: 1, perMerchant: 250 } }), least()]);
    trained(world, 'm1');
    const text = compiled(
      smallSource({ programmes: [least()], accounts: [account('floor', 100_000, { idle: '400d' })] }),
    ).text;
    world.activate(text);
    expect(days(world, 3, 4, 9.5, 10).slice(2)).toEqual([[], ['m1 floor issue 10']]);
  });

  test('the days begin anew when it was not eligible in between, but not after a stop', () => {
    const world = under([least({ who: { id: 'wanted', survey: 'wants', isNot: 'no' } })]);
    registered(world, 'm1');
    days(world, 5);
    says(world, 'm1', 'no');
    says(world, 'm1', 'yes');
    expect(days(world, 7)).toEqual([[]]);
    const stop = { scope: 'all', by: ['ann'], reason: 'test' };
    world.control('updraft.control.stop.v1', { ...stop, sequence: 1, isStopped: true });
    world.tick(T0 + 8 * DAY_MS);
    world.control('updraft.control.stop.v1', { ...stop, sequence: 2, isStopped: false, by: ['ann', 'bo'] });
    expect(days(world, 8, 12)).toEqual([['m1 floor withhold floor-not-due'], ['m1 floor issue 10']]);
  });
});

function limit(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'cap',
    names: { en: 'Cap' },
    kind: 'limit',
    gives: { orderCap: { ordersPerDay: 20 } },
    who: { id: 'young', metric: 'orders', op: '<', value: 2 },
    duration: '30d',
    coolDown: '0d',
    limits: { openings: 1_000 },
    ...changes,
  };
}

describe('without an account', () => {
  test('limits are imposed and lifted by decisions, and nothing is counted', () => {
    const world = under([limit({ revokeWhen: { id: 'proven', metric: 'orders', op: '>=', value: 2 } })]);
    expect(registered(world, 'm1')).toEqual(['m1 cap issue 1']);
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({ kind: 'limit', account: null, status: 'active' });
    grown(world, 'm1');
    expect(inShort(world.outputs).slice(1)).toEqual(['m1 cap revoke proven', 'm1 cap withhold young proven']);
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({ status: 'revoked' });
    expect(decisionsIn(world.outputs).every(({ budget }) => budget === null)).toBe(true);
  });

  test('a right is given and taken away, with what gateways have to do about it', () => {
    const right = {
      ...limit({ id: 'live', kind: 'tool', gives: { access: ['live-studio'] } }),
      who: { id: 'adopted', tool: 'studio' },
      revokeWhen: { id: 'fake', violation: 'fake-trade' },
      onRevoke: ['delist-plans'],
    };
    const world = under([right]);
    registered(world, 'm1');
    expect(inShort(world.event('updraft.tool.adopted.v1', 'm1', { tool: 'studio' }))).toEqual([
      'm1 live issue 1',
    ]);
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({
      benefit: { access: ['live-studio'] },
      effects: [],
    });
    const out = world.event('updraft.violation.recorded.v1', 'm1', { violation: 'fake-trade' });
    expect(inShort(out)).toEqual(['m1 live revoke fake', 'm1 live withhold fake']);
    expect(grantsIn(out)).toMatchObject([{ status: 'revoked', effects: ['delist-plans'] }]);
    expect(inShort(world.event('updraft.violation.cleared.v1', 'm1', { violation: 'fake-trade' }))).toEqual([
      'm1 live issue 1',
    ]);
  });
});
