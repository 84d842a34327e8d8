import { canonicalJson, type Json } from '#domain/canonical';
import type { MerchantEventType } from '#domain/events';
import { MERCHANT_EVENT_TYPES, strangeness } from './event-types.ts';
import { ID_PATTERN, ID_RULE } from './events/payload-rules.ts';
import { INSTANT_RULE, normaliseInstant } from './instant.ts';
import { partitionOf } from './partition.ts';
import { explainPayload, isForbiddenKey, type PayloadCheck, payloadCheckOf } from './payload-check.ts';
import { pointer, type Problem, ProblemList } from './problem-list.ts';
import { pseudonymiser } from './pseudonym.ts';

// The one validation of events, used by the HTTP door, the importers and the simulators. Validity is decided here
// once and never again: what passes is written in one canonical form, so that the same event always gives the same
// bytes, whoever sent it and however it came. No time of receipt and no trace of the request goes in.

export interface Admitted {
  readonly admitted: true;
  readonly id: string;
  readonly type: MerchantEventType;
  readonly merchantId: string;
  /** Where the record belongs in activity. */
  readonly partition: number;
  /** Canonical JSON (RFC 8785) of the normalised CloudEvent. */
  readonly value: Buffer;
}

export type RefusalReason = 'envelope' | 'unknown-type' | 'unknown-version' | 'payload' | 'oversize';

export interface Refused {
  readonly admitted: false;
  /** The event's id where it has a valid one. */
  readonly id: string | null;
  readonly type: MerchantEventType | null;
  readonly reason: RefusalReason;
  /** Never empty. */
  readonly problems: readonly Problem[];
}

export interface AdmitOptions {
  readonly partitions: number;
  /** At least 32 bytes; the same at every door of a workspace. */
  readonly pseudonymKey: Uint8Array;
  /** Largest canonical record, default EVENT_BYTES_MAX. */
  readonly bytesMax?: number;
}

export type Admit = (raw: unknown) => Admitted | Refused;

export const EVENT_BYTES_MAX = 64 * 1024;
const SOURCE_CHARS_MAX = 256;
const EVENT_ID = /^[!-~]{1,128}$/;
const EVENT_ID_RULE = 'must be 1 to 128 visible ASCII characters';
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const SOURCE_RULE = `must be a URI-reference of at most ${SOURCE_CHARS_MAX} characters`;
const JSON_CONTENT = /^application\/json(?:\s*;\s*charset=utf-8)?$/i;
/** Attributes that are understood but say nothing about the merchant: they are left out of the record. */
const DROPPED: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'dataschema']);
const KEPT: ReadonlySet<string> = new Set(
  'specversion id source type subject time datacontenttype data'.split(' '),
);
const KNOWN_TYPES: ReadonlySet<string> = new Set(MERCHANT_EVENT_TYPES);

type Attributes = { readonly [name: string]: unknown };

/** Makes the door's check. Each call of the result takes one parsed CloudEvent in structured form. */
export function makeAdmit(options: AdmitOptions): Admit {
  const pseudonymOf = pseudonymiser(options.pseudonymKey);
  const bytesMax = options.bytesMax ?? EVENT_BYTES_MAX;
  return (raw) => {
    const problems = new ProblemList();
    if (!isObject(raw)) {
      problems.add('', raw, 'must be a CloudEvent: a JSON object');
      return { admitted: false, id: null, type: null, reason: 'envelope', problems: problems.all() };
    }
    const time = checkEnvelope(raw, problems);
    const id = !problems.names('/id') ? (raw['id'] as string) : null;
    const type = raw['type'] as MerchantEventType;
    if (!KNOWN_TYPES.has(type)) {
      const reason = explainType(raw['type'], problems);
      return { admitted: false, id, type: null, reason, problems: problems.all() };
    }
    const check = payloadCheckOf(type);
    const isEnvelopeSound = problems.isEmpty();
    const { data } = raw;
    if (!isObject(data)) problems.add('/data', data, 'must be a JSON object');
    else if (!check.accepts(data)) explainPayload(type, data, problems);
    if (!problems.isEmpty()) {
      const reason = isEnvelopeSound ? 'payload' : 'envelope';
      return { admitted: false, id, type, reason, problems: problems.all() };
    }
    const merchantId = raw['subject'] as string;
    const value = Buffer.from(
      canonicalJson({
        specversion: '1.0',
        id,
        source: raw['source'] as string,
        type,
        subject: merchantId,
        time,
        datacontenttype: 'application/json',
        data: normalise(data as { [name: string]: Json }, check, pseudonymOf),
      }),
    );
    if (value.length > bytesMax) {
      problems.add('', `${value.length} bytes`, `must not exceed ${bytesMax} bytes in canonical form`);
      return { admitted: false, id, type, reason: 'oversize', problems: problems.all() };
    }
    const partition = partitionOf(merchantId, options.partitions);
    return { admitted: true, id: id!, type, merchantId, partition, value };
  };
}

