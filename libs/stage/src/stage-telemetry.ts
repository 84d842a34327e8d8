import type { Health } from '#telemetry/health';
import type { Log } from '#telemetry/log';
import { counter, gauge, histogram, LATENCY_SECONDS_BUCKETS, type Registry } from '#telemetry/metrics';
import type { Reporter, StageReport } from './report.ts';

const BATCH_BUCKETS = [1, 10, 100, 500, 1_000, 2_000, 4_000, 10_000];

/** Hangs metrics, health and log lines on what the partitions report. */
export function stageTelemetry(registry: Registry, health: Health, log: Log): Reporter {
  const metrics = { ...ownershipMetrics(registry), ...flowMetrics(registry) };
  /** Taken over, and nothing published met again so far. */
  const untouched = new Set<string>();
  return (stage, partition, report) => {
    const at = { stage, partition: String(partition) };
    const check = `${stage} ${partition}`;
    switch (report.kind) {
      case 'taken-over':
        metrics.takeovers.inc(at);
        untouched.add(check);
        metrics.halted.set(at, 0);
        health.set(check, true);
        log.info({ stage, ...reportOf(report), partition }, 'partition taken over');
        return;
      case 'batch':
        metrics.records.inc(at, report.records);
        metrics.outputs.inc(at, report.outputs);
        metrics.lag.set(at, Math.max(0, report.lag));
        metrics.batchSize.observe({ stage }, report.records);
        metrics.batchSeconds.observe({ stage }, report.ms / 1_000);
        return;
      case 'published':
        metrics.position.set(at, Number(report.position.split('/')[1]));
        return;
      case 'suppressed':
        metrics.suppressed.inc(at, report.outputs);
        if (untouched.delete(check)) metrics.suppressing.inc(at);
        return;
      case 'snapshot':
        metrics.snapshotAt.set(at, Date.now() / 1_000);
        return;
      case 'snapshot-refused':
        metrics.refused.inc(at);
        log.warn({ stage, partition, why: report.why }, report.kind);
        return;
      case 'snapshot-ignored':
        metrics.ignored.inc(at);
        log.warn({ stage, partition, why: report.why }, report.kind);
        return;
      case 'quarantined':
        metrics.quarantined.inc(at);
        log.warn({ stage, partition, at: report.at, why: report.reason }, 'record passed over');
        return;
      case 'waiting':
        log.warn({ stage, partition, why: report.why }, report.kind);
        return;
      case 'lost':
        metrics.lost.inc(at);
        health.set(check, false, report.why);
        log.warn({ stage, partition, why: report.why }, 'partition let go');
        return;
      case 'halted':
        metrics.halted.set(at, 1);
        health.set(check, false, `halted at ${report.at}: ${report.why}`);
        log.error(
          { stage, partition, at: report.at, why: report.why },
          'partition halted: a person must look',
        );
    }
  };
}

const LABELS = ['stage', 'partition'] as const;

/** How partitions change hands. */
function ownershipMetrics(registry: Registry) {
  return {
    takeovers: counter(registry, {
      name: 'stage_takeovers_total',
      help: 'Take-overs of a partition.',
      labels: LABELS,
    }),
    suppressed: counter(registry, {
      name: 'stage_suppressed_total',
      help: 'Outputs met again in the log after a take-over and not published twice.',
      labels: LABELS,
    }),
    suppressing: counter(registry, {
      name: 'stage_suppressing_takeovers_total',
      help: 'Take-overs after which outputs were met again in the log.',
      labels: LABELS,
    }),
    refused: counter(registry, {
      name: 'stage_snapshots_refused_total',
      help: 'Snapshots that were not saved because somebody else had taken over.',
      labels: LABELS,
    }),
    ignored: counter(registry, {
      name: 'stage_snapshots_ignored_total',
      help: 'Snapshots in doubt that were thrown away; the stage ran again from genesis.',
      labels: LABELS,
    }),
    quarantined: counter(registry, {
      name: 'stage_quarantined_total',
      help: 'Records that were passed over because two people asked for it.',
      labels: LABELS,
    }),
    lost: counter(registry, {
      name: 'stage_lost_total',
      help: 'Times a partition was lost or let go.',
      labels: LABELS,
    }),
    halted: gauge(registry, {
      name: 'stage_halted',
      help: '1 while the partition stands still.',
      labels: LABELS,
    }),
  };
}

/** What flows through them. */
function flowMetrics(registry: Registry) {
  return {
    records: counter(registry, {
      name: 'stage_records_total',
      help: 'Input records stepped.',
      labels: LABELS,
    }),
    outputs: counter(registry, {
      name: 'stage_outputs_total',
      help: 'Output records produced.',
      labels: LABELS,
    }),
    lag: gauge(registry, {
      name: 'stage_lag_records',
      help: 'Input records not yet stepped.',
      labels: LABELS,
    }),
    position: gauge(registry, {
      name: 'stage_published_offset',
      help: 'Activity offset of the last published output.',
      labels: LABELS,
    }),
    snapshotAt: gauge(registry, {
      name: 'stage_snapshot_timestamp_seconds',
      help: 'When the last snapshot committed, Unix time.',
      labels: LABELS,
    }),
    batchSize: histogram(registry, {
      name: 'stage_batch_records',
      help: 'Records of a batch.',
      labels: ['stage'] as const,
      buckets: BATCH_BUCKETS,
    }),
    batchSeconds: histogram(registry, {
      name: 'stage_batch_seconds',
      help: 'Time from taking a batch to its publication.',
      labels: ['stage'] as const,
      buckets: LATENCY_SECONDS_BUCKETS,
    }),
  };
}

function reportOf(report: Extract<StageReport, { kind: 'taken-over' }>): object {
  return { takeover: report.takeover, from: report.from, published: report.published };
}
