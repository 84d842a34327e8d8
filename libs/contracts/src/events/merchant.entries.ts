import type { Entries } from './catalogue-entry.ts';
import {
  CategoryAssignedPayload,
  MerchantClosedPayload,
  MerchantLinkedPayload,
  MerchantProfileChangedPayload,
  MerchantRegisteredPayload,
  MerchantUnlinkedPayload,
  MerchantVerifiedPayload,
} from './merchant.payload.ts';

export const MERCHANT_ENTRIES = {
  'updraft.merchant.registered.v1': {
    payload: MerchantRegisteredPayload,
    example: { category: 'home.kitchen', country: 'CN', currency: 'CNY', entityId: 'entity-91' },
    description: 'A merchant was admitted to the marketplace; it settles in one currency.',
  },
  'updraft.merchant.verified.v1': {
    payload: MerchantVerifiedPayload,
    example: { verification: 'business-licence' },
    description: 'The marketplace verified something about the merchant, such as its licence or its owner.',
  },
  'updraft.merchant.profile-changed.v1': {
    payload: MerchantProfileChangedPayload,
    example: { category: 'home.garden' },
    description:
      'Some of what a merchant declared about itself is different from now on; what is absent stays.',
  },
  'updraft.merchant.closed.v1': {
    payload: MerchantClosedPayload,
    example: { reason: 'contract ended' },
    description: 'A merchant left the marketplace; its grants end.',
  },
  'updraft.merchant.linked.v1': {
    payload: MerchantLinkedPayload,
    example: { entityId: 'entity-91' },
    description: 'A merchant belongs to this legal entity from now on and shares its quotas.',
  },
  'updraft.merchant.unlinked.v1': {
    payload: MerchantUnlinkedPayload,
    example: { entityId: 'entity-91' },
    description: 'A merchant belongs to this legal entity no longer.',
  },
  'updraft.category.assigned.v1': {
    payload: CategoryAssignedPayload,
    example: { category: 'home.kitchen' },
    description: 'The marketplace put the merchant into this category.',
  },
} satisfies Entries;
