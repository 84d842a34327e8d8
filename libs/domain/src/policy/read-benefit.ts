import type { GrantKind } from '../outputs.ts';
import type { Benefit } from './bundle.ts';
import type { Reader } from './reader.ts';

type KeysOf<T> = T extends unknown ? keyof T : never;
/** How a benefit is called in a source and in a bundle: `boost`, `access`, `orderCap`. */
export type BenefitName = KeysOf<Benefit>;

/** What a programme of each kind may give. */
const GIVES: Readonly<Record<GrantKind, readonly BenefitName[]>> = {
  traffic: ['boost', 'guarantee', 'credit'],
  tool: ['access', 'quota'],
  service: ['service'],
  'value-added': ['credit', 'feeRelief', 'branding'],
  limit: ['orderCap', 'settlement', 'delisting'],
};
/** What a traffic programme gives where its source doesn't say. */
const ORDINARY_BOOST: Benefit = { boost: { weightBps: 15_000 } };
/** No boost is below 100 %: that would be a limit by the name of a gift. */
const WEIGHT_MIN_BPS = 10_000;
const WEIGHT_MAX_BPS = 1_000_000;
const SETTLEMENT_DAYS_MAX = 365;

/** The `gives` of a programme: one benefit of those that its kind has. */
export function benefitOf(programme: Reader, kind: GrantKind): Benefit {
  const at = programme.at('gives');
  if (kind === 'traffic' && !programme.has('gives')) return ORDINARY_BOOST;
  const name = GIVES[kind].find((each) => at.has(each));
  if (name === undefined) {
    at.fail(`must be one of ${GIVES[kind].join(', ')} in a programme of kind ${kind}`);
    return ORDINARY_BOOST;
  }
  at.only([name]);
  return READ[name](at.at(name));
}

export function benefitName(benefit: Benefit): BenefitName {
  return Object.keys(benefit)[0] as BenefitName;
}

const READ: { readonly [N in BenefitName]: (at: Reader) => Benefit } = {
  boost(at) {
    at.only(['weight']);
    return { boost: { weightBps: at.at('weight').bps(WEIGHT_MAX_BPS, WEIGHT_MIN_BPS) } };
  },
  guarantee(at) {
    at.only(['weight', 'maximum']);
    const weightBps = at.at('weight').bps(WEIGHT_MAX_BPS, WEIGHT_MIN_BPS);
    const maximumBps = at.at('maximum').bps(WEIGHT_MAX_BPS, WEIGHT_MIN_BPS);
    if (weightBps > maximumBps) at.fail('weight must not be above maximum');
    return { guarantee: { weightBps, maximumBps } };
  },
  credit(at) {
    at.only(['for']);
    return { credit: { for: at.at('for').text() } };
  },
  access(at) {
    return { access: at.list(1).map((right) => right.text()) };
  },
  quota(at) {
    at.only(['ordersPerDay', 'listings']);
    if (!at.has('ordersPerDay') && !at.has('listings')) at.fail('must have ordersPerDay, listings, or both');
    return {
      quota: {
        ...(at.has('ordersPerDay') ? { ordersPerDay: at.at('ordersPerDay').units(1) } : {}),
        ...(at.has('listings') ? { listings: at.at('listings').units(1) } : {}),
      },
    };
  },
  service(at) {
    const what = at.at('what').choice(['operator', 'sourcing', 'photo', 'course'] as const);
    at.only(what === 'course' ? ['what', 'course'] : ['what']);
    return { service: what === 'course' ? { what, course: at.at('course').text() } : { what } };
  },
  feeRelief(at) {
    at.only(['rate']);
    return { feeRelief: { rateBps: at.at('rate').bps() } };
  },
  branding(at) {
    at.only(['package']);
    return { branding: { package: at.at('package').text() } };
  },
  orderCap(at) {
    at.only(['ordersPerDay']);
    return { orderCap: { ordersPerDay: at.at('ordersPerDay').units() } };
  },
  settlement(at) {
    at.only(['days']);
    return { settlement: { days: at.at('days').integer(1, SETTLEMENT_DAYS_MAX) } };
  },
  delisting(at) {
    at.only(['scope']);
    return { delisting: { scope: at.at('scope').text() } };
  },
};
