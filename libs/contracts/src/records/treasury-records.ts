import type { LeaseRequest, LeaseReturn } from '#domain/outputs';
import { balance, balanceHolding, BUNDLE } from './evidence.ts';
import { count, object, orNull, position, text, type RecordContract } from './record-schema.ts';

// What holders say to the treasury. What it answers is a control record of the holder's activity partition.

export interface TreasuryRecords {
  'updraft.treasury.request.v1': LeaseRequest;
  'updraft.treasury.return.v1': LeaseReturn;
}

const sequence = { type: 'integer', minimum: 1 };

export const TREASURY_RECORDS: {
  readonly [Type in keyof TreasuryRecords]: RecordContract<TreasuryRecords[Type]>;
} = {
  'updraft.treasury.request.v1': {
    description: 'What a holder needs of an account; a later request takes the place of the earlier one.',
    schema: object({
      writer: text,
      sequence,
      position,
      account: text,
      holder: orNull(text),
      need: count,
      least: count,
      bundle: text,
      balance,
    }),
    example: {
      writer: 'allocator/3',
      sequence: 7,
      position: '3/18842/0/2',
      account: 'growth@2026-11-01',
      holder: null,
      need: 40_000,
      least: 20_000,
      bundle: BUNDLE,
      balance: balanceHolding(490_000),
    },
  },
  'updraft.treasury.return.v1': {
    description: 'A holder gives back what it does not need of an account.',
    schema: object({
      writer: text,
      sequence,
      position,
      account: text,
      holder: orNull(text),
      amount: count,
      balance,
    }),
    example: {
      writer: 'allocator/3',
      sequence: 8,
      position: '3/19901/0/0',
      account: 'relief~entity-91@2026-11-01',
      holder: 'merchant-42',
      amount: 120_000,
      balance: {
        leasedIn: 500_000,
        free: 0,
        held: 0,
        settling: 0,
        spent: 380_000,
        returned: 120_000,
        overrun: 0,
        clawedBack: 0,
      },
    },
  },
};
