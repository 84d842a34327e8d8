import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import type { Cause } from '#domain/outputs';
import { comparePositions, formatPosition, type Position } from '#domain/stage/position';
import type { InputRecord, OutputRecord, StageDefinition } from '#domain/stage/stage';
import type { EndedSpan, Traces } from '#telemetry/trace';

// Spans of what a stage did with single records. Only events have traces: ticks and other control records are nobody's
// request. What is stepped again after a take-over has its span from the owner that published it.

export interface StepTrace {
  /** Looks whether the record is sampled; nothing is sent before its outputs are published. */
  stepped(record: InputRecord, outputs: readonly OutputRecord[]): void;
  /** What was stepped is published, so many milliseconds after its batch was begun. */
  published(ms: number): void;
}

type Followed = Pick<EndedSpan, 'traceId' | 'position' | 'parent' | 'attributes'>;

const EVENTS: ReadonlySet<string> = new Set(MERCHANT_EVENT_TYPES);

/** For one ownership of one partition. `publishedBefore`: where the stage's own log ended at take-over. */
export function createStepTrace(
  traces: Traces,
  stage: StageDefinition,
  publishedBefore: Position | null,
): StepTrace {
  const follow = FOLLOWED[stage.input];
  /** At most as many as a batch has records. */
  let followed: Followed[] = [];
  return {
    stepped(record, outputs) {
      if (publishedBefore !== null && comparePositions(record.position, publishedBefore) <= 0) return;
      if (record.quarantined !== undefined) return;
      const found = follow(traces, record, outputs);
      if (found !== null) followed.push(found);
    },
    published(ms) {
      if (followed.length === 0) return;
      const endedAtMs = Date.now();
      for (const span of followed) traces.ended({ ...span, stage: stage.name, endedAtMs, ms, link: null });
      followed = [];
    },
  };
}

/** What treasury and census take in says of no event. */
const FOLLOWED = {
  activity: followEvent,
  capability: followCapability,
  treasury: () => null,
  census: () => null,
};

function followEvent(
  traces: Traces,
  { event, position }: InputRecord,
  outputs: readonly OutputRecord[],
): Followed | null {
  const traceId = EVENTS.has(event.type) ? traces.traceOf(event.id) : null;
  if (traceId === null) return null;
  return {
    traceId,
    position: formatPosition(position),
    parent: { stage: 'ingest', position: '' },
    attributes: {
      'cloudevents.event_id': event.id,
      'cloudevents.event_source': event.source,
      'cloudevents.event_type': event.type,
      'cloudevents.event_subject': event.subject ?? '',
      'updraft.partition': position[0]!,
      'updraft.position': formatPosition(position),
      'updraft.outputs': outputs.length,
      'updraft.dead_letters': outputs.filter(({ log }) => log === 'dead-letters').length,
    },
  };
}

/** What scoring said because of the event: of its merchant, or of another whose turn came after it. */
function followCapability(
  traces: Traces,
  { event, position }: InputRecord,
  outputs: readonly OutputRecord[],
): Followed | null {
  const cause = event.data['cause'] as unknown as Cause;
  const traceId = EVENTS.has(cause.type) ? traces.traceOf(cause.eventId) : null;
  if (traceId === null) return null;
  const decisions = outputs.filter(({ log }) => log === 'decisions').map(decisionIn);
  return {
    traceId,
    position: formatPosition(position),
    parent: { stage: 'scoring', position: cause.position },
    attributes: {
      'cloudevents.event_id': cause.eventId,
      'cloudevents.event_type': cause.type,
      'cloudevents.event_subject': event.subject ?? '',
      'updraft.partition': position[0]!,
      'updraft.position': formatPosition(position),
      'updraft.decisions': decisions.map(({ id }) => id),
      'updraft.outcomes': decisions.map(({ outcome }) => outcome),
      'updraft.programmes': decisions.map(({ programme }) => programme),
    },
  };
}

interface DecisionShown {
  readonly id: string;
  readonly outcome: string;
  readonly programme: string;
}

function decisionIn({ text, position }: OutputRecord): DecisionShown {
  const { data } = JSON.parse(text) as { data: Omit<DecisionShown, 'id'> };
  return { id: formatPosition(position), outcome: data.outcome, programme: data.programme };
}
