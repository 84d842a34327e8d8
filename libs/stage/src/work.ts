import { comparePositions, formatPosition, type Position } from '#domain/stage/position';
import type { InputRecord, OutputRecord, StageDefinition } from '#domain/stage/stage';
import type { PublishedMark, SnapshotMark } from '#store/snapshot-store';
import { UnavailableError, type LogRecord, type Published } from '#stream/log';
import { decodeInput } from './decode-input.ts';
import { PLAN_ROUNDS_MAX } from './limit.ts';
import type { Taken } from './partition-queue.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { HaltError, type StageReport } from './report.ts';
import { hasSeveralWriters, sendNumbered } from './several-writers.ts';
import { createSnapshotter } from './snapshotter.ts';
import { createStepTrace } from './step-trace.ts';
import type { Owned } from './take-over.ts';

/** The work of an owned partition: batches in, outputs published, snapshots behind. */
export interface Work {
  /** Transport offset of the input to read next. */
  nextOffset(): number;
  process(taken: Taken, isRunning: () => boolean): Promise<void>;
  considerSnapshot(): void;
  /** How long the loop may sleep when nothing is queued, ms; null: until woken. */
  idleMs(): number | null;
  holdWhileOverdue(isRunning: () => boolean): Promise<void>;
  /** Orderly end: one last snapshot. */
  finish(): Promise<void>;
  abandon(): void;
}

const OVERDUE_POLL_MS = 100;

/** Outputs of whole input records that wait to be published together. */
interface Pending {
  /** When its batch was begun. */
  readonly since: number;
  outputs: OutputRecord[];
  bytes: number;
  records: number;
}

