import 'reflect-metadata';
import { mutatedEvent, randomFrom } from '#contracts/testing/mutation';
import type { EventResult } from './door.ts';
import { BATCH, openDoor, type OpenDoor, STRUCTURED } from './testing/open-door.ts';

let door: OpenDoor;
afterEach(() => door.app.close());

test('thousands of malformed events each name field, value and rule, and the process stays up', async () => {
  door = await openDoor();
  const random = randomFrom(31);
  const counts = { accepted: 0, refused: 0, unparsable: 0 };
  for (let batch = 0; batch < 30; batch++) {
    const events = Array.from({ length: 100 }, (_, i) => mutatedEvent(random, batch * 100 + i));
    const sound = events.filter(isJson);
    counts.unparsable += events.length - sound.length;
    for (const broken of events.filter((event) => !isJson(event))) {
      expect((await door.post(STRUCTURED, broken)).status).toBe(400);
    }
    const response = await door.post(BATCH, `[${sound.join(',')}]`);
    expect([202, 400]).toContain(response.status);
    const { results } = (await response.json()) as { results: EventResult[] };
    expect(results).toHaveLength(sound.length);
    for (const { status, problems } of results)
      counts[status] += status === 'accepted' || isNamed(problems) ? 1 : 0;
  }
  expect(counts.accepted + counts.refused + counts.unparsable).toBe(3000);
  expect(counts.refused).toBeGreaterThan(1500);
  expect(counts.unparsable).toBeGreaterThan(10);
  expect(door.writer.written).toHaveLength(counts.accepted);
  expect((await fetch(`${door.url}/readyz`)).status).toBe(200);
  const metrics = await door.metrics();
  expect(metrics).toMatch(
    /updraft_ingest_refused_total\{type="updraft\.order\.paid\.v1",reason="payload"\} \d+/,
  );
  expect(metrics).toMatch(/updraft_ingest_refused_total\{type="unknown",reason="unknown-version"\} \d+/);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isNamed(problems: EventResult['problems']): boolean {
  const isSaid = ({ field, value, rule }: { field: string; value: string; rule: string }): boolean =>
    (field === '' || field.startsWith('/')) && value !== '' && rule !== '';
  return problems !== undefined && problems.length > 0 && problems.every(isSaid);
}
