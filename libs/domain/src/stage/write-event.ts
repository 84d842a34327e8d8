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
  return writeEventText(event, canonicalJson(event.data as Json));
}

/** The same with `data` as canonical JSON text. */
export function writeEventText(event: WrittenEvent, dataText: string): string {
  const { id, source, type, subject } = event;
  const about = canonicalJson({
    datacontenttype: 'application/json',
    id,
    source,
    specversion: '1.0',
    subject: subject ?? undefined,
    time: formatInstant(event.timeMs),
    type,
  });
  // `data` comes before `datacontenttype`, which comes before all others.
  return `{"data":${dataText},${about.slice(1)}`;
}