/** Checks all attributes but `type` and `data`; returns the normalised time, meaningless when there are problems. */
function checkEnvelope(raw: Attributes, problems: ProblemList): string {
  for (const name of Object.keys(raw)) {
    if (KEPT.has(name) || DROPPED.has(name)) continue;
    const value = Object.getOwnPropertyDescriptor(raw, name)?.value as unknown;
    problems.add(pointer('', name), value, isForbiddenKey(name) ? 'is a forbidden key' : unknownRule(name));
  }
  const { specversion, id, source, subject, time, datacontenttype } = raw;
  if (specversion !== '1.0') problems.add('/specversion', specversion, 'must be "1.0"');
  if (typeof id !== 'string' || !EVENT_ID.test(id)) problems.add('/id', id, EVENT_ID_RULE);
  if (typeof source !== 'string' || source.length > SOURCE_CHARS_MAX || !URI_REFERENCE.test(source)) {
    problems.add('/source', source, SOURCE_RULE);
  }
  if (typeof subject !== 'string' || !ID_PATTERN.test(subject)) {
    problems.add('/subject', subject, `is the merchant id and ${ID_RULE}`);
  }
  if (
    datacontenttype !== undefined &&
    !(typeof datacontenttype === 'string' && JSON_CONTENT.test(datacontenttype))
  ) {
    problems.add('/datacontenttype', datacontenttype, 'must be application/json where it is given');
  }
  const normalTime = typeof time === 'string' ? normaliseInstant(time) : null;
  if (normalTime === null) problems.add('/time', time, INSTANT_RULE);
  return normalTime ?? '';
}

function unknownRule(name: string): string {
  if (name === 'data_base64') return 'is not taken: data must be JSON';
  return 'is not an attribute that is taken; extensions may be traceparent and tracestate';
}

function explainType(type: unknown, problems: ProblemList): RefusalReason {
  if (typeof type !== 'string') {
    problems.add('/type', type, 'must be the name of an event type with its version');
    return 'envelope';
  }
  const { reason, knownVersions } = strangeness(type, KNOWN_TYPES);
  const rule =
    reason === 'unknown-version'
      ? `is known, but not in this version; known: ${knownVersions.join(', ')}`
      : 'must be an event type of the catalogue';
  problems.add('/type', type, rule);
  return reason;
}

function normalise(
  data: { readonly [name: string]: Json },
  check: PayloadCheck,
  pseudonymOf: (identity: string) => string,
): { readonly [name: string]: Json } {
  if (check.instants.length === 0 && check.identities.length === 0) return data;
  const normal = { ...data };
  for (const name of check.instants) {
    const value = normal[name];
    if (typeof value === 'string') normal[name] = normaliseInstant(value);
  }
  for (const name of check.identities) {
    const value = normal[name];
    if (typeof value === 'string') normal[name] = pseudonymOf(value);
  }
  return normal;
}

function isObject(value: unknown): value is Attributes {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
