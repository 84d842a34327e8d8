import { TREASURY_TYPES } from '#contracts/event-types';
import type { LeaseRequest, LeaseReturn } from '#domain/outputs';
import { parseInstant } from '#domain/time';
import { upsertBalances, type BalanceRow } from '#store/read/project-accounts';
import type { WriterMarks } from './dead-letters.ts';
import { ProjectionFault, type Projection } from './projection.ts';

/** Sequence of a writer's first record in a partition of the treasury. */
const FIRST_SEQUENCE = 1;

/**
 * What holders tell the treasury of their purses, with each request and return. They write at least once, so a lower
 * sequence is a repeat, and a gap is a record that is lost: then the partition stops rather than show old balances as
 * new ones. Ticks and activations in the same log move nothing.
 */
export const treasuryProjection: Projection<WriterMarks, BalanceRow> = {
  log: 'treasury',
  types: new Set<string>(TREASURY_TYPES),
  empty: { writers: {} },

  fold(marks, _partition, { event }) {
    if (!event.type.startsWith('updraft.treasury.')) return { marks, row: null, position: null };
    const said = event.data as unknown as LeaseRequest | LeaseReturn;
    const { writer, sequence, position, account, holder, balance } = said;
    const expected = (marks.writers[writer] ?? FIRST_SEQUENCE - 1) + 1;
    if (sequence < expected) return { marks, row: null, position: null };
    if (sequence > expected) {
      throw new ProjectionFault(
        `what ${writer} told the treasury has a gap: sequence ${sequence} at ${position}, expected ${expected}`,
      );
    }
    return {
      marks: { ...marks, writers: { ...marks.writers, [writer]: sequence } },
      row: {
        account,
        partition: partitionOf(position),
        holder: holder ?? '',
        position,
        atMs: parseInstant(event.time),
        balance,
      },
      position,
    };
  },

  write: upsertBalances,
};

/** Partition of the holder: positions begin with it. */
function partitionOf(position: string): number {
  return Number(position.slice(0, position.indexOf('/')));
}
