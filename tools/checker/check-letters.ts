import { shown } from './canonical-text.ts';
import type { EventLine, LineCursor } from './export-reader.ts';
import type { Findings } from './finding.ts';
import type { Verdict } from './partition-clock.ts';
import { inOrder, positionParts } from './position-order.ts';

/** Dead letters of one writer: exactly one for each refused event, in order, with sequences without gaps. */
export interface LetterCheck {
  /** `end`: how far the outputs go. A letter is acknowledged before what is published with it. */
  expect(
    verdict: Verdict,
    line: EventLine,
    position: string,
    end: { capability: string | null },
  ): Promise<void>;
  finish(): Promise<void>;
}

export function createLetterCheck(letters: LineCursor, writer: string, findings: Findings): LetterCheck {
  let sequence = 0;
  /** Refused events whose letter was not there; a finding as soon as something later was published. */
  let missing: { readonly position: string; readonly reason: string } | null = null;

  const check = (letter: EventLine, line: EventLine, position: string, reason: string): void => {
    const where = `dead-letters ${position}`;
    const data = letter.event?.data ?? {};
    sequence += 1;
    findings.expect(data['sequence'] === sequence && data['writer'] === writer, 'dead-letter', where, () => {
      return `is ${shown(data['writer'])} ${shown(data['sequence'])}, ${writer} ${sequence} should come here`;
    });
    sequence = Number(data['sequence']) || sequence;
    findings.expect(data['reason'] === reason, 'dead-letter', where, () => {
      return `says ${shown(data['reason'])}, the rules say ${reason}`;
    });
    findings.expect(data['record'] === line.value && letter.key === line.key, 'dead-letter', where, () => {
      return 'does not hold the record as it stands in activity';
    });
  };

  return {
    async expect(verdict, line, position, end) {
      if (missing !== null && isBehind(missing.position, end.capability)) {
        findings.add(
          'dead-letter',
          missing.position,
          `was refused (${missing.reason}) and has no dead letter`,
        );
        missing = null;
      }
      const letter = await letters.peek();
      const isOurs = letter !== null && letter.position === position;
      if (verdict.kind !== 'refused') {
        if (!isOurs) return;
        await letters.take();
        findings.add('dead-letter', position, `counts (${verdict.kind}) and became a dead letter`);
        sequence += 1;
      } else if (isOurs) {
        await letters.take();
        check(letter, line, position, verdict.reason);
      } else missing ??= { position, reason: verdict.reason };
    },
    async finish() {
      for (let letter = await letters.take(); letter !== null; letter = await letters.take()) {
        findings.add(
          'dead-letter',
          `dead-letters ${letter.position}`,
          'stands out of order, or for no record',
        );
      }
    },
  };
}

function isBehind(position: string, end: string | null): boolean {
  const last = end === null ? null : positionParts(end);
  return last !== null && inOrder(positionParts(position)!, last) < 0;
}
