import { decode } from '#contracts/codec';
import { INPUT_TYPES } from '#contracts/event-types';
import { formatPosition, parsePosition } from '#domain/stage/position';
import type { CloudEvent, InputRecord, StageDefinition } from '#domain/stage/stage';
import type { LogRecord } from '#stream/log';

/** Positions that this partition's quarantine names, with the reason. */
export type Quarantine = ReadonlyMap<string, string>;

/** Bytes to a stage's input record. Throws UndecodableError: the partition pauses rather than guess. */
export function decodeInput(
  input: StageDefinition['input'],
  partition: number,
  record: LogRecord,
  quarantine: Quarantine,
): InputRecord {
  const text = record.value.toString('utf8');
  if (input === 'capability') {
    const event = decode(text, INPUT_TYPES.capability);
    return { position: parsePosition(event.data['position'] as string), key: record.key, text, event };
  }
  const position = [partition, record.offset];
  const quarantined = input === 'activity' ? quarantine.get(formatPosition(position)) : undefined;
  if (quarantined === undefined)
    return { position, key: record.key, text, event: decode(text, INPUT_TYPES[input]) };
  return { position, key: record.key, text, event: quarantinedEvent(text, record.key), quarantined };
}

/** A quarantined record may be one that cannot be decoded at all. */
function quarantinedEvent(text: string, key: string | null): CloudEvent {
  try {
    return decode(text, INPUT_TYPES.activity);
  } catch {
    const subject = key === null ? {} : { subject: key };
    return { specversion: '1.0', id: '', source: '', type: 'undecodable', ...subject, time: '', data: {} };
  }
}
