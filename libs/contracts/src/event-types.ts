import type { ControlType } from '#domain/controls';
import type { MerchantEventType } from '#domain/events';

// The record types each stage may meet in its input log. Records whose keys the compiler checks against the
// domain, so that a type added there cannot be forgotten here; no payload class is loaded to know them.

const MERCHANT_EVENTS: Record<MerchantEventType, true> = {
  'updraft.merchant.registered.v1': true,
  'updraft.merchant.verified.v1': true,
  'updraft.merchant.profile-changed.v1': true,
  'updraft.merchant.closed.v1': true,
  'updraft.merchant.linked.v1': true,
  'updraft.merchant.unlinked.v1': true,
  'updraft.category.assigned.v1': true,
  'updraft.order.placed.v1': true,
  'updraft.order.paid.v1': true,
  'updraft.order.shipped.v1': true,
  'updraft.order.delivered.v1': true,
  'updraft.order.cancelled.v1': true,
  'updraft.order.refunded.v1': true,
  'updraft.return.opened.v1': true,
  'updraft.return.closed.v1': true,
  'updraft.dispute.opened.v1': true,
  'updraft.dispute.resolved.v1': true,
  'updraft.review.posted.v1': true,
  'updraft.review.removed.v1': true,
  'updraft.message.received.v1': true,
  'updraft.message.answered.v1': true,
  'updraft.live.started.v1': true,
  'updraft.live.ended.v1': true,
  'updraft.content.published.v1': true,
  'updraft.content.exposed.v1': true,
  'updraft.fans.changed.v1': true,
  'updraft.capacity.declared.v1': true,
  'updraft.survey.answered.v1': true,
  'updraft.inventory.reported.v1': true,
  'updraft.tool.adopted.v1': true,
  'updraft.tool.used.v1': true,
  'updraft.tool.dropped.v1': true,
  'updraft.service.used.v1': true,
  'updraft.violation.recorded.v1': true,
  'updraft.violation.cleared.v1': true,
  'updraft.training.enrolled.v1': true,
  'updraft.training.completed.v1': true,
  'updraft.training.failed.v1': true,
  'updraft.exam.passed.v1': true,
  'updraft.certification.granted.v1': true,
  'updraft.certification.expired.v1': true,
  'updraft.deposit.due.v1': true,
  'updraft.deposit.paid.v1': true,
  'updraft.fee.charged.v1': true,
  'updraft.boost.delivered.v1': true,
  'updraft.grant.used.v1': true,
};

const CONTROLS: Record<ControlType, true> = {
  'updraft.control.genesis.v1': true,
  'updraft.control.tick.v1': true,
  'updraft.control.settings.v1': true,
  'updraft.control.policy-activated.v1': true,
  'updraft.control.lease.v1': true,
  'updraft.control.statistics.v1': true,
  'updraft.control.stop.v1': true,
};

export const MERCHANT_EVENT_TYPES = Object.keys(MERCHANT_EVENTS) as readonly MerchantEventType[];
export const CONTROL_TYPES = Object.keys(CONTROLS) as readonly ControlType[];
export const CAPABILITY_TYPES = [
  'updraft.capability.merchant.v1',
  'updraft.capability.usage.v1',
  'updraft.capability.control.v1',
] as const;
/** What a treasury partition is told: genesis, time, what is live, and what holders want and return. */
export const TREASURY_TYPES = [
  'updraft.control.genesis.v1',
  'updraft.control.tick.v1',
  'updraft.control.settings.v1',
  'updraft.control.policy-activated.v1',
  'updraft.treasury.request.v1',
  'updraft.treasury.return.v1',
] as const;

/** What a census partition is told: genesis, time, and how merchants' metrics are. */
export const CENSUS_TYPES = [
  'updraft.control.genesis.v1',
  'updraft.control.tick.v1',
  'updraft.control.settings.v1',
  'updraft.census.value.v1',
  'updraft.census.counted.v1',
] as const;

/** What may stand in each stage's input log. */
export const INPUT_TYPES = {
  activity: new Set<string>([...MERCHANT_EVENT_TYPES, ...CONTROL_TYPES]),
  capability: new Set<string>(CAPABILITY_TYPES),
  treasury: new Set<string>(TREASURY_TYPES),
  census: new Set<string>(CENSUS_TYPES),
} as const;

export type InputLog = keyof typeof INPUT_TYPES;

const VERSION = /\.v\d+$/;

/**
 * Why a type is not among `known`: nobody has heard of it, or it is known in other versions only, which says that
 * its sender is newer or older than we are.
 */
export function strangeness(
  type: string,
  known: ReadonlySet<string>,
): { readonly reason: 'unknown-type' | 'unknown-version'; readonly knownVersions: readonly string[] } {
  const name = type.replace(VERSION, '');
  const knownVersions = [...known].filter((other) => other.replace(VERSION, '') === name);
  return { reason: knownVersions.length > 0 ? 'unknown-version' : 'unknown-type', knownVersions };
}
