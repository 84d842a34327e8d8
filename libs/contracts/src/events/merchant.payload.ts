import type {
  CategoryAssigned,
  MerchantClosed,
  MerchantLinked,
  MerchantProfileChanged,
  MerchantRegistered,
  MerchantUnlinked,
  MerchantVerified,
} from '#domain/events';
import { Country, Currency, Id, MayBeAbsent, Text } from './payload-rules.ts';

export class MerchantRegisteredPayload implements MerchantRegistered {
  @Id() readonly category!: string;
  @Country() readonly country!: string;
  @Currency() readonly currency!: string;
  @MayBeAbsent() @Id() readonly entityId?: string;
}

export class MerchantVerifiedPayload implements MerchantVerified {
  @Id() readonly verification!: string;
}

export class MerchantProfileChangedPayload implements MerchantProfileChanged {
  @MayBeAbsent() @Id() readonly category?: string;
  @MayBeAbsent() @Country() readonly country?: string;
  @MayBeAbsent() @Id() readonly entityId?: string;
}

export class MerchantClosedPayload implements MerchantClosed {
  @Text() readonly reason!: string;
}

export class MerchantLinkedPayload implements MerchantLinked {
  @Id() readonly entityId!: string;
}

export class MerchantUnlinkedPayload implements MerchantUnlinked {
  @Id() readonly entityId!: string;
}

export class CategoryAssignedPayload implements CategoryAssigned {
  @Id() readonly category!: string;
}
