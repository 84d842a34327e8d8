import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from './log.ts';
import { isSampled, spanIdOf, traceIdOf, type ForeignSpan, type StageName } from './trace-id.ts';

// Spans of sampled events, sent to a collector beside the work and never waited for: what does not fit into the queue,
// or does not reach the collector in time, is dropped. There is no tracer and no context: a span is made whole when
// its work is done, with ids that the other processes compute as well.

export interface TraceConfig {
  /** Base address of a collector that takes OTLP over HTTP; null: there are no traces. */
  readonly traceEndpoint: string | null;
  /** Share of events that are traced, 0 to 1; the same in every process, or traces have holes. */
  readonly traceRatio: number;
}

/** What a stage did with one record. */
export interface EndedSpan {
  readonly traceId: string;
  readonly stage: StageName;
  /** Of the record taken in; '' at the door. */
  readonly position: string;
  readonly parent: { readonly stage: StageName; readonly position: string } | null;
  readonly endedAtMs: number;
  readonly ms: number;
  readonly attributes: Attributes;
  /** The producer's own span. */
  readonly link: ForeignSpan | null;
}

export interface Traces {
  /** Null: the event is not sampled. Costs one hash. */
  traceOf(eventId: string): string | null;
  /** Returns at once and never throws for want of a collector. */
  ended(span: EndedSpan): void;
  /** Sends what is queued, for a bounded time. */
  close(): Promise<void>;
}

/** Spans that wait; more are dropped. */
const QUEUE_SPANS_MAX = 2_048;
/** Sent at once when so many wait, else when the first has waited so long, ms. */
const EXPORT_SPANS_MAX = 512;
const EXPORT_DELAY_MS = 1_000;
/** A collector that takes longer loses the spans; closing waits no longer either, ms. */
const EXPORT_MS_MAX = 3_000;
const OTLP_PATH = '/v1/traces';

const FLAG_SAMPLED = 1;
const KIND_SERVER = 1;
const KIND_CONSUMER = 4;
const EXPORTED = 0;

/** Null where no collector is named: the packages are not even loaded then. */
export async function openTraces(service: string, config: TraceConfig, log: Log): Promise<Traces | null> {
  const { traceEndpoint, traceRatio } = config;
  if (traceEndpoint === null) return null;
  const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const url = `${traceEndpoint.replace(/\/$/, '')}${OTLP_PATH}`;
  const exporter = telling(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS_MAX }), log);
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: QUEUE_SPANS_MAX,
    maxExportBatchSize: EXPORT_SPANS_MAX,
    scheduledDelayMillis: EXPORT_DELAY_MS,
    exportTimeoutMillis: EXPORT_MS_MAX,
  });
  const resource = resourceOf(service);
  return {
    traceOf(eventId) {
      const traceId = traceIdOf(eventId);
      return isSampled(traceId, traceRatio) ? traceId : null;
    },
    ended: (span) => processor.onEnd(readable(span, resource)),
    async close() {
      // Spans that a collector does not take are nothing to fail or to wait for: `telling` has said so.
      const flushed = processor.shutdown().catch(() => undefined);
      await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, EXPORT_MS_MAX).unref())]);
    },
  };
}

/** One line when the collector is lost and one when it is back, whatever happens between. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  let isLost = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== EXPORTED;
        if (failed && !isLost) log.warn({ error: result.error }, 'the trace collector takes no spans');
        if (!failed && isLost) log.info('the trace collector takes spans again');
        isLost = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

function resourceOf(service: string): ReadableSpan['resource'] {
  const attributes = { 'service.name': service, 'service.namespace': 'updraft' };
  const resource: ReadableSpan['resource'] = {
    attributes,
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}

function readable(span: EndedSpan, resource: ReadableSpan['resource']): ReadableSpan {
  const { traceId, stage, position, parent, endedAtMs, ms, attributes, link } = span;
  const own = contextOf(traceId, spanIdOf(traceId, stage, position));
  const above = parent && contextOf(traceId, spanIdOf(traceId, parent.stage, parent.position), true);
  const foreign = link && {
    traceId: link.traceId,
    spanId: link.spanId,
    traceFlags: link.flags,
    isRemote: true,
  };
  return {
    name: stage,
    kind: stage === 'ingest' ? KIND_SERVER : KIND_CONSUMER,
    spanContext: () => own,
    ...(above === null ? {} : { parentSpanContext: above }),
    startTime: hrTime(endedAtMs - ms),
    endTime: hrTime(endedAtMs),
    duration: hrTime(ms),
    ended: true,
    status: { code: 0 },
    attributes,
    links: foreign === null ? [] : [{ context: foreign }],
    events: [],
    resource,
    instrumentationScope: { name: 'updraft' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function contextOf(traceId: string, spanId: string, isRemote = false): SpanContext {
  return { traceId, spanId, traceFlags: FLAG_SAMPLED, isRemote };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const micros = Math.round(ms * 1_000);
  return [Math.floor(micros / 1_000_000), (micros % 1_000_000) * 1_000];
}
