import type { AccountBalance, GrantKind, Outcome } from '#domain/outputs';
import type { Benefit } from '#domain/policy/bundle';
import type { Remedy } from '#domain/recourse/find-recourse';
import { percentOf, timesOf, type ReasonAbout, type ReasonWords } from './phrases.ts';

export const OUTCOMES: { readonly [outcome in Outcome]: string } = {
  issue: 'issued a grant to',
  withhold: 'withheld a grant from',
  wait: 'keeps a place in the queue for money for',
  offer: 'offered the training that comes first to',
  forfeit: 'closed, because its time was over, what stood open to',
  advance: 'opened the next stage of the grant of',
  renew: 'renewed the grant of',
  shrink: 'shrank the grant of',
  grow: 'enlarged the grant of',
  pace: 'set the pace of the grant of',
  warn: 'gave time to comply, before revoking it, to the holder of the grant of',
  clear: 'took back its warning about the grant of',
  revoke: 'revoked the grant of',
  'claw-back': 'revoked for fraud, and claims what was spent of, the grant of',
  expire: 'ended, at its time, the grant of',
  settle: 'closed the books of the grant of',
  'refuse-usage': 'did not count usage that was reported of a grant of',
  correct: 'corrected its decision about',
};

export const KINDS: { readonly [kind in GrantKind]: string } = {
  traffic: 'traffic boost',
  tool: 'tool',
  service: 'service',
  'value-added': 'value-added benefit',
  limit: 'limit',
};

export const PARTS: { readonly [part in keyof AccountBalance]: string } = {
  leasedIn: 'leased in',
  free: 'free',
  held: 'held',
  settling: 'settling',
  spent: 'spent',
  returned: 'returned',
  overrun: 'overrun',
  clawedBack: 'clawed back',
};

export const REASONS: ReasonWords = {
  'unknown-merchant': () => 'the merchant is not registered',
  'merchant-closed': () => 'the merchant is closed',
  'not-needed': () => 'it does not need it, and is left in peace',
  'cool-down': () => 'the cool-down after its last grant is not over',
  'openings-used': () => 'it has used all its openings in this programme',
  'no-headroom': () => 'it can carry no more orders than it already has',
  'too-little': ({ argument }) => `“${argument}”, which its size follows, comes to too little`,
  'merchant-cap': () => 'it has reached the most that one merchant may get',
  exclusive: ({ argument }) => `it has a grant of “${argument}”, and may have only one of that set at a time`,
  'stopped:all': () => 'all issuing is stopped',
  'stopped:programme': ({ argument }) => `programme “${argument}” is stopped`,
  'stopped:account': ({ argument }) => `budget “${argument}” is stopped`,
  'no-entity': () => 'the budget is kept per legal entity, and the merchant is linked to none',
  'no-category': () => 'the budget is kept per category, and the merchant has none',
  'no-country': () => 'the budget is kept per country, and the merchant has none',
  'train-first': () => 'only the training is missing',
  'training-late': ({ argument }) => `training “${argument}” was not completed in time`,
  'budget-on-its-way': (about) => `the money${within(about)} is not here yet, and was asked for`,
  'budget-dry': (about) => `the budget${within(about)} has too little left${refill(about)}`,
  'budget-held-elsewhere': (about) =>
    `what is left of the budget${within(about)} is held by others and did not come in time${refill(about)}`,
  floor: () => 'it was eligible for long and went without',
  served: () => 'it has a grant that counts, and the floor is for who has none',
  'floor-not-due': () => 'it was not eligible for long enough yet to get what the floor gives',
  stage: ({ argument }) => `stage “${argument}” was earned`,
  'stage-late': ({ argument }) => `stage “${argument}” was not earned in time, and those after it go with it`,
  'made-good': () => 'what it was warned of was made good',
  renewed: () => 'its time is over, and the conditions still hold',
  'headroom-below-grant': () => 'its headroom fell below what the grant brings',
  'headroom-above-grant': () => 'its headroom has room for more than the grant brings',
  'metric-below-grant': () => 'what its size follows fell below what the grant brings',
  'metric-above-grant': () => 'what its size follows has room for more than the grant brings',
  'behind-schedule': () => 'delivery is behind schedule, so the weight is stronger',
  'on-schedule': () => 'delivery caught up, so the weight is weaker',
  'duration-over': () => 'the grant reached its end',
  'used-up': () => 'the grant is used up',
  'nothing-left': () => 'nothing of the grant is left',
  'nothing-more-reported': () => 'the time for late usage is over; what is left is free again',
  'grant-settled': () => 'the books of the grant are closed',
  'grant-not-of-merchant': () => 'the merchant has no such grant',
  grant: ({ argument }) => `the report names grant ${argument}`,
};

function within({ account }: ReasonAbout): string {
  return account === null ? '' : ` of “${account}”`;
}

function refill({ refillsAt }: ReasonAbout): string {
  return refillsAt === null ? '' : `; it is filled again at ${refillsAt}`;
}

/** What a grant gives, in a few words. */
export function benefitInWords(benefit: Benefit): string {
  if ('boost' in benefit) return `ranking weight × ${timesOf(benefit.boost.weightBps)}`;
  if ('guarantee' in benefit) {
    const { weightBps, maximumBps } = benefit.guarantee;
    return `guaranteed exposures, ranking weight × ${timesOf(weightBps)} to ${timesOf(maximumBps)}`;
  }
  if ('credit' in benefit) return `credit for ${benefit.credit.for}`;
  if ('access' in benefit) return `access to ${benefit.access.join(', ')}`;
  if ('quota' in benefit) {
    const { ordersPerDay, listings } = benefit.quota;
    const limits = [];
    if (ordersPerDay !== undefined) limits.push(`${ordersPerDay} orders a day`);
    if (listings !== undefined) limits.push(`${listings} listings`);
    return `quota of ${limits.join(' and ')}`;
  }
  if ('service' in benefit) {
    const { what, course } = benefit.service;
    return course === undefined ? what : `${what} (course “${course}”)`;
  }
  if ('feeRelief' in benefit) return `fee rate of ${percentOf(benefit.feeRelief.rateBps)} %`;
  if ('branding' in benefit) return `branding package “${benefit.branding.package}”`;
  if ('orderCap' in benefit) return `at most ${benefit.orderCap.ordersPerDay} orders a day`;
  if ('settlement' in benefit) return `paid out after ${benefit.settlement.days} days`;
  return `delisting of ${benefit.delisting.scope}`;
}

const more = (times: number, noun: string): string => `${times} more ${noun}${times === 1 ? '' : 's'}`;

/** What would help, so many times. */
export const DEEDS: { readonly [deed in Remedy['deed']]: (times: number) => string } = {
  sell: (times) => `Sell ${more(times, 'order')}`,
  'dispatch-on-time': (times) => `Dispatch ${more(times, 'order')} on time`,
  'dispatch-overdue': (times) => `Dispatch ${times} of the orders that are overdue`,
  'deliver-on-time': (times) => `Deliver ${more(times, 'order')} by the promised day`,
  'earn-five-stars': (times) => `Earn ${more(times, 'review')} of five stars`,
  'answer-in-time': (times) => `Answer ${more(times, 'first message')} at once`,
  'go-live': (times) => `Hold ${more(times, 'live session')} of an hour`,
  publish: (times) => `Publish ${more(times, 'video')}`,
  'wait-days': (times) => `It comes by itself in ${times} day${times === 1 ? '' : 's'}`,
};
