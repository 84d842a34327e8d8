import type {
  BoostDelivered,
  CapacityDeclared,
  GrantUsed,
  InventoryReported,
  MessageAnswered,
  SurveyAnswered,
  ToolAdopted,
  ToolDropped,
  TrainingCompleted,
} from '#domain/events';
import { Amount, Answers, Flag, GrantId, Id, InstantText, MayBeAbsent } from './payload-rules.ts';

// How a merchant works: replies, capacity, answers, stock, tools, training, and the use of what it was granted.

export class MessageAnsweredPayload implements MessageAnswered {
  @Id() readonly threadId!: string;
  @InstantText() readonly receivedAt!: string;
  @Flag() readonly isFirst!: boolean;
}

export class CapacityDeclaredPayload implements CapacityDeclared {
  @Amount() readonly ordersPerDay!: number;
}

export class SurveyAnsweredPayload implements SurveyAnswered {
  @Id() readonly survey!: string;
  @Answers() readonly answers!: { readonly [question: string]: string };
}

export class InventoryReportedPayload implements InventoryReported {
  @Amount() readonly units!: number;
}

export class ToolAdoptedPayload implements ToolAdopted {
  @Id() readonly tool!: string;
}

export class ToolDroppedPayload implements ToolDropped {
  @Id() readonly tool!: string;
}

export class TrainingCompletedPayload implements TrainingCompleted {
  @Id() readonly course!: string;
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
