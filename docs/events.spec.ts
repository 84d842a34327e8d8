import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAdmit } from '#contracts/admit';
import { CATALOGUE, exampleOf } from '#contracts/catalogue';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { schemaOf } from '#contracts/schema';
import { FEEDS, type FactDay } from '#domain/scoring/feeds';

// docs/events.md is written by hand, for people. What it says of each type is compared with the code.

const PAGE = readFileSync(join(import.meta.dirname, 'events.md'), 'utf8');
const SECTION = /^### `([^`]+)`\n([\s\S]*?)(?=^##)/gm;
const EXAMPLE = /^```json\n([\s\S]*?)^```/m;
const FEEDS_LINE = /^Adds to (.+)\.$/m;
const DAYS: Readonly<Record<string, FactDay>> = {
  'on the day the order was placed': 'ordered',
  'on the day the session started': 'started',
};
const OPTIONAL = /May be left out: ([^.]+)\./;

interface Section {
  readonly text: string;
  readonly example: Record<string, unknown>;
  readonly optional: readonly string[];
}

const sections = new Map<string, Section>();
for (const [, type, text] of PAGE.matchAll(SECTION)) {
  const example = JSON.parse(EXAMPLE.exec(text!)?.[1] ?? '{}') as Record<string, unknown>;
  const optional = (OPTIONAL.exec(text!)?.[1] ?? '').split(', ').map((name) => name.replaceAll('`', ''));
  sections.set(type!, { text: text!, example, optional: optional.filter((name) => name !== '') });
}

const admit = makeAdmit({ partitions: 4, pseudonymKey: Buffer.alloc(32, 7) });

test('the page has a section for every event type, and for no other', () => {
  expect([...sections.keys()]).toEqual(MERCHANT_EVENT_TYPES);
});

describe.each(MERCHANT_EVENT_TYPES)('%s', (type) => {
  test('is described in the words of the catalogue', () => {
    expect(sections.get(type)?.text).toContain(CATALOGUE[type].description);
  });

  test('has an example that the door admits', () => {
    const outcome = admit({ ...exampleOf(type), data: sections.get(type)?.example });
    expect(outcome).toMatchObject({ admitted: true });
  });

  test('shows every field that must be there, and says which may be left out', () => {
    const { properties = {}, required = [] } = schemaOf(type);
    const fields = Object.keys(properties);
    const { example = {}, optional = [] } = sections.get(type) ?? {};
    expect([...optional].sort()).toEqual(fields.filter((field) => !required.includes(field)).sort());
    expect(Object.keys(example)).toEqual(expect.arrayContaining([...required]));
  });

  test('says which facts it adds to, and on which day', () => {
    const line = FEEDS_LINE.exec(sections.get(type)?.text ?? '')?.[1] ?? '';
    expect(factsIn(line)).toEqual(FEEDS[type] ?? {});
  });
});

/** "`a`, `b`; on the day the order was placed `c`" as facts and their days. */
function factsIn(line: string): Record<string, FactDay> {
  const parts = line.split('; ').map((part) => {
    const words = Object.keys(DAYS).find((each) => part.startsWith(each));
    const day = words === undefined ? 'occurred' : DAYS[words]!;
    return [...part.matchAll(/`(\w+)`/g)].map(([, fact]) => [fact!, day] as const);
  });
  return Object.fromEntries(parts.flat());
}
