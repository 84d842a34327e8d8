import { formatPosition, parsePosition } from '#domain/stage/position';
import type {
  FrozenChunk,
  Hash,
  PartitionMachine,
  Restored,
  RowIndexEntry,
  StageDefinition,
} from '#domain/stage/stage';
import { LostOwnershipError, type Head, type SnapshotMark, type SnapshotStore } from '#store/snapshot-store';
import type { Claim, Logs, Publisher } from '#stream/log';
import type { Quarantine } from './decode-input.ts';
import { createPublishedTail, findPublishedEnd, holds, type PublishedTail } from './published-tail.ts';
import { HaltError, type StageReport } from './report.ts';

// How a partition changes hands.
//
//   0  Read the head's take-over number t.
//   1  Begin a transaction with the partition's transactional id on a new producer: from here on an earlier owner can
//      publish nothing more. (Where the claim is checked at publish time, step 2 does this.)
//   2  Set owner = me, takeover = t + 1 where takeover = t. No row: somebody else was here since 0; start again at 0.
//      From here on an earlier owner can neither save a snapshot nor load a row.
//   3  Find the published position: read the stage's own log from the head's hint to its end. Not before 1 and 2,
//      or an earlier owner could still add to it.
//   4  Load the snapshot, read again after 2, because an earlier owner may have saved one between 0 and 2; if the head
//      names somebody else by then, the partition is theirs. If the log
//      lacks what the snapshot says was published, the snapshot is ignored and the stage runs again from genesis. If
//      snapshot or outputs lie beyond the end of the input, the input has lost records and the partition pauses.
//   5  Run. Until the published position is passed, outputs are compared with the log and not published.
//
// Treasury and census have no log of their own: nobody to fence in 1, nothing to find in 3 and to compare in 5. All
// that they say is numbered and goes to logs with several writers (several-writers.ts), and they say it again from
// their snapshot on. Two owners at once do no harm to those. What was followed can save nothing after 2; it can only go
// on to send. But both step the same records of a log that never changes, from states that this same log led to, so
// that a number carries the same bytes whoever sends it. And a snapshot covers only what was acknowledged, so that
// either of them goes on at a number at or below the receiver's next one and leaves none out: whatever their records
// mix to, the receiver finds each number once in its turn and drops the rest.

export interface TakeOverPorts {
  readonly logs: Logs;
  readonly store: SnapshotStore;
  readonly hash: Hash;
}

/** A partition in our hands. */
export interface Owned {
  readonly claim: Claim;
  /** Null: the stage has no log of its own. */
  readonly publisher: Publisher | null;
  readonly machine: PartitionMachine;
  readonly tail: PublishedTail;
  readonly quarantine: Quarantine;
  /** The snapshot it was loaded from; null: genesis. */
  readonly mark: SnapshotMark | null;
  /** Where the input log ended at take-over. */
  readonly inputEnd: number;
}

export async function takeOver(
  { logs, store, hash }: TakeOverPorts,
  stage: StageDefinition,
  partition: number,
  owner: string,
  report: (report: StageReport) => void,
): Promise<Owned> {
  for (;;) {
    const { takeover } = await store.head(stage.name, partition);
    const publisher = stage.output === null ? null : await logs.publisher(`${stage.name}-${partition}`);
    const claim = { stage: stage.name, partition, owner, takeover: takeover + 1 };
    try {
      if (await store.claim(claim)) return await load({ logs, store, hash }, stage, claim, publisher, report);
    } catch (error) {
      await publisher?.close();
      throw error;
    }
    await publisher?.close();
  }
}

async function load(
  { logs, store, hash }: TakeOverPorts,
  stage: StageDefinition,
  claim: Claim,
  publisher: Publisher | null,
  report: (report: StageReport) => void,
): Promise<Owned> {
  const { partition } = claim;
  const head = await store.head(stage.name, partition);
  if (head.takeover !== claim.takeover || head.owner !== claim.owner) {
    throw new LostOwnershipError(`${stage.name} ${partition}: ${head.owner ?? 'nobody'} took over meanwhile`);
  }
  const snapshot = await usable({ logs, store, hash }, stage, claim, head, report);
  const mark = snapshot?.mark ?? null;
  const hint = mark?.published?.offsetHint ?? 0;
  const end = await findPublishedEnd(logs, stage.output, partition, hint, hash);
  // Asked after the outputs were read: whatever they are of was in the input before.
  const inputEnd = (await logs.endOffsets(stage.input))[partition] ?? 0;
  if (mark !== null && mark.inputOffset > inputEnd) {
    throw new HaltError(
      mark.position,
      `the snapshot reads on at offset ${mark.inputOffset}, ${stage.input} ends at ${inputEnd}: records were lost`,
    );
  }
  const lastOffset = end?.position[1] ?? -1;
  if (stage.input === 'activity' && lastOffset >= inputEnd) {
    throw new HaltError(
      formatPosition(end!.position),
      `${stage.output} holds an output of offset ${lastOffset}, activity ends at ${inputEnd}: records were lost`,
    );
  }
  const restored = snapshot === null ? null : await restore(store, claim, snapshot.root);
  const covered = mark === null ? null : parsePosition(mark.position);
  report({
    kind: 'taken-over',
    takeover: claim.takeover,
    from: mark?.position ?? null,
    published: end === null ? null : formatPosition(end.position),
  });
  return {
    claim,
    publisher,
    machine: stage.open(partition, restored, hash),
    tail: createPublishedTail(logs, stage.output, partition, hint, covered, end),
    // What is quarantined is records of activity, and only its own reader asks: partitions of treasury and census are
    // others.
    quarantine: stage.input === 'activity' ? await readQuarantine(logs, stage.name, partition) : new Map(),
    mark,
    inputEnd,
  };
}

/** The head's snapshot, unless it must be ignored: a cache that is in doubt is dropped. */
async function usable(
  { logs, store, hash }: TakeOverPorts,
  stage: StageDefinition,
  claim: Claim,
  head: Head,
  report: (report: StageReport) => void,
): Promise<Head['snapshot']> {
  const { snapshot } = head;
  if (snapshot === null) return null;
  const { published, format } = snapshot.mark;
  const isHeld =
    published === null ||
    stage.output === null ||
    (await holds(
      logs,
      stage.output,
      claim.partition,
      published.offsetHint,
      published.position,
      published.hash,
      hash,
    ));
  if (format === stage.format && isHeld) return snapshot;
  const why = isHeld
    ? `it has format ${format}, this is ${stage.format}`
    : `${stage.output} lacks ${published!.position}, which it says was published`;
  report({ kind: 'snapshot-ignored', why });
  await store.discard(claim);
  return null;
}

async function restore(store: SnapshotStore, claim: Claim, root: string): Promise<Restored> {
  const index: RowIndexEntry[] = [];
  for await (const page of store.index(claim)) for (const entry of page) index.push(entry);
  const chunks: FrozenChunk[] = [];
  for await (const page of store.chunks(claim)) for (const chunk of page) chunks.push(chunk);
  return { root, index, chunks };
}

/** Read at every take-over and every replay before anything is stepped. */
export async function readQuarantine(logs: Logs, stage: string, partition: number): Promise<Quarantine> {
  const quarantine = new Map<string, string>();
  for await (const batch of logs.read('quarantine', partition, 0)) {
    for (const record of batch.records) {
      const { data } = JSON.parse(record.value.toString('utf8')) as {
        data: { stage: string; position: string; reason: string };
      };
      if (data.stage === stage) quarantine.set(data.position, data.reason);
    }
  }
  return quarantine;
}
