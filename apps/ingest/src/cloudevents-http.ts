import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { problem, ProblemError } from '#telemetry/problem';
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX, SINGLE_BYTES_MAX } from './door-limits.ts';

// The HTTP binding of CloudEvents 1.0: how one or many events stand in a request. What comes out is what stands in
// a structured event, not yet validated.

export type ContentMode = 'structured' | 'batch' | 'binary';

const MODES: ReadonlyMap<string, ContentMode> = new Map([
  ['application/cloudevents+json', 'structured'],
  ['application/cloudevents-batch+json', 'batch'],
  ['application/json', 'binary'],
]);
/** How a body in binary mode is named inside, so that it too reaches us as the bytes that were sent. */
export const BINARY_CONTENT_TYPE = 'application/vnd.updraft.binary-mode+json';
export const BODY_CONTENT_TYPES = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  BINARY_CONTENT_TYPE,
];
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
const ATTRIBUTE_PREFIX = 'ce-';

export function bytesMax(mode: ContentMode): number {
  return mode === 'batch' ? BATCH_BYTES_MAX : SINGLE_BYTES_MAX;
}

/** Which mode a request is in. Throws 415 for everything that is none of the three. */
export function contentModeOf(headers: IncomingHttpHeaders): ContentMode {
  const contentType = headers['content-type'] ?? '';
  const mode = MODES.get((contentType.split(';')[0] ?? '').trim().toLowerCase());
  const isBare = mode === 'binary' && headers[`${ATTRIBUTE_PREFIX}specversion`] === undefined;
  if (mode === undefined || isBare) {
    throw new ProblemError(
      problem(
        415,
        `content-type ${JSON.stringify(contentType)} is not taken; send application/cloudevents+json, ` +
          'application/cloudevents-batch+json, or application/json with ce- headers',
      ),
    );
  }
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new ProblemError(problem(415, `charset ${JSON.stringify(charset)} is not taken; send UTF-8`));
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new ProblemError(problem(415, `content-encoding ${JSON.stringify(encoding)} is not taken`));
  }
  return mode;
}

/** The events of a request, in order. Throws 400 for what is not JSON and 413 for too many. */
export function eventsOf(mode: ContentMode, headers: IncomingHttpHeaders, body: unknown): readonly unknown[] {
  const parsed = parse(body);
  if (mode === 'structured') return [parsed];
  if (mode === 'binary') return [binaryEvent(headers, parsed)];
  if (!Array.isArray(parsed)) throw bodyProblem('must be a JSON array of CloudEvents');
  if (parsed.length > BATCH_EVENTS_MAX) {
    throw new ProblemError(
      problem(413, `a batch of ${parsed.length} events is too large; at most ${BATCH_EVENTS_MAX} are taken`),
    );
  }
  return parsed;
}

function parse(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) throw bodyProblem('must not be empty');
  if (!isUtf8(body)) throw bodyProblem('must be UTF-8');
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw bodyProblem(`must be JSON (${(error as Error).message})`);
  }
}

function bodyProblem(rule: string): ProblemError {
  const problems = [{ field: '', value: 'the body', rule }];
  return new ProblemError(problem(400, `the body ${rule}`, { problems }));
}

/** Attributes are headers `ce-NAME`, percent-encoded; the body is `data`. */
function binaryEvent(headers: IncomingHttpHeaders, data: unknown): unknown {
  const attributes: [string, unknown][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(ATTRIBUTE_PREFIX))
      attributes.push([name.slice(ATTRIBUTE_PREFIX.length), decoded(value)]);
  }
  // From entries, because an attribute called `__proto__` must become a member like any other, to be refused.
  return Object.fromEntries([...attributes, ['datacontenttype', 'application/json'], ['data', data]]);
}

function decoded(value: string | readonly string[] | undefined): string {
  const text = typeof value === 'string' ? value : (value ?? []).join(', ');
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded after all; whether the text will do is for its own rule to say.
    return text;
  }
}
