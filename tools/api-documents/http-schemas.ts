import { schemaOf, type JsonSchema } from '#contracts/schema';
import { OUTPUT_RECORDS, type OutputRecords } from '#contracts/records/output-records';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { GRANT_ID_PATTERN, ID_PATTERN } from '#contracts/events/payload-rules';
import { instant, list, object, orNull, position, text } from '#contracts/records/record-schema';

// The bodies of the HTTP API. What stands in a log has the schema of its log; the rest is said here.

/** A schema of `components/schemas` by its name. */
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const integer: JsonSchema = { type: 'integer' };

/** An event as a producer sends it; `data` by its type. */
const event: JsonSchema = {
  type: 'object',
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', pattern: '^[!-~]{1,128}$', description: 'With `source` it names the event.' },
    source: { type: 'string', format: 'uri-reference', maxLength: 256 },
    type: { type: 'string', enum: MERCHANT_EVENT_TYPES },
    subject: { type: 'string', pattern: ID_PATTERN.source, description: 'The merchant id.' },
    time: { ...instant, description: 'When it happened.' },
    datacontenttype: { type: 'string' },
    traceparent: text,
    tracestate: text,
    dataschema: text,
    data: { type: 'object' },
  },
  required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'],
  additionalProperties: false,
  anyOf: MERCHANT_EVENT_TYPES.map((type) => ({
    properties: { type: { const: type }, data: ref(dataName(type)) },
  })),
};

const problemDetails: JsonSchema = {
  type: 'object',
  description: 'RFC 9457. `problems` names each field, its value and the rule.',
  properties: {
    type: text,
    title: text,
    status: integer,
    detail: text,
    problems: list(ref('FieldProblem')),
    results: list(ref('EventResult')),
  },
  required: ['type', 'title', 'status', 'detail'],
};

/** Everything under `components/schemas`. */
export function httpSchemas(): Record<string, object> {
  const events = MERCHANT_EVENT_TYPES.map(
    (type) => [dataName(type), withoutDialect(schemaOf(type))] as const,
  );
  return {
    Event: event,
    ...Object.fromEntries(events),
    FieldProblem: object({ field: text, value: text, rule: text }),
    Problem: problemDetails,
    EventResult: object(
      {
        index: integer,
        id: orNull(text),
        status: { type: 'string', enum: ['accepted', 'refused'] },
        problems: list(ref('FieldProblem')),
      },
      ['problems'],
    ),
    Receipt: object({ accepted: integer, refused: integer, results: list(ref('EventResult')) }),
    AsOf: {
      type: 'object',
      description: 'By log and partition the position up to which the answer knows everything.',
      additionalProperties: list(orNull(position)),
    },
    Capability: record('updraft.capability.merchant.v1'),
    Decision: record('updraft.decision.v1'),
    Grant: record('updraft.grant.v1'),
    DeadLetter: { anyOf: [record('updraft.dead-letter.v1'), record('updraft.dead-letter.inbound.v1')] },
    DecisionSummary: open({
      id: position,
      sequence: integer,
      at: instant,
      merchant: text,
      programme: text,
      outcome: text,
      hash: text,
    }),
    MerchantSummary: open({
      merchant: text,
      partition: integer,
      position,
      tier: orNull(text),
      projectedTier: orNull(text),
      scoreBps: orNull(integer),
      headroom: integer,
      isKnown: { type: 'boolean' },
      isClosed: { type: 'boolean' },
    }),
    StoppedScope: object({ scope: { type: 'string' }, reason: { type: 'string' } }),
    Sent: object({ scope: text, confirmed: integer, partitions: integer }),
  };
}

/** An answer with at least these members. */
export function open(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** A page of a list: `next` goes into `after`, and is null at the end. */
export function pageOf(member: string, items: JsonSchema): JsonSchema {
  return open({ asOf: ref('AsOf'), [member]: list(items), next: orNull(text) });
}

export const GRANT_ID: JsonSchema = { type: 'string', pattern: GRANT_ID_PATTERN.source };
export const MERCHANT_ID: JsonSchema = { type: 'string', pattern: ID_PATTERN.source };
function dataName(type: string): string {
  return type.replace(/^updraft\./, '');
}

function record(type: keyof OutputRecords): JsonSchema {
  const { description, schema } = OUTPUT_RECORDS[type];
  return { description, ...schema };
}

function withoutDialect({ $schema: _dialect, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
