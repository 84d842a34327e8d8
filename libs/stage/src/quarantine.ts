import { encodeQuarantineEntry } from '#contracts/quarantine-entry';
import { comparePositions, formatPosition, parsePosition, type Position } from '#domain/stage/position';
import type { QuarantineDesk, QuarantineRequest } from '#store/quarantine-desk';
import { readGenesis } from './begin-log.ts';
import { HaltError, type StageReport } from './report.ts';
import type { Owned, TakeOverPorts } from './take-over.ts';

// Passing over a record that stopped its partition. Two people ask for it; the owner, halted at exactly that record,
// takes the partition over again, writes the entry through its own publisher, and only then steps on. The fence of the
// take-over is what makes it safe: nobody else can have stepped the record by then without it being seen, and nobody
// can step it afterwards without having read the entry.

/** An approved request for exactly the record that the partition is halted at; null: none, or about another record. */
export async function approvedFor(desk: QuarantineDesk, halt: HaltError): Promise<QuarantineRequest | null> {
  if (halt.recordHash === null) return null;
  const [partition, offset] = parsePosition(halt.at);
  const request = await desk.find(partition!, offset!);
  const isApproved = request !== null && request.approvedBy !== null;
  return isApproved && request.recordHash === halt.recordHash ? request : null;
}

/**
 * Writes the entry and knows of it from then on, unless somebody stepped the record meanwhile. Where a snapshot covers
 * the record, the work goes on behind it. Where only outputs do, this code would step it again, halt again and find the
 * request again, for ever: it halts for good.
 */
export async function enterQuarantine(
  { logs }: Pick<TakeOverPorts, 'logs'>,
  owned: Owned,
  request: QuarantineRequest,
  report: (report: StageReport) => void,
): Promise<Owned> {
  const { claim, publisher, quarantine, mark, tail } = owned;
  const position: Position = [request.partition, request.offset];
  const at = formatPosition(position);
  if (quarantine.has(at)) return owned;
  const isAtOrBeyond = (other: Position | null): boolean =>
    other !== null && comparePositions(other.slice(0, position.length), position) >= 0;
  const covered = mark === null ? null : parsePosition(mark.position);
  if (isAtOrBeyond(covered)) return owned;
  const end = tail.end?.position ?? null;
  if (isAtOrBeyond(end)) {
    const why =
      `cannot be passed over: outputs up to ${formatPosition(end!)} are published, so somebody has stepped it. ` +
      'Start the code that could';
    throw new HaltError(at, `${at} ${why}`);
  }
  const { reason, recordHash, requestedBy, approvedBy, approvedAtMs } = request;
  const genesis = await readGenesis(logs);
  const value = encodeQuarantineEntry(
    genesis!.logId,
    { stage: 'scoring', position: at, recordHash, reason, requestedBy, approvedBy: approvedBy! },
    approvedAtMs!,
  );
  await publisher!.publish([{ log: 'quarantine', partition: claim.partition, key: null, value }], claim);
  report({ kind: 'quarantined', at, reason });
  return { ...owned, quarantine: new Map([...quarantine, [at, reason]]) };
}
