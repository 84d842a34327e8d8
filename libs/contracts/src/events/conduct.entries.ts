import type { Entries } from './catalogue-entry.ts';
import {
  CertificationExpiredPayload,
  CertificationGrantedPayload,
  DepositDuePayload,
  DepositPaidPayload,
  ExamPassedPayload,
  FeeChargedPayload,
  TrainingCompletedPayload,
  TrainingEnrolledPayload,
  TrainingFailedPayload,
  ViolationClearedPayload,
  ViolationRecordedPayload,
} from './conduct.payload.ts';

export const CONDUCT_ENTRIES = {
  'updraft.violation.recorded.v1': {
    payload: ViolationRecordedPayload,
    example: {
      violation: 'fake-trade',
      violationId: 'case-20261111-7',
      points: 12,
      severity: 'serious',
      isSearchBlocked: true,
    },
    description: 'The marketplace found that the merchant broke a rule of this class.',
  },
  'updraft.violation.cleared.v1': {
    payload: ViolationClearedPayload,
    example: { violation: 'fake-trade', violationId: 'case-20261111-7' },
    description: 'What stood against the merchant in this class stands no longer.',
  },
  'updraft.training.enrolled.v1': {
    payload: TrainingEnrolledPayload,
    example: { course: 'dispatch-on-time' },
    description: 'The merchant signed up for a course.',
  },
  'updraft.training.completed.v1': {
    payload: TrainingCompletedPayload,
    example: { course: 'dispatch-on-time', points: 10 },
    description: 'The merchant finished a course.',
  },
  'updraft.training.failed.v1': {
    payload: TrainingFailedPayload,
    example: { course: 'dispatch-on-time' },
    description: 'The merchant took a course and did not pass.',
  },
  'updraft.exam.passed.v1': {
    payload: ExamPassedPayload,
    example: { exam: 'live-selling' },
    description: 'The merchant passed an exam.',
  },
  'updraft.certification.granted.v1': {
    payload: CertificationGrantedPayload,
    example: { certification: 'organic-food' },
    description: 'The merchant holds this certification from now on.',
  },
  'updraft.certification.expired.v1': {
    payload: CertificationExpiredPayload,
    example: { certification: 'organic-food' },
    description: 'The merchant holds this certification no longer.',
  },
  'updraft.deposit.due.v1': {
    payload: DepositDuePayload,
    example: { amountMinor: 200_000, dueBy: '2026-12-01T00:00:00.000Z' },
    description: "So much of the merchant's deposit is due in all, by the given time.",
  },
  'updraft.deposit.paid.v1': {
    payload: DepositPaidPayload,
    example: { amountMinor: 200_000 },
    description: 'The merchant paid so much towards its deposit.',
  },
  'updraft.fee.charged.v1': {
    payload: FeeChargedPayload,
    example: { kind: 'commission', amountMinor: 645 },
    description: 'The marketplace charged the merchant a fee.',
  },
} satisfies Entries;
