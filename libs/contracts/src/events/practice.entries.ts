import type { Entries } from './catalogue-entry.ts';
import {
  BoostDeliveredPayload,
  CapacityDeclaredPayload,
  GrantUsedPayload,
  InventoryReportedPayload,
  ServiceUsedPayload,
  SurveyAnsweredPayload,
  ToolAdoptedPayload,
  ToolDroppedPayload,
  ToolUsedPayload,
} from './practice.payload.ts';

export const PRACTICE_ENTRIES = {
  'updraft.capacity.declared.v1': {
    payload: CapacityDeclaredPayload,
    example: { ordersPerDay: 120 },
    description: 'The merchant said how many orders a day it can serve.',
  },
  'updraft.survey.answered.v1': {
    payload: SurveyAnsweredPayload,
    example: { survey: 'onboarding-2026', answers: { wants_traffic: 'not_now', team_size: '2' } },
    description: 'The merchant answered a survey; questions and answers are named by id.',
  },
  'updraft.inventory.reported.v1': {
    payload: InventoryReportedPayload,
    example: { units: 4_800, listings: 65 },
    description: 'The merchant has this many sellable units in stock.',
  },
  'updraft.tool.adopted.v1': {
    payload: ToolAdoptedPayload,
    example: { tool: 'auto-reply' },
    description: 'The merchant began to use a tool.',
  },
  'updraft.tool.used.v1': {
    payload: ToolUsedPayload,
    example: { tool: 'auto-reply', times: 37 },
    description: 'The merchant used a tool this often since the last report.',
  },
  'updraft.tool.dropped.v1': {
    payload: ToolDroppedPayload,
    example: { tool: 'auto-reply' },
    description: 'The merchant uses a tool no longer.',
  },
  'updraft.service.used.v1': {
    payload: ServiceUsedPayload,
    example: { service: 'photo-studio', times: 1 },
    description: 'The merchant used a service of the marketplace this often since the last report.',
  },
  'updraft.boost.delivered.v1': {
    payload: BoostDeliveredPayload,
    example: { grantId: 'g:3/18842/0/1', exposures: 25_000, clicks: 640, orders: 31 },
    description: 'A traffic grant has been shown this often since it began, and this is what came of it.',
  },
  'updraft.grant.used.v1': {
    payload: GrantUsedPayload,
    example: { grantId: 'g:3/18842/0/1', used: 48_000 },
    description: 'So many units of a grant have been used since it began.',
  },
} satisfies Entries;
