import type {
  CertificationExpired,
  CertificationGranted,
  DepositDue,
  DepositPaid,
  ExamPassed,
  FeeCharged,
  Severity,
  TrainingCompleted,
  TrainingEnrolled,
  TrainingFailed,
  ViolationCleared,
  ViolationRecorded,
} from '#domain/events';
import { Amount, Flag, Id, InstantText, MayBeAbsent, OneOf } from './payload-rules.ts';

// What a merchant learnt and may show, what stands against it, and what it owes.

export class ViolationRecordedPayload implements ViolationRecorded {
  @Id() readonly violation!: string;
  @MayBeAbsent() @Id() readonly violationId?: string;
  @MayBeAbsent() @Amount() readonly points?: number;
  @MayBeAbsent() @OneOf(['minor', 'general', 'serious', 'critical']) readonly severity?: Severity;
  @MayBeAbsent() @Flag() readonly isSearchBlocked?: boolean;
}

export class ViolationClearedPayload implements ViolationCleared {
  @Id() readonly violation!: string;
  @MayBeAbsent() @Id() readonly violationId?: string;
}

export class TrainingEnrolledPayload implements TrainingEnrolled {
  @Id() readonly course!: string;
}

export class TrainingCompletedPayload implements TrainingCompleted {
  @Id() readonly course!: string;
  @MayBeAbsent() @Amount() readonly points?: number;
}

export class TrainingFailedPayload implements TrainingFailed {
  @Id() readonly course!: string;
}

export class ExamPassedPayload implements ExamPassed {
  @Id() readonly exam!: string;
}

export class CertificationGrantedPayload implements CertificationGranted {
  @Id() readonly certification!: string;
}

export class CertificationExpiredPayload implements CertificationExpired {
  @Id() readonly certification!: string;
}

export class DepositDuePayload implements DepositDue {
  @Amount() readonly amountMinor!: number;
  @InstantText() readonly dueBy!: string;
}

export class DepositPaidPayload implements DepositPaid {
  @Amount() readonly amountMinor!: number;
}

export class FeeChargedPayload implements FeeCharged {
  @OneOf(['commission', 'content', 'other']) readonly kind!: 'commission' | 'content' | 'other';
  @Amount() readonly amountMinor!: number;
}
