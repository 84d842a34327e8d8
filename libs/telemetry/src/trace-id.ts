import { hash } from 'node:crypto';

// A trace is a function of the log: every process computes the same ids from what it reads, and nothing is passed
// along. So no record carries them, and an event that is sent again is the same bytes and the same trace.

export type StageName = 'ingest' | 'scoring' | 'allocator' | 'treasury' | 'census';

const TRACE_ID_CHARS = 32;
const SPAN_ID_CHARS = 16;
const SAMPLE_CHARS = 8;
const SAMPLE_VALUES = 2 ** 32;
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * The first 16 bytes of SHA-256 over the event's id, as hex. Over the id alone, because that is all that a capability
 * record says of the event that caused it. Two sources that give the same id share a trace, and the spans tell them
 * apart.
 */
export function traceIdOf(eventId: string): string {
  return notZero(hash('sha256', eventId).slice(0, TRACE_ID_CHARS));
}

/** The position is that of the record which the stage took in; the door knows none yet. */
export function spanIdOf(traceId: string, stage: StageName, position: string): string {
  return notZero(hash('sha256', `${traceId} ${stage} ${position}`).slice(0, SPAN_ID_CHARS));
}

/** The same answer in every process with the same ratio. The last bytes decide, which W3C asks to be random. */
export function isSampled(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-SAMPLE_CHARS), 16) < ratio * SAMPLE_VALUES;
}

/** A span of somebody else's, as a `traceparent` names it. */
export interface ForeignSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

/** Reads the attribute by the rules of W3C Trace Context; null where it is absent or breaks one of them. */
export function parseTraceparent(value: unknown): ForeignSpan | null {
  if (typeof value !== 'string') return null;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(value) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  // Version 00 ends with its flags; ff is none; a later one may go on.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (isZero(traceId) || isZero(spanId)) return null;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

/** An id of zeros means "none" to everybody who reads it. */
function notZero(id: string): string {
  return isZero(id) ? `${id.slice(0, -1)}1` : id;
}
