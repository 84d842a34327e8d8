import {
  allLadders,
  CALENDARS,
  randomLanguage,
  type Choose,
  type RandomLanguage,
} from './random-language.ts';
import { account, compiled, growth, smallSource, welcome } from './small-bundle.ts';

// A policy from one number: budgets from dry to ample, of a day, of a month or for ever, of an entity or of all; other
// lines; a programme more or fewer, of every kind; and what the language has beyond them, from a third stream.

/** From dry to ample. */
const BUDGETS = [110, 220, 1_000, 50_000];

/** Splits one number into independent choices. */
export function chooser(dice: number): (sides: number) => number {
  let left = dice;
  return (sides) => {
    const side = left % sides;
    left = Math.floor(left / sides);
    return side;
  };
}

/**
 * `shortest` is what no dwell or settling time goes below. Where money is steady, no period ends and nothing idle goes
 * back, so that nobody who comes later waits for it.
 */
export function policyText(
  dice: number,
  totals: readonly number[] = BUDGETS,
  shortest = '0d',
  isSteady = false,
): string {
  // Two streams of choices: one number has too few digits for all of them.
  const choose = chooser(dice);
  const more = chooser((dice * 48_271) % 2_147_483_647);
  const all = [welcomeOf(choose, more, shortest), growthOf(choose, more, shortest), ...othersOf(more)];
  const left = more(4);
  const programmes = all.filter((_, at) => at !== left + 1);
  const named = new Set(programmes.map((each) => each['account']));
  const accounts = ['welcome', 'growth', 'relief', 'desk']
    .filter((id) => named.has(id))
    .map((id) => {
      const paid = programmes.filter((each) => each['account'] === id);
      const goesOn = paid.some((each) => 'stages' in each || 'renew' in each);
      return accountOf(id, totals[choose(totals.length)]!, more, isSteady, goesOn);
    });
  const around = account('platform', Math.max(...accounts.map(({ total }) => total)) + more(2) * 90);
  const language = randomLanguage(streamOf(dice));
  const size = { metric: 'graded', per: 1, times: 10, minimum: 10, maximum: 90 };
  // Before the floor, which is only for who has nothing else.
  if (named.has('growth')) programmes.unshift(sized(language, size));
  const source = smallSource({
    accounts: [...accounts, around],
    programmes: [...rightsOf(language, streamOf(dice + 1)), ...programmes],
    calendars: CALENDARS,
  });
  const metrics = [...(source['metrics'] as object[]), ...language.metrics, gradedOf(streamOf(dice + 2))];
  const ladders = allLadders(language, { dwell: [shortest, '12h', '2d'][choose(3)]! });
  return compiled({ ...source, metrics, ladders }).text;
}

/** As many choices as are asked for. */
function streamOf(dice: number): Choose {
  let state = (dice % 2_147_483_646) + 1;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor(state / 64) % sides;
  };
}

/** A metric that sizes follow. */
function gradedOf(choose: Choose): Source {
  const follows = [{ sum: 'ordersPaid', window: '3d' }, { daysSince: 'registered' }, { state: 'listings' }];
  const grain = { edges: [0, 1, 2, 4, 8], hysteresis: ['0%', '40%'][choose(2)]! };
  return { id: 'graded', names: { en: 'Graded' }, unit: 'count', grain, ...follows[choose(3)]! };
}

function sized(language: RandomLanguage, size: object): Source {
  const who = { all: [{ id: 'known-sized', flag: 'known', is: true }, language.conditionOf('sized.who', 1)] };
  return growth({ id: 'sized', who, size, revokeWhen: language.conditionOf('sized.revoke', 0) }) as Source;
}

/** Rights for which nothing is counted, by conditions of every kind, with and without days to comply. */
function rightsOf(language: RandomLanguage, choose: Choose): Source[] {
  return ['right', 'other'].map((id) => ({
    id,
    names: { en: id },
    kind: 'tool',
    gives: { access: [id] },
    who: language.conditionOf(`${id}.who`),
    ...(choose(2) === 0 ? { need: language.conditionOf(`${id}.need`, 1) } : {}),
    revokeWhen: language.conditionOf(`${id}.revoke`, 1),
    ...(choose(2) === 0 ? { comply: ['1d', '30h'][choose(2)]! } : {}),
    duration: ['2d', '9d'][choose(2)]!,
    coolDown: ['6h', '1d'][choose(2)]!,
    limits: { openings: 20 },
  }));
}

