import { canonicalJson, type Json } from '../canonical.ts';
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
  return `{"data":${canonicalJson(event.data as Json)}${envelopeText(event)}`;
}

/** What follows `data`, which comes first of all members, to the end. */
export function envelopeText({ id, source, type, subject, timeMs }: WrittenEvent): string {
  const about = subject === null ? '' : `,"subject":${canonicalJson(subject)}`;
  return (
    `,"datacontenttype":"application/json","id":${canonicalJson(id)},"source":${canonicalJson(source)}` +
    `,"specversion":"1.0"${about},"time":"${formatInstant(timeMs)}","type":${canonicalJson(type)}}`
  );
}
