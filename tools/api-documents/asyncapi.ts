import { CATALOGUE, exampleOf } from '#contracts/catalogue';
import { CONTROL_TYPES, MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { CONTROL_RECORDS } from '#contracts/records/control-records';
import { OUTPUT_RECORDS } from '#contracts/records/output-records';
import { DIALECT, schemaOf, type JsonSchema } from '#contracts/schema';
import { FEEDS } from '#domain/scoring/feeds';
import type { MerchantEventType } from '#domain/events';
import type { Project } from './project.ts';

// The logs that others read or write, as AsyncAPI 3. Everything in it comes from the catalogue and the contracts of
// our own records; only which type stands in which log is said here.

interface Channel {
  readonly title: string;
  readonly description: string;
  /** Null: the platform says what its topic is called. */
  readonly address: string | null;
  readonly key: string;
  readonly types: readonly string[];
  /** What Updraft does: it takes from the platform's topic and writes the others. */
  readonly action: 'receive' | 'send';
}

const CHANNELS: Readonly<Record<string, Channel>> = {
  inbound: {
    title: 'The topic of the platform',
    description:
      "The platform's own topic, where it has one (INBOUND_TOPIC). Keys, partitions and retention are the " +
      "platform's; events of one merchant keep their order if they stand in one partition.",
    address: null,
    key: 'whatever the platform keys by, best the merchant id',
    types: MERCHANT_EVENT_TYPES,
    action: 'receive',
  },
  activity: {
    title: 'Everything that can change an outcome',
    description:
      'Merchant events as they were admitted, buyers as keyed pseudonyms, and control records, in the order that ' +
      'decides. Written by Updraft only: events come in over HTTP or through the topic of the platform.',
    address: 'updraft.activity',
    key: 'the merchant id; control records have none',
    types: [...MERCHANT_EVENT_TYPES, ...CONTROL_TYPES],
    action: 'send',
  },
  capability: {
    title: 'What scoring says of merchants',
    description: 'Said when a decision could depend on it. Usage and control records are forwarded in place.',
    address: 'updraft.capability',
    key: 'the merchant id; forwarded control records have none',
    types: typesOf('updraft.capability.'),
    action: 'send',
  },
  decisions: {
    title: 'Every decision with its reasons',
    description: 'Hash-chained per partition. Never rewritten.',
    address: 'updraft.decisions',
    key: 'the merchant id',
    types: typesOf('updraft.decision.'),
    action: 'send',
  },
  grants: {
    title: 'Grants as they stand',
    description:
      'Compacted: the newest record of a grant is how it stands. For gateways that give what was granted.',
    address: 'updraft.grants',
    key: 'the grant id',
    types: typesOf('updraft.grant.'),
    action: 'send',
  },
  deadLetters: {
    title: 'What did not count',
    description:
      'Records that scoring turned down and records of the platform that were refused, with the reason.',
    address: 'updraft.dead-letters',
    key: 'the merchant id, where there is one',
    types: typesOf('updraft.dead-letter.'),
    action: 'send',
  },
};

/** The whole document. */
export function asyncApi({ version, license }: Project): object {
  const channels = Object.entries(CHANNELS);
  const types = [...new Set(channels.flatMap(([, channel]) => channel.types))];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Updraft: logs',
      version,
      description:
        'The logs that outsiders may read or write. Records are CloudEvents 1.0 in JSON. On Kafka each log is ' +
        'a topic; names carry the prefix of the workspace, which is `updraft.` unless it was created with another. ' +
        'docs/events.md says what a producer may rely on.',
      license,
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      kafka: {
        host: '{broker}',
        protocol: 'kafka',
        description: 'The brokers of KAFKA_BROKERS.',
        variables: { broker: { default: 'localhost:9092', description: 'Host and port.' } },
      },
    },
    channels: Object.fromEntries(channels.map(([id, channel]) => [id, channelOf(channel)])),
    operations: Object.fromEntries(
      channels.map(([id, channel]) => [operationId(id, channel), operationOf(id, channel)]),
    ),
    components: {
      messages: Object.fromEntries(types.map((type) => [nameOf(type), messageOf(type)])),
      schemas: {
        Envelope: ENVELOPE,
        ...Object.fromEntries(types.map((type) => [nameOf(type), dataSchemaOf(type)])),
      },
    },
  };
}

/** What every record has around its `data`. */
const ENVELOPE: JsonSchema = {
  type: 'object',
  description: 'A CloudEvent 1.0 in structured mode.',
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1, maxLength: 128 },
    source: { type: 'string', format: 'uri-reference', minLength: 1, maxLength: 256 },
    type: { type: 'string' },
    subject: { type: 'string', description: 'The merchant id, where the record is about one.' },
    time: { type: 'string', format: 'date-time' },
    datacontenttype: { const: 'application/json' },
    data: { type: 'object' },
  },
  required: ['specversion', 'id', 'source', 'type', 'time', 'data'],
};

function typesOf(prefix: string): string[] {
  return Object.keys(OUTPUT_RECORDS).filter((type) => type.startsWith(prefix));
}

function channelOf({ title, description, address, key, types }: Channel): object {
  return {
    address,
    title,
    description,
    messages: Object.fromEntries(
      types.map((type) => [nameOf(type), { $ref: `#/components/messages/${nameOf(type)}` }]),
    ),
    bindings: { kafka: { bindingVersion: '0.5.0' } },
    'x-kafka-key': key,
  };
}

function operationId(id: string, { action }: Channel): string {
  return `${action}${id[0]!.toUpperCase()}${id.slice(1)}`;
}

function operationOf(id: string, { action, title, types }: Channel): object {
  return {
    action,
    title,
    channel: { $ref: `#/channels/${id}` },
    messages: types.map((type) => ({ $ref: `#/channels/${id}/messages/${nameOf(type)}` })),
  };
}

function messageOf(type: string): object {
  const { description, example } = contractOf(type);
  const feeds = Object.keys(FEEDS[type as MerchantEventType] ?? {});
  return {
    name: type,
    title: type,
    summary: description,
    ...(feeds.length === 0 ? {} : { description: `Adds to the facts ${feeds.join(', ')}.` }),
    payload: {
      allOf: [
        { $ref: '#/components/schemas/Envelope' },
        {
          type: 'object',
          properties: { type: { const: type }, data: { $ref: `#/components/schemas/${nameOf(type)}` } },
        },
      ],
    },
    examples: [{ name: 'example', payload: example }],
  };
}

interface Contract {
  readonly description: string;
  readonly schema: JsonSchema;
  /** The whole record. */
  readonly example: object;
}

function contractOf(type: string): Contract {
  if (type in CATALOGUE) {
    const known = type as MerchantEventType;
    return { description: CATALOGUE[known].description, schema: schemaOf(known), example: exampleOf(known) };
  }
  const records = { ...CONTROL_RECORDS, ...OUTPUT_RECORDS };
  const { description, schema, example } = records[type as keyof typeof records];
  const envelope = { ...exampleOf('updraft.merchant.closed.v1'), id: `example-${type}`, type };
  return { description, schema, example: { ...envelope, source: '/updraft/example', data: example } };
}

function dataSchemaOf(type: string): JsonSchema {
  const { description, schema } = contractOf(type);
  const { $schema: dialect, ...plain } = schema;
  if (dialect !== undefined && dialect !== DIALECT) throw new Error(`${type} has a schema of ${dialect}`);
  return { title: type, description, ...plain };
}

/** `updraft.order.paid.v1` is `order.paid.v1`: names of components may hold dots, dashes and letters. */
export function nameOf(type: string): string {
  return type.replace(/^updraft\./, '');
}