function accountOf(
  id: string,
  total: number,
  more: Choose,
  isSteady: boolean,
  /** A grant of it may need more money than at first, which an account with periods does not give. */
  goesOn: boolean,
): Source & { readonly total: number } {
  const idle = isSteady ? '400d' : '1h';
  const source = (units: number, changes: Source): Source & { readonly total: number } =>
    account(id, units, { idle, ...changes }) as Source & { readonly total: number };
  if (id === 'relief') return source(Math.max(total, 100), { per: 'entity', unit: 'minor' });
  if (id === 'desk') return source(isSteady ? total : 1 + more(2), { unit: 'seats' });
  const period = [null, 'month', 'day'][more(3)]!;
  if (period !== null && !isSteady && !goesOn) return source(Math.max(total, 100), { period });
  return source(Math.max(total, 100), more(2) === 0 ? { within: 'platform' } : {});
}

type Source = Record<string, unknown>;

const fakeOf = (programme: string): object => ({ id: `fake-${programme}`, violation: 'fake-trade' });

function welcomeOf(choose: Choose, more: Choose, shortest: string): Source {
  const trained = { id: 'trained', training: 'first-sale' };
  const whos = [
    { all: [trained] },
    { any: [{ all: [trained] }, { id: 'grown', metric: 'age', op: '>=', value: 2 }] },
    { all: [trained, { not: { id: 'closed', flag: 'closed', is: true } }] },
    { all: [trained, { id: 'few', metric: 'orders', op: '<', value: 3 }] },
  ];
  const stages = [
    { id: 'second', size: 60, earned: { by: 'clicks', atLeast: '10%', minimum: 40 } },
    {
      id: 'third',
      size: 30,
      after: '6h',
      within: '2d',
      when: { id: 'kept', metric: 'orders', op: '>=', value: 1 },
    },
  ];
  return welcome({
    who: whos[choose(whos.length)],
    coolDown: ['0d', '2d'][choose(2)]!,
    settle: [shortest, '1d'][choose(2)]!,
    limits: { openings: 1 + choose(3), perMerchant: 250 },
    clawBackWhen: fakeOf('welcome'),
    ...(more(2) === 0 ? { trainFirst: { course: 'first-sale', within: '1d' } } : {}),
    ...(more(2) === 0 ? { need: { id: 'asks', survey: 'wants', isNot: 'no' } } : {}),
    ...(more(2) === 0 ? { stages } : {}),
    ...(more(3) === 0 ? { exclusive: 'traffic' } : {}),
  }) as Source;
}

function growthOf(choose: Choose, more: Choose, shortest: string): Source {
  const guarantee = { guarantee: { weight: '120%', maximum: '200%' } };
  return growth({
    revokeWhen: { id: 'late', metric: 'on_time', op: '<', value: ['30%', '90%'][choose(2)]! },
    limits: { openings: 5, perMerchant: 1_000, shrinkBelow: ['0%', '60%', '100%'][choose(3)]! },
    ...(more(2) === 0 ? { grow: { step: '40%', dwell: shortest === '0d' ? '3h' : shortest } } : {}),
    ...(more(2) === 0 ? { gives: guarantee } : {}),
    ...(more(2) === 0 ? { renew: { times: 2 } } : {}),
    ...(more(3) === 0 ? { exclusive: 'traffic' } : {}),
  }) as Source;
}

/** One of each other kind: relief of an entity, a seat, a limit, a floor. */
function othersOf(more: Choose): Source[] {
  const knownFor = (programme: string): object => ({ id: `known-${programme}`, flag: 'known', is: true });
  const relief = welcome({
    id: 'relief',
    kind: 'value-added',
    gives: { feeRelief: { rate: '0.6%' } },
    account: 'relief',
    who: knownFor('relief'),
    size: { fixed: 60 },
    clawBackWhen: fakeOf('relief'),
    limits: { openings: 4, perMerchant: 200 },
  });
  const desk = welcome({
    id: 'desk',
    kind: 'service',
    gives: { service: { what: 'operator' } },
    account: 'desk',
    who: { id: 'adopted', tool: 't1' },
    size: { fixed: 1 },
    duration: ['1d', '5d'][more(2)]!,
    renew: { times: 1 },
  });
  const cap = {
    id: 'cap',
    names: { en: 'Cap' },
    kind: 'limit',
    gives: { orderCap: { ordersPerDay: 20 } },
    who: { id: 'new', metric: 'orders', op: '<', value: 2 },
    revokeWhen: { id: 'proven', metric: 'orders', op: '>=', value: 4 },
    duration: '3d',
    coolDown: '0d',
    limits: { openings: 50 },
  };
  const floor = welcome({
    id: 'floor',
    who: knownFor('floor'),
    size: { fixed: 10 },
    floor: { within: '2d' },
    limits: { openings: 9, perMerchant: 90 },
  });
  return [relief as Source, desk as Source, cap, floor as Source];
}
