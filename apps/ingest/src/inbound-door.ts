import { type Admit, type Admitted, makeAdmit } from '#contracts/admit';
import { encodeInboundLetter, type RefusedRecord } from '#contracts/inbound-letter';
import type { InboxBatch, InboxRecord } from '#stream/inbox';
import type { Appended, LogWriter } from '#stream/log';
import type { Traces } from '#telemetry/trace';
import { activityRecords } from './activity-records.ts';
import { eventIn } from './cloudevents-kafka.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { traceAcknowledged } from './ingest-trace.ts';

// The second door, for platforms that have their events in Kafka already. Nobody waits for an answer here: what is
// refused becomes a dead letter with what is wrong and the bytes as they came. The topic's offset is passed only when
// the log has acknowledged all of a batch, so that a record is read twice rather than lost, and scoring counts it once.

export interface InboundDoorOptions {
  /** The platform's, by its whole name. */
  readonly topic: string;
  readonly partitions: number;
  readonly pseudonymKey: Uint8Array;
  readonly writer: LogWriter;
  readonly metrics: IngestMetrics;
  readonly traces?: Traces | null;
}

type Outcome = { readonly admitted: Admitted; readonly event: unknown } | { readonly refused: RefusedRecord };

export class InboundDoor {
  readonly #options: InboundDoorOptions;
  readonly #admit: Admit;

  constructor(options: InboundDoorOptions) {
    this.#options = options;
    this.#admit = makeAdmit({ partitions: options.partitions, pseudonymKey: options.pseudonymKey });
  }

  /** Resolves once every record of the batch stands in `activity` or in `dead-letters`. */
  async take({ partition, records, endOffset }: InboxBatch): Promise<void> {
    const { partitions, writer, metrics, traces } = this.#options;
    const receivedAtMs = Date.now();
    const outcomes = records.map((record) => this.#judge(partition, record));
    const letters = outcomes.flatMap((outcome) => ('refused' in outcome ? [letterOf(outcome.refused)] : []));
    const passed = outcomes.filter((outcome) => 'admitted' in outcome);
    const admitted = passed.map((outcome) => outcome.admitted);
    const appends = [...activityRecords(admitted)].map(([to, group]) => writer.append('activity', to, group));
    if (letters.length > 0) appends.push(writer.append('dead-letters', partition % partitions, letters));
    // All are awaited even when one fails: nothing of this batch is under way when it is read again.
    const failed = (await Promise.allSettled(appends)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    for (const outcome of outcomes) {
      if ('admitted' in outcome) metrics.inboundAccepted.inc({ type: outcome.admitted.type });
      else metrics.inboundRefused.inc({ reason: outcome.refused.reason });
    }
    if (traces) {
      const events = passed.map(({ event }) => event);
      traceAcknowledged(traces, 'topic', receivedAtMs, events, admitted);
    }
    const last = records.at(-1)?.offset;
    if (last !== undefined)
      metrics.inboundLag.set({ partition: String(partition) }, Math.max(0, endOffset - last - 1));
  }

  #judge(partition: number, record: InboxRecord): Outcome {
    const { topic } = this.#options;
    const { offset, timestampMs, value } = record;
    const at = { topic, partition, offset, timestampMs, value };
    const bound = eventIn(record);
    if ('problems' in bound) return { refused: { ...at, reason: 'malformed', problems: bound.problems } };
    const outcome = this.#admit(bound.event);
    if (outcome.admitted) return { admitted: outcome, event: bound.event };
    return { refused: { ...at, reason: outcome.reason, problems: outcome.problems } };
  }
}

function letterOf(refused: RefusedRecord): Appended {
  return { key: null, value: encodeInboundLetter(refused) };
}
