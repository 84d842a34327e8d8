import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { parseInstant } from '../time.ts';
import { clearBreach, forget, LIST_MAX, recordBreach, remember } from './breach.ts';
import type { MerchantRow } from './merchant-row.ts';

// What events say about a merchant besides facts: who it is, what it has, knows and owes, what stands against it.

type Payload = MerchantEvents[MerchantEventType];
type Change<Data> = (row: MerchantRow, data: Data, atMs: number, day: number) => void;

const CHANGES: { readonly [Type in MerchantEventType]?: Change<MerchantEvents[Type]> } = {
  'updraft.merchant.registered.v1': (row, { category, country, entityId }, atMs) => {
    row.instants.registered = atMs;
    row.isClosed = false;
    row.category = category;
    row.country = country;
    row.entityId = entityId ?? row.entityId;
  },
  'updraft.merchant.verified.v1': (row, { verification }) => {
    row.certifications = remember(row.certifications, verification);
  },
  'updraft.merchant.profile-changed.v1': (row, { category, country, entityId }) => {
    row.category = category ?? row.category;
    row.country = country ?? row.country;
    row.entityId = entityId ?? row.entityId;
  },
  'updraft.merchant.closed.v1': (row) => {
    row.isClosed = true;
  },
  'updraft.merchant.linked.v1': (row, { entityId }) => {
    row.entityId = entityId;
  },
  'updraft.merchant.unlinked.v1': (row, { entityId }) => {
    // A late word about an entity that it left long ago does not part it from the present one.
    if (row.entityId === entityId) row.entityId = null;
  },
  'updraft.category.assigned.v1': (row, { category }) => {
    row.category = category;
  },
  'updraft.order.paid.v1': ({ instants }, _order, atMs) => {
    instants.firstSale = Math.min(instants.firstSale ?? atMs, atMs);
    instants.lastSale = latest(instants.lastSale, atMs);
  },
  'updraft.order.shipped.v1': ({ instants }, _order, atMs) => {
    instants.lastShipment = latest(instants.lastShipment, atMs);
  },
  'updraft.live.started.v1': ({ instants }, _session, atMs) => {
    instants.lastLive = latest(instants.lastLive, atMs);
  },
  'updraft.live.ended.v1': ({ instants }, _session, atMs) => {
    instants.lastLive = latest(instants.lastLive, atMs);
  },
  'updraft.capacity.declared.v1': (row, { ordersPerDay }) => {
    row.declaredPerDay = ordersPerDay;
  },
  'updraft.inventory.reported.v1': (row, { units, listings }) => {
    row.stockUnits = units;
    row.listings = listings ?? row.listings;
  },
  'updraft.survey.answered.v1': (row, { answers }) => {
    const merged = Object.entries({ ...row.survey, ...answers });
    row.survey = Object.fromEntries(merged.slice(-LIST_MAX));
  },
  'updraft.training.enrolled.v1': (row, { course }) => {
    row.enrolled = remember(row.enrolled, course);
  },
  'updraft.training.completed.v1': (row, { course }) => {
    row.trainings = remember(row.trainings, course);
  },
  'updraft.exam.passed.v1': (row, { exam }) => {
    row.exams = remember(row.exams, exam);
  },
  'updraft.certification.granted.v1': (row, { certification }) => {
    row.certifications = remember(row.certifications, certification);
  },
  'updraft.certification.expired.v1': (row, { certification }) => {
    row.certifications = forget(row.certifications, certification);
  },
  'updraft.tool.adopted.v1': (row, { tool }) => {
    row.tools = remember(row.tools, tool);
  },
  'updraft.tool.dropped.v1': (row, { tool }) => {
    row.tools = forget(row.tools, tool);
  },
  'updraft.violation.recorded.v1': (row, data, atMs, day) => {
    recordBreach(row, data, day);
    row.instants.lastViolation = latest(row.instants.lastViolation, atMs);
  },
  'updraft.violation.cleared.v1': (row, data) => clearBreach(row, data),
  'updraft.deposit.due.v1': (row, { amountMinor, dueBy }) => {
    row.depositDueMinor = amountMinor;
    row.depositDueByMs = amountMinor === 0 ? null : parseInstant(dueBy);
  },
  'updraft.deposit.paid.v1': (row, { amountMinor }) => {
    if (row.depositDueMinor === null) return;
    row.depositDueMinor = Math.max(0, row.depositDueMinor - amountMinor);
    if (row.depositDueMinor === 0) row.depositDueByMs = null;
  },
};
const CHANGE_OF = new Map(Object.entries(CHANGES) as [string, Change<Payload>][]);

/** Takes what an event of this local day says about the merchant besides facts. */
export function applyProfile(
  row: MerchantRow,
  type: MerchantEventType,
  data: Payload,
  atMs: number,
  day: number,
): void {
  CHANGE_OF.get(type)?.(row, data, atMs, day);
}

function latest(known: number | null, atMs: number): number {
  return Math.max(known ?? atMs, atMs);
}
