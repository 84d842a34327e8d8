import type { MerchantClosed, MerchantProfileChanged, MerchantRegistered } from '#domain/events';
import { Country, Currency, Id, MayBeAbsent, Text } from './payload-rules.ts';

export class MerchantRegisteredPayload implements MerchantRegistered {
  @Id() readonly category!: string;
  @Country() readonly country!: string;
  @Currency() readonly currency!: string;
  @MayBeAbsent() @Id() readonly entityId?: string;
}

export class MerchantProfileChangedPayload implements MerchantProfileChanged {
  @MayBeAbsent() @Id() readonly category?: string;
  @MayBeAbsent() @Country() readonly country?: string;
  @MayBeAbsent() @Id() readonly entityId?: string;
}

export class MerchantClosedPayload implements MerchantClosed {
  @Text() readonly reason!: string;
}
