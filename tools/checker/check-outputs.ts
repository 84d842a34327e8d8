import { canonicalText, sha256, shown, type JsonValue } from './canonical-text.ts';
import type { EventLine, ExportManifest } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { partitionOf } from './murmur2.ts';
import { inOrder, positionParts } from './position-order.ts';

/** The activity record under examination. */
export interface CauseRecord {
  readonly position: string;
  readonly eventId: string;
  readonly type: string;
  readonly hash: string;
  /** SHA-256 chained over all activity records of the partition up to this one. */
  readonly activityHash: string;
}

/** What every record that a stage wrote must fulfil, whatever it says. */
export function checkOutput(
  line: EventLine,
  log: string,
  cause: CauseRecord,
  manifest: ExportManifest,
  partition: number,
  findings: Findings,
): void {
  const where = `${log} ${line.position}`;
  if (line.event === null) {
    findings.add('position', where, 'the value is not an event');
    return;
  }
  const { id, subject, data } = line.event;
  findings.expect(data['position'] === line.position && id === line.position, 'position', where, () => {
    return `says of itself id ${id} and position ${shown(data['position'])}`;
  });
  findings.expect((subject ?? null) === line.key, 'placement', where, () => {
    return `key ${line.key} is not the subject ${subject}`;
  });
  if (subject !== undefined) {
    const home = partitionOf(subject, manifest.partitions);
    findings.expect(home === partition, 'placement', where, () => `${subject} lives in partition ${home}`);
  }
  const { position, eventId, type, hash } = cause;
  const wanted = canonicalText({ position, eventId, type, hash });
  const says = canonicalText(data['cause'] ?? null);
  findings.expect(says === wanted, 'cause', where, () => `says ${says}, the activity record is ${wanted}`);
}

/** Positions of one log: strictly increasing, and without gaps among what one record produced. */
export interface PositionOrder {
  check(line: EventLine): void;
}

export function createPositionOrder(log: string, findings: Findings): PositionOrder {
  let last: number[] | null = null;
  return {
    check({ position }) {
      const where = `${log} ${position}`;
      const parts = positionParts(position ?? '');
      if (parts === null) {
        findings.add('position', where, 'is no position');
        return;
      }
      findings.expect(last === null || inOrder(parts, last) > 0, 'position', where, () => {
        return `comes after ${last!.join('/')}`;
      });
      const ordinal = parts.at(-1)!;
      const isNextOfSame = last !== null && last.slice(0, -1).join() === parts.slice(0, -1).join();
      const wanted = isNextOfSame ? last!.at(-1)! + 1 : 0;
      findings.expect(ordinal === wanted, 'position', where, () => `ordinal ${wanted} should come here`);
      last = parts;
    },
  };
}

/** Decisions are chained: sequences without gaps, each with the hash of the one before and of itself. */
export interface DecisionChain {
  check(line: EventLine): void;
  /** What the manifest calls the head of this chain must be its last record. */
  finish(head: ExportManifest['chainHeads'][number] | undefined): void;
}

export function createDecisionChain(partition: number, logId: string, findings: Findings): DecisionChain {
  let sequence = 0;
  let hash = '';
  let position = '';
  return {
    check(line) {
      if (line.event === null) return;
      const { data } = line.event;
      const where = `decisions ${line.position}`;
      findings.expect(data['sequence'] === sequence + 1, 'chain', where, () => {
        return `has sequence ${shown(data['sequence'])}, ${sequence + 1} should come here`;
      });
      findings.expect(data['previousHash'] === hash, 'chain', where, () => {
        return `names ${shown(data['previousHash'])} as the hash before, which is ${hash}`;
      });
      const { hash: own, ...unsigned } = data;
      const actual = sha256(canonicalText({ ...line.event, data: unsigned } as unknown as JsonValue));
      findings.expect(
        own === actual,
        'chain',
        where,
        () => `says its hash is ${shown(own)}, it is ${actual}`,
      );
      findings.expect(
        data['logId'] === logId,
        'chain',
        where,
        () => `belongs to log ${shown(data['logId'])}`,
      );
      const text = canonicalText(line.event as unknown as JsonValue);
      findings.expect(text === line.value, 'chain', where, () => 'is not canonical JSON');
      sequence = Number(data['sequence']);
      hash = shown(own);
      position = String(line.position);
    },
    finish(head) {
      const where = `decisions ${partition}`;
      const actual = sequence === 0 ? undefined : { partition, sequence, position, hash };
      findings.expect(canonicalHead(head) === canonicalHead(actual), 'chain', where, () => {
        return `ends with ${canonicalHead(actual)}, the manifest says ${canonicalHead(head)}`;
      });
    },
  };
}

function canonicalHead(head: ExportManifest['chainHeads'][number] | undefined): string {
  return head === undefined ? 'nothing' : canonicalText({ ...head });
}
