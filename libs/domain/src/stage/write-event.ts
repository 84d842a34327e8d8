import { canonicalJson, type Json } from '../canonical.ts';
import { formatInstant } from '../time.ts';

/** A public record of ours as canonical CloudEvents JSON. `id` is its position; `timeMs` is log time. */
export function writeEvent(event: {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly timeMs: number;
  readonly data: object;
}): string {
  return canonicalJson({
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    ...(event.subject === null ? {} : { subject: event.subject }),
    time: formatInstant(event.timeMs),
    datacontenttype: 'application/json',
    data: event.data as Json,
  });
}
