import type { InboundDeadLetter } from '#contracts/records/letter-records';
import type { DeadLetter } from '#domain/outputs';
import { parseInstant } from '#domain/time';
import { insertDeadLetters, type DeadLetterRow } from '#store/read/project';
import { ProjectionFault, type Marks, type Projection } from './projection.ts';

/** The last sequence taken of each writer. */
export interface WriterMarks extends Marks {
  readonly writers: { readonly [writer: string]: number };
}

/** Sequence of a writer's first dead letter. */
const FIRST_SEQUENCE = 1;
const INBOUND = 'updraft.dead-letter.inbound.v1';

/**
 * Dead letters have several writers and are appended at least once: lower sequences are repeats. Of a stage exactly
 * last + 1 is taken, and a gap means that a dead letter is lost: then the partition stops rather than pretend to be
 * complete. Those of the door count the records of a topic, of which most are none: they rise with gaps.
 */
export const deadLettersProjection: Projection<WriterMarks, DeadLetterRow> = {
  log: 'dead-letters',
  types: new Set(['updraft.dead-letter.v1', INBOUND]),
  empty: { writers: {} },

  fold(marks, partition, record) {
    const letter = record.event.data as unknown as DeadLetter | InboundDeadLetter;
    const isInbound = record.event.type === INBOUND;
    const expected = (marks.writers[letter.writer] ?? FIRST_SEQUENCE - 1) + 1;
    if (letter.sequence < expected) return { marks, row: null, position: null };
    if (letter.sequence > expected && !isInbound) {
      throw new ProjectionFault(
        `dead letters of ${letter.writer} have a gap: sequence ${letter.sequence} at ${letter.position}, ` +
          `expected ${expected}`,
      );
    }
    return {
      marks: { ...marks, writers: { ...marks.writers, [letter.writer]: letter.sequence } },
      row: {
        partition,
        writer: letter.writer,
        sequence: letter.sequence,
        position: letter.position,
        merchant: record.event.subject ?? null,
        reason: letter.reason,
        atMs: parseInstant(record.event.time),
        record: record.text,
      },
      // Positions of another topic say nothing of how far activity is shown.
      position: isInbound ? null : letter.position,
    };
  },

  write: insertDeadLetters,
};
