import type {
  BoostDelivered,
  CapacityDeclared,
  GrantUsed,
  InventoryReported,
  ServiceUsed,
  SurveyAnswered,
  ToolAdopted,
  ToolDropped,
  ToolUsed,
} from '#domain/events';
import { Amount, Answers, GrantId, Id, MayBeAbsent } from './payload-rules.ts';

// How a merchant works: capacity, answers, stock, tools, services, and the use of what it was granted.

export class CapacityDeclaredPayload implements CapacityDeclared {
  @Amount() readonly ordersPerDay!: number;
}

export class SurveyAnsweredPayload implements SurveyAnswered {
  @Id() readonly survey!: string;
  @Answers() readonly answers!: { readonly [question: string]: string };
}

export class InventoryReportedPayload implements InventoryReported {
  @Amount() readonly units!: number;
  @MayBeAbsent() @Amount() readonly listings?: number;
}

export class ToolAdoptedPayload implements ToolAdopted {
  @Id() readonly tool!: string;
}

export class ToolUsedPayload implements ToolUsed {
  @Id() readonly tool!: string;
  @Amount() readonly times!: number;
}

export class ToolDroppedPayload implements ToolDropped {
  @Id() readonly tool!: string;
}

export class ServiceUsedPayload implements ServiceUsed {
  @Id() readonly service!: string;
  @Amount() readonly times!: number;
}

export class BoostDeliveredPayload implements BoostDelivered {
  @GrantId() readonly grantId!: string;
  @Amount() readonly exposures!: number;
  @MayBeAbsent() @Amount() readonly clicks?: number;
  @MayBeAbsent() @Amount() readonly orders?: number;
}

export class GrantUsedPayload implements GrantUsed {
  @GrantId() readonly grantId!: string;
  @Amount() readonly used!: number;
}
