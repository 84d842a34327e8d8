import { isUtf8 } from 'node:buffer';
import { ProblemList, type Problem } from '#contracts/problem-list';
import type { InboxRecord } from '#stream/inbox';

// The Kafka binding of CloudEvents 1.0 (section 3): how an event stands in a record. In structured mode the value is
// the event; in binary mode attributes are headers `ce_NAME` and the value is `data`. What comes out is what stands in
// a structured event, not yet validated.

export type Bound = { readonly event: unknown } | { readonly problems: readonly Problem[] };

const ATTRIBUTE_PREFIX = 'ce_';
const CONTENT_TYPE = 'content-type';
const STRUCTURED = 'application/cloudevents+json';
const BINARY_DATA = 'application/json';

export function eventIn({ value, headers }: InboxRecord): Bound {
  const isBinary = headers.has(`${ATTRIBUTE_PREFIX}specversion`);
  const problems = new ProblemList();
  const contentType = headers.get(CONTENT_TYPE)?.toString('utf8');
  const wanted = isBinary ? BINARY_DATA : STRUCTURED;
  // Without a header the value is taken for what most producers send.
  if (contentType !== undefined && mediaType(contentType) !== wanted) {
    problems.add(
      'content-type',
      contentType,
      `must be ${wanted} ${isBinary ? 'with' : 'without'} ce_ headers`,
    );
    return { problems: problems.all() };
  }
  const parsed = parse(value, problems);
  if (!problems.isEmpty()) return { problems: problems.all() };
  return { event: isBinary ? binaryEvent(headers, parsed) : parsed };
}

function mediaType(contentType: string): string {
  return contentType.split(';')[0]!.trim().toLowerCase();
}

function parse(value: Buffer | null, problems: ProblemList): unknown {
  if (value === null || value.length === 0) problems.add('', 'the value', 'must not be empty');
  else if (!isUtf8(value)) problems.add('', 'the value', 'must be UTF-8');
  else {
    try {
      return JSON.parse(value.toString('utf8')) as unknown;
    } catch (error) {
      problems.add('', 'the value', `must be JSON (${(error as Error).message})`);
    }
  }
  return undefined;
}

function binaryEvent(headers: InboxRecord['headers'], data: unknown): unknown {
  const attributes: [string, unknown][] = [];
  for (const [name, value] of headers) {
    if (name.startsWith(ATTRIBUTE_PREFIX))
      attributes.push([name.slice(ATTRIBUTE_PREFIX.length), value.toString('utf8')]);
  }
  // From entries, because an attribute called `__proto__` must become a member like any other, to be refused.
  return Object.fromEntries([...attributes, ['datacontenttype', BINARY_DATA], ['data', data]]);
}
