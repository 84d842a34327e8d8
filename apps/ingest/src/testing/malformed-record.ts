import { shown } from '#contracts/problem-list';
import type { MalformedEvent } from '#contracts/testing/malformed';
import { pick, type Random } from '#contracts/testing/mutation';
import { spoiledBody } from './spoiled-body.ts';

// Seeded values of records that a door for a topic must refuse, with what a refusal has to name.

export interface MalformedRecord {
  readonly bytes: Buffer;
  /** It is no JSON at all: the fault is the value as a whole. */
  readonly isText: boolean;
  readonly field: string;
  readonly value: string;
}

const SPOILED_EVERY = 10;
const HUGE_EVERY = 1_000;
/** With the rest of the event as large as our own writer sends, which is a little less than a topic takes. */
const HUGE_CHARS_MAX = 900_000;
const HUGE_CHARS_MIN = 200_000;
const HUGE_NAMES = [
  'id',
  'source',
  'type',
  'subject',
  'time',
  'data',
  'surprise',
  '__proto__',
  'constructor',
];

/** Mostly events with one fault, some that are no JSON, and a few that nearly fill a record. */
export function malformedRecords(
  random: Random,
  drawEvent: (serial: number) => MalformedEvent,
): (serial: number, good: string) => MalformedRecord {
  return (serial, good) => {
    if (serial % HUGE_EVERY === 0) return hugeRecord(random, good);
    if (serial % SPOILED_EVERY === 0)
      return { bytes: spoiledBody(random, good), isText: true, field: '', value: '"the value"' };
    const { text, field, value } = drawEvent(serial);
    // A letter is UTF-8: what has no form in it is told by its replacement.
    return { bytes: Buffer.from(text), isText: false, field: Buffer.from(field).toString('utf8'), value };
  };
}

function hugeRecord(random: Random, good: string): MalformedRecord {
  const name = pick(random, HUGE_NAMES);
  const text = 'x'.repeat(HUGE_CHARS_MIN + Math.floor(random() * (HUGE_CHARS_MAX - HUGE_CHARS_MIN)));
  const bytes = Buffer.from(good.replace(/}$/, `,"${name}":"${text}"}`));
  return { bytes, isText: false, field: `/${name}`, value: shown(text) };
}
