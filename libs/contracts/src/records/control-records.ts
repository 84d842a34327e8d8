import type { Controls, ControlType } from '#domain/controls';
import { count, flag, hash, integer, list, object, oneOf, orNull, text } from './record-schema.ts';
import type { RecordContract } from './record-schema.ts';

const zoneTransitions = list(object({ fromMs: integer, offsetMinutes: integer }));

/** The control records of the activity log, by CloudEvents type. */
export const CONTROL_RECORDS: { readonly [Type in ControlType]: RecordContract<Controls[Type]> } = {
  'updraft.control.genesis.v1': {
    description:
      'The first record of every partition: all that its meaning depends on besides the records after it.',
    schema: object({
      logId: text,
      partitions: { type: 'integer', minimum: 1 },
      treasuries: { type: 'integer', minimum: 1 },
      hashFunction: oneOf('murmur2'),
      zone: text,
      zoneTransitions: { ...zoneTransitions, minItems: 1 },
      latenessMs: count,
      futureMs: count,
      nowMs: count,
      engine: { type: 'integer', minimum: 1 },
    }),
    example: {
      logId: 'b0b5c2f4',
      partitions: 16,
      treasuries: 2,
      hashFunction: 'murmur2',
      zone: 'Asia/Shanghai',
      zoneTransitions: [{ fromMs: 0, offsetMinutes: 480 }],
      latenessMs: 604_800_000,
      futureMs: 600_000,
      nowMs: 1_794_355_200_000,
      engine: 3,
    },
  },
  'updraft.control.tick.v1': {
    description: 'Time has come to this instant; whatever is due may run.',
    schema: object({ atMs: count, catchingUp: flag }),
    example: { atMs: 1_794_355_201_000, catchingUp: false },
  },
  'updraft.control.settings.v1': {
    description: 'Some of the settings of genesis are different from here on.',
    schema: object(
      {
        sequence: { type: 'integer', minimum: 1 },
        latenessMs: count,
        futureMs: count,
        zoneTransitions,
        mode: oneOf('history', 'live'),
      },
      ['latenessMs', 'futureMs', 'zoneTransitions', 'mode'],
    ),
    example: { sequence: 1, mode: 'live' },
  },
  'updraft.control.policy-activated.v1': {
    description: 'The policy bundle with this hash is live from here on, and who approved it.',
    schema: object({
      sequence: { type: 'integer', minimum: 1 },
      bundle: hash,
      approvedBy: { ...list(text), minItems: 1 },
    }),
    example: { sequence: 1, bundle: 'c0de'.repeat(16), approvedBy: ['lin', 'wang'] },
  },
  'updraft.control.lease.v1': {
    description: 'The treasury leases units of an account to a holder, or says how the account stands.',
    schema: object({
      writer: text,
      sequence: { type: 'integer', minimum: 1 },
      account: text,
      holder: orNull(text),
      amount: count,
      answers: orNull(count),
      isScarce: flag,
    }),
    example: {
      writer: 'treasury/1',
      sequence: 12,
      account: 'growth@2026-11-01',
      holder: null,
      amount: 50_000,
      answers: 7,
      isScarce: false,
    },
  },
  'updraft.control.statistics.v1': {
    description: 'How the merchants of a group stand, as the census counted them before this midnight.',
    schema: object({
      writer: text,
      sequence: { type: 'integer', minimum: 1 },
      activation: { type: 'integer', minimum: 1 },
      bundle: text,
      statistic: text,
      group: text,
      merchants: count,
      mean: orNull(integer),
      cuts: list(object({ atBps: count, value: orNull(integer) })),
    }),
    example: {
      writer: 'census/0',
      sequence: 31,
      activation: 2,
      bundle: 'c0de'.repeat(16),
      statistic: 'sales_30d~category',
      group: 'home.kitchen',
      merchants: 8_412,
      mean: 1_204_500,
      cuts: [{ atBps: 4_000, value: 310_001 }],
    },
  },
  'updraft.control.stop.v1': {
    description: 'Nothing more is issued within the scope, or again, and who said so.',
    schema: object({
      sequence: { type: 'integer', minimum: 1 },
      scope: { type: 'string', pattern: '^(all|programme:.+|account:.+)$' },
      isStopped: flag,
      by: { ...list(text), minItems: 1 },
      reason: text,
    }),
    example: {
      sequence: 1,
      scope: 'programme:growth-boost',
      isStopped: true,
      by: ['lin'],
      reason: 'exposures are counted twice, see incident 14',
    },
  },
};