export function createWork(
  ports: RunnerPorts,
  stage: StageDefinition,
  owned: Owned,
  report: (report: StageReport) => void,
  wakeUp: () => void,
): Work {
  const { store, clock, limits, writer, bundles, hash } = ports;
  const { claim, machine, publisher, tail, mark } = owned;
  const { partition } = claim;
  let failure: unknown = null;
  // The log's own end, which may be further than the snapshot knew.
  const { end } = tail;
  let published: PublishedMark | null =
    end === null ? (mark?.published ?? null) : markOf(end.position, end.hash, end.offset);
  /** What is stepped and acknowledged: where a snapshot taken now would stand. */
  let position: Position | null = machine.position();
  let inputOffset = mark?.inputOffset ?? 0;
  const trace = ports.traces ? createStepTrace(ports.traces, stage, end?.position ?? null) : null;
  const snapshots = createSnapshotter(store, clock, limits, claim, machine, report, (failed) => {
    failure ??= failed;
    wakeUp();
  });

  /** Publishes whole records' outputs: what is numbered first and acknowledged, then one transaction. */
  async function publish(pending: Pending): Promise<void> {
    const count = pending.outputs.length;
    const fresh = await tail.admit(pending.outputs);
    if (fresh.length < count) report({ kind: 'suppressed', outputs: count - fresh.length });
    await sendNumbered(writer, partition, fresh);
    await publishOwn(fresh.filter(({ log }) => !hasSeveralWriters(log)));
    snapshots.stepped(pending.records);
    trace?.published(clock.now() - pending.since);
    pending.outputs = [];
    pending.bytes = 0;
    pending.records = 0;
  }

  async function publishOwn(outputs: readonly OutputRecord[]): Promise<void> {
    if (outputs.length === 0) return;
    if (publisher === null)
      throw new Error(`${stage.name} has no log of its own to write ${outputs[0]!.log} to`);
    const offsets = await publisher.publish(
      outputs.map((output) => toPublish(output, partition)),
      claim,
    );
    const last = outputs.findLast((output) => output.log === stage.output);
    if (last === undefined) return;
    published = markOf(last.position, hash(last.text), offsets.get(last.log)!);
    report({ kind: 'published', position: published.position });
  }

  /** Nearly always. Only who has to wait is waited for: there is no wait per record. */
  function isReady(record: InputRecord): boolean {
    return machine.needsBundle(record) === null && machine.plan(record).length === 0;
  }

  async function makeReady(record: InputRecord, isRunning: () => boolean): Promise<void> {
    for (let bundle = machine.needsBundle(record); bundle !== null; bundle = machine.needsBundle(record)) {
      const wanted = bundle;
      const waiting = (): void =>
        report({ kind: 'waiting', why: `bundle ${wanted} is not in the policies log yet` });
      const text = await bundles.get(wanted, () => isRunning() && failure === null, waiting);
      // Stopping or lost. What is stepped of this batch is neither published nor saved: it is dropped.
      if (text === null) throw new UnavailableError(`gave up waiting for bundle ${wanted}`);
      machine.addBundle(wanted, text);
    }
    for (let round = 0; round < PLAN_ROUNDS_MAX; round++) {
      const missing = machine.plan(record);
      if (missing.length === 0) return;
      await loadRows(missing);
    }
    // Then the step misses a row and says which: a bug like any other.
  }

  async function loadRows(keys: readonly string[]): Promise<void> {
    const found = await store.rows(claim, keys);
    machine.addRows(new Map(keys.map((key) => [key, found.get(key) ?? null])));
  }

  /** One set-based read for all that the batch is known to need. */
  async function prefetch(records: readonly InputRecord[]): Promise<void> {
    const keys = new Set<string>();
    for (const record of records) for (const key of machine.foresee(record)) keys.add(key);
    if (keys.size > 0) await loadRows([...keys]);
  }

  /** Decodes up to the first record that cannot be; that one halts the partition, after what stands before it. */
  function decodeAll(records: readonly LogRecord[]): { decoded: InputRecord[]; failed: HaltError | null } {
    const decoded: InputRecord[] = [];
    let last = position;
    for (const record of records) {
      try {
        const input = decodeInput(stage.input, partition, record, owned.quarantine);
        if (last !== null && comparePositions(input.position, last) <= 0) continue;
        checkContiguous(stage, last, input.position);
        last = input.position;
        decoded.push(input);
      } catch (error) {
        const at = error instanceof HaltError ? error.at : `${partition}/${record.offset}`;
        const why = error instanceof Error ? error.message : String(error);
        const failed = `cannot read ${stage.input}: ${why}`;
        return { decoded, failed: haltAt(at, failed, error, record.value.toString('utf8')) };
      }
    }
    return { decoded, failed: null };
  }

  async function process(taken: Taken, isRunning: () => boolean): Promise<void> {
    if (failure !== null) throw failure as Error;
    const startedAt = clock.now();
    const { decoded, failed } = decodeAll(taken.records);
    await prefetch(decoded);
    const pending: Pending = { since: startedAt, outputs: [], bytes: 0, records: 0 };
    let outputs = 0;
    let halt = failed;
    for (const record of decoded) {
      if (!isReady(record)) await makeReady(record, isRunning);
      const stepped = tryStep(record);
      if (stepped instanceof HaltError) {
        halt = stepped;
        break;
      }
      for (const output of stepped) {
        pending.outputs.push(output);
        pending.bytes += output.text.length;
      }
      trace?.stepped(record, stepped);
      outputs += stepped.length;
      pending.records += 1;
      if (pending.bytes >= limits.publishBytesMax) await publish(pending);
    }
    await publish(pending);
    if (halt !== null) throw halt;
    position = machine.position();
    inputOffset = taken.nextOffset;
    checkNothingLost(taken);
    considerSnapshot();
    machine.evict(limits.rowsLoadedMax);
    const lag = taken.endOffset - taken.nextOffset;
    report({
      kind: 'batch',
      records: decoded.length,
      outputs,
      ms: clock.now() - startedAt,
      lag,
      nowMs: machine.gauges()['nowMs']!,
    });
  }

  function tryStep(record: InputRecord): readonly OutputRecord[] | HaltError {
    try {
      return machine.step(record);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return haltAt(formatPosition(record.position), `step failed: ${why}`, error, record.text);
    }
  }

  /** Only a record of activity can be passed over; what another stage wrote is mended by mending that stage. */
  function haltAt(at: string, why: string, cause: unknown, text: string): HaltError {
    const isOfRecord = stage.input === 'activity' && !(cause instanceof HaltError);
    return new HaltError(at, why, { cause }, isOfRecord ? hash(text) : null);
  }

  /** All input as of take-over was re-executed, and yet something published was not met: input has lost records. */
  function checkNothingLost(taken: Taken): void {
    if (tail.isDone() || taken.nextOffset < owned.inputEnd) return;
    const at = formatPosition(tail.end!.position);
    throw new HaltError(
      at,
      `${stage.output} holds ${at}, which ${stage.input} does not lead to: records were lost`,
    );
  }

  /** Not before everything published was met again: until then the snapshot that stands is the better one. */
  function canSnapshot(): boolean {
    return position !== null && tail.isDone();
  }

  function considerSnapshot(isLast = false): void {
    if (position === null || !canSnapshot()) return;
    const { engine } = machine;
    const facts = { ...machine.gauges(), bundle: machine.liveBundle() };
    const snapshotMark: SnapshotMark = {
      position: formatPosition(position),
      inputOffset,
      published,
      format: stage.format,
      engine,
      facts,
    };
    snapshots.consider(snapshotMark, isLast);
  }

  return {
    nextOffset: () => inputOffset,
    process,
    considerSnapshot() {
      if (failure !== null) throw failure as Error;
      considerSnapshot();
    },
    // A snapshot that is due and may not be taken yet is nothing to wake up for: that would be a busy loop.
    idleMs: () => (canSnapshot() ? snapshots.dueInMs() : null),
    async holdWhileOverdue(isRunning) {
      while (isRunning() && failure === null && snapshots.isOverdue()) await clock.sleep(OVERDUE_POLL_MS);
    },
    async finish() {
      await snapshots.settled();
      considerSnapshot(true);
      await snapshots.settled();
    },
    abandon: () => snapshots.abandon(),
  };
}

/** What is written without transactions has offsets without holes, so a hole is a lost record. */
function checkContiguous(stage: StageDefinition, last: Position | null, position: Position): void {
  if (!hasSeveralWriters(stage.input)) return;
  const expected = last === null ? 0 : last[1]! + 1;
  if (position[1] === expected) return;
  const at = formatPosition(position);
  throw new HaltError(at, `expected offset ${expected}, the log goes on at ${at}: records were lost`);
}

function markOf(position: Position, valueHash: string, offsetHint: number): PublishedMark {
  return { position: formatPosition(position), hash: valueHash, offsetHint };
}

function toPublish({ log, key, text }: OutputRecord, partition: number): Published {
  return { log, partition, key, value: Buffer.from(text) };
}
