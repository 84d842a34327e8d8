import { advanceProgress, clearReadSide } from '#store/read/progress';
import { insertDecisions, type DecisionRow } from '#store/read/project';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { until } from '../testing/until.ts';
import { DecisionStream, type EventSink } from './decision-stream.ts';
import { DecisionTail } from './decision-tail.ts';

const LIMITS = { queueRowsMax: 10, heartbeatMs: 60_000 };

describe('one client of the stream', () => {
  let opened: TestDatabase;
  let tail: DecisionTail;
  let sink: CollectingSink;
  let written: number;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await clearReadSide(opened.database);
    tail = new DecisionTail(opened.database, 1);
    sink = new CollectingSink();
    written = 0;
  });
  afterEach(() => tail.close());

  test('is told once what comes both from the table and live', async () => {
    await write(8);
    const stream = streamFrom(2);
    stream.arrived(rows(5, 8));
    const running = stream.run();
    await until(() => sink.sequences().length === 6);
    stream.arrived(rows(7, 8));
    await write(1);
    tail.wake();
    await until(() => sink.sequences().length > 6);
    await leave(stream, running);

    expect(sink.sequences()).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test('is read the table again when more arrives than its queue holds', async () => {
    const stream = streamFrom(0);
    const running = stream.run();
    await until(() => sink.texts.length === 1);
    sink.isHeld = true;
    await write(1);
    tail.wake();
    await until(() => sink.held !== null);
    await write(28);
    tail.wake();
    await new Promise((resolve) => setTimeout(resolve, 100));
    sink.letGo();
    await until(() => sink.sequences().length === 29);
    await leave(stream, running);

    expect(sink.sequences()).toEqual(Array.from({ length: 29 }, (_, i) => i + 1));
  });

  test('is read the table when something live is missing in between', async () => {
    await write(3);
    const stream = streamFrom(3);
    const running = stream.run();
    await until(() => sink.texts.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await write(3);
    stream.arrived(rows(6, 6));
    await until(() => sink.sequences().length === 3);
    await leave(stream, running);

    expect(sink.sequences()).toEqual([4, 5, 6]);
  });

  test('is let go when it does not take an event', async () => {
    await write(3);
    const stream = streamFrom(0);
    sink.isRefusing = true;

    await stream.run();

    expect(sink.sequences()).toEqual([]);
  });

  function streamFrom(sequence: number): DecisionStream {
    return new DecisionStream(opened.database, tail, sink, {}, [sequence], LIMITS);
  }

  async function leave(stream: DecisionStream, running: Promise<void>): Promise<void> {
    sink.isClosed = true;
    stream.closed();
    await running;
  }

  /** Projects `count` more decisions. */
  async function write(count: number): Promise<void> {
    const from = written + 1;
    const expectedOffset = written;
    written += count;
    const marks = JSON.stringify({ sequence: written, hash: '', logId: null });
    const position = `0/${written}/0/0`;
    await opened.database.transaction(async (sql) => {
      await insertDecisions(sql, rows(from, written));
      const moved = {
        projection: 'decisions',
        partition: 0,
        expectedOffset,
        nextOffset: written,
        position,
        marks,
      };
      await advanceProgress(sql, [moved]);
    });
  }
});

/** Takes events, holds one back, or refuses them. */
class CollectingSink implements EventSink {
  readonly texts: string[] = [];
  isClosed = false;
  isRefusing = false;
  isHeld = false;
  held: (() => void) | null = null;

  isOpen(): boolean {
    return !this.isClosed;
  }

  async write(text: string): Promise<boolean> {
    if (this.isRefusing) return false;
    this.texts.push(text);
    if (this.isHeld) await new Promise<void>((resolve) => (this.held = resolve));
    return true;
  }

  letGo(): void {
    this.isHeld = false;
    this.held?.();
  }

  sequences(): number[] {
    return this.texts.flatMap((text) => /"sequence":(\d+)/.exec(text)?.[1] ?? []).map(Number);
  }
}

function rows(from: number, to: number): DecisionRow[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    position: `0/${from + i}/0/0`,
    partition: 0,
    sequence: from + i,
    merchant: 'm-1',
    programme: 'growth-boost',
    outcome: 'issue',
    atMs: from + i,
    hash: '',
    grantId: null,
    previousHash: '',
    record: JSON.stringify({ sequence: from + i }),
  }));
}
