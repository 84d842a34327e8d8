import { counter, gauge, histogram, LATENCY_SECONDS_BUCKETS, type Registry } from '#telemetry/metrics';

/** What the door counts. Types and reasons are of fixed sets; nothing here grows with merchants. */
export function ingestMetrics(registry: Registry) {
  return {
    accepted: counter(registry, {
      name: 'ingest_accepted_total',
      help: 'Events that the log acknowledged.',
      labels: ['type'] as const,
    }),
    refused: counter(registry, {
      name: 'ingest_refused_total',
      help: 'Events that were refused, by type (unknown ones together) and reason.',
      labels: ['type', 'reason'] as const,
    }),
    turnedAway: counter(registry, {
      name: 'ingest_turned_away_total',
      help: 'Requests of which no event was looked at or none was acknowledged, by HTTP status.',
      labels: ['status'] as const,
    }),
    inboundAccepted: counter(registry, {
      name: 'ingest_inbound_accepted_total',
      help: "Records of the platform's topic that became events the log acknowledged.",
      labels: ['type'] as const,
    }),
    inboundRefused: counter(registry, {
      name: 'ingest_inbound_refused_total',
      help: "Records of the platform's topic that became dead letters, by reason.",
      labels: ['reason'] as const,
    }),
    inboundLag: gauge(registry, {
      name: 'ingest_inbound_lag_records',
      help: "Records of the platform's topic behind the last one taken, by its partition.",
      labels: ['partition'] as const,
    }),
    inFlightBytes: gauge(registry, {
      name: 'ingest_in_flight_bytes',
      help: 'Bytes of requests that are let in and not yet acknowledged.',
    }),
    inFlightRequests: gauge(registry, {
      name: 'ingest_in_flight_requests',
      help: 'Requests that are let in and not yet acknowledged.',
    }),
    ackSeconds: histogram(registry, {
      name: 'ingest_ack_seconds',
      help: 'From the append of a request to its acknowledgement by the log.',
      buckets: LATENCY_SECONDS_BUCKETS,
    }),
  };
}

export type IngestMetrics = ReturnType<typeof ingestMetrics>;
