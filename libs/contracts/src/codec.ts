import { canonicalJson, type Json } from '#domain/canonical';
import type { Controls, ControlType } from '#domain/controls';
import type { CloudEvent } from '#domain/stage/stage';
import { INPUT_TYPES, strangeness } from './event-types.ts';

// Between bytes and records, for what is already in a log. Validity was decided at the door: here a record is only
// parsed, and its type must be one this engine knows. Anything else pauses the partition that met it.

/** The record cannot be understood by this engine: its partition pauses rather than guess. */
export class UndecodableError extends Error {
  override readonly name = 'UndecodableError';

  constructor(
    readonly reason: 'malformed' | 'unknown-type' | 'unknown-version',
    message: string,
  ) {
    super(message);
  }
}

const ALL_INPUT_TYPES: ReadonlySet<string> = new Set(
  Object.values(INPUT_TYPES).flatMap((types) => [...types]),
);
const SHOWN_CHARS_MAX = 128;

/** Parses a record's value. `known` are the types that its log may hold, see INPUT_TYPES. */
export function decode(value: Buffer | string, known: ReadonlySet<string> = ALL_INPUT_TYPES): CloudEvent {
  const event = parse(typeof value === 'string' ? value : value.toString('utf8'));
  if (typeof event.type !== 'string') throw malformed('type', event.type);
  if (!known.has(event.type)) {
    const { reason, knownVersions } = strangeness(event.type, known);
    const others = knownVersions.length > 0 ? `; known: ${knownVersions.join(', ')}` : '';
    throw new UndecodableError(reason, `type ${brief(event.type)}: ${reason.replace('-', ' ')}${others}`);
  }
  if (event.specversion !== '1.0') throw malformed('specversion', event.specversion);
  if (typeof event.id !== 'string') throw malformed('id', event.id);
  if (typeof event.source !== 'string') throw malformed('source', event.source);
  if (typeof event.time !== 'string') throw malformed('time', event.time);
  if (typeof event.data !== 'object' || event.data === null) throw malformed('data', event.data);
  return event;
}

/** The canonical bytes of a control record. `time` is `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export function encodeControl<Type extends ControlType>(
  type: Type,
  id: string,
  source: string,
  time: string,
  data: Controls[Type],
): Buffer {
  const json = data as unknown as Json;
  return Buffer.from(
    canonicalJson({
      specversion: '1.0',
      id,
      source,
      type,
      time,
      datacontenttype: 'application/json',
      data: json,
    }),
  );
}

function parse(text: string): CloudEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UndecodableError('malformed', `not JSON (${(error as Error).message}): ${brief(text)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UndecodableError('malformed', `not a JSON object: ${brief(text)}`);
  }
  return parsed as CloudEvent;
}

function malformed(attribute: string, value: unknown): UndecodableError {
  return new UndecodableError('malformed', `${attribute} ${brief(value)}: not what a CloudEvent has`);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}
