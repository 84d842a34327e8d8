import { canonicalJson, canonicalText, type Json } from '../canonical.ts';
import { formatInstant } from '../time.ts';

export interface WrittenEvent {
  /** Its position. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  /** Log time. */
  readonly timeMs: number;
}

/** A public record of ours as canonical CloudEvents JSON. */
export function writeEvent(event: WrittenEvent & { readonly data: object }): string {
  return eventText(event, canonicalJson(event.data as Json));
}

/** The same around data that is canonical JSON already. */
export function eventText(event: WrittenEvent, dataText: string): string {
  return `{"data":${dataText}${envelopeText(event)}`;
}

/** What follows `data`, which comes first of all members, to the end. */
export function envelopeText({ id, source, type, subject, timeMs }: WrittenEvent): string {
  const about = subject === null ? '' : `,"subject":${canonicalText(subject)}`;
  return (
    `,"datacontenttype":"application/json","id":${canonicalText(id)},"source":${canonicalText(source)}` +
    `,"specversion":"1.0"${about},"time":"${logTimeText(timeMs)}","type":${canonicalText(type)}}`
  );
}

let written = { ms: NaN, text: '' };

/** Log time moves with ticks only, and every record in between says it. */
function logTimeText(ms: number): string {
  if (written.ms !== ms) written = { ms, text: formatInstant(ms) };
  return written.text;
}
