import type { Admitted, Refused } from '#contracts/admit';
import type { Traces } from '#telemetry/trace';
import { parseTraceparent } from '#telemetry/trace-id';

// The first span of an event's trace, at either door. Only what the log has acknowledged has one: what was refused is
// in no log, and so in no trace. A producer's own trace is linked, not continued: its `traceparent` does not stand in
// the record, so that no stage behind the door could know it.

/** `events` as they came, `outcomes` in the same order. */
export function traceAcknowledged(
  traces: Traces,
  door: 'http' | 'topic',
  receivedAtMs: number,
  events: readonly unknown[],
  outcomes: readonly (Admitted | Refused)[],
): void {
  const endedAtMs = Date.now();
  for (const [index, outcome] of outcomes.entries()) {
    const traceId = outcome.admitted ? traces.traceOf(outcome.id) : null;
    if (traceId === null) continue;
    const { id, type, merchantId, partition } = outcome as Admitted;
    const raw = events[index] as { readonly source: string; readonly traceparent?: unknown };
    const link = parseTraceparent(raw.traceparent);
    traces.ended({
      traceId,
      stage: 'ingest',
      position: '',
      parent: null,
      endedAtMs,
      ms: Math.max(0, endedAtMs - receivedAtMs),
      link,
      attributes: {
        'cloudevents.event_id': id,
        'cloudevents.event_source': raw.source,
        'cloudevents.event_type': type,
        'cloudevents.event_subject': merchantId,
        'updraft.partition': partition,
        'updraft.door': door,
        ...(link === null ? {} : { 'updraft.producer.trace_id': link.traceId }),
      },
    });
  }
}
