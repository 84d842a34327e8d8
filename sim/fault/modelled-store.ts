import { byCodeUnit } from '#domain/canonical';
import type { Frozen, FrozenChunk, FrozenRow } from '#domain/stage/stage';
import {
  LostOwnershipError,
  StoreUnavailableError,
  type Claim,
  type Head,
  type SnapshotMark,
  type SnapshotStore,
} from '#store/snapshot-store';
import { NO_AUDIT, type Audit } from './audit.ts';
import type { Actor, Turns } from './world.ts';

interface ModelledHead {
  takeover: number;
  owner: string | null;
  snapshot: Head['snapshot'];
  savedAt: number | null;
  /** Changes with every change of what is kept. */
  version: number;
  rows: Map<string, FrozenRow>;
  chunks: FrozenChunk[];
}

/** What the database keeps. Shared by all processes. */
export type Tables = Map<string, ModelledHead>;

/** How often the database is away. */
const AWAY_SHARE = 0.004;
/** How often something happened although its answer was lost. */
const LOST_ANSWER_SHARE = 0.01;

export function isValid(tables: Tables, claim: Claim): boolean {
  const head = tables.get(`${claim.stage}/${claim.partition}`);
  return head !== undefined && head.owner === claim.owner && head.takeover === claim.takeover;
}

function newHead(): ModelledHead {
  return {
    takeover: 0,
    owner: null,
    snapshot: null,
    savedAt: null,
    version: 0,
    rows: new Map(),
    chunks: [],
  };
}

/** The snapshot is gone, and whoever relied on its rows has lost the partition with it. */
export function loseSnapshot(tables: Tables, key: string): boolean {
  const head = tables.get(key);
  if (head === undefined || head.snapshot === null) return false;
  head.takeover += 1;
  head.owner = null;
  forget(head);
  return true;
}

function forget(head: ModelledHead): void {
  head.snapshot = null;
  head.savedAt = null;
  head.rows = new Map();
  head.chunks = [];
  head.version += 1;
}

function keep(head: ModelledHead, mark: SnapshotMark, frozen: Frozen): void {
  head.snapshot = { mark, root: frozen.root };
  head.savedAt = Date.now();
  head.version += 1;
  for (const row of frozen.rows) head.rows.set(row.key, row);
  const isKept = (chunk: FrozenChunk): boolean =>
    !frozen.droppedHours.includes(chunk.hour) &&
    !frozen.chunks.some((added) => added.hour === chunk.hour && added.sequence === chunk.sequence);
  head.chunks = [...head.chunks.filter(isKept), ...frozen.chunks];
}

/** The snapshot store as one process sees it. It passes the same contract suite as the real one. */
export function createModelledStore(
  tables: Tables,
  turns: Turns,
  actor: Actor,
  audit: Audit = NO_AUDIT,
): SnapshotStore {
  const headOf = (stage: string, partition: number): ModelledHead => {
    const key = `${stage}/${partition}`;
    const head = tables.get(key) ?? newHead();
    tables.set(key, head);
    return head;
  };
  const checked = (claim: Claim): ModelledHead => {
    if (!isValid(tables, claim))
      throw new LostOwnershipError(`${claim.stage} ${claim.partition} is not ours`);
    return headOf(claim.stage, claim.partition);
  };

  function ask<T>(name: string, effect: () => T): Promise<T> {
    return turns.turn(actor, name, () => {
      if (turns.chance.of(AWAY_SHARE)) {
        turns.met('store-away');
        throw new StoreUnavailableError('the database is away');
      }
      const answer = effect();
      if (turns.chance.of(LOST_ANSWER_SHARE)) {
        turns.met(`${name}-answer-lost`);
        throw new StoreUnavailableError(`the answer to ${name} was lost`);
      }
      return answer;
    });
  }

  return {
    head: (stage, partition) =>
      ask('head', () => {
        const { takeover, owner, snapshot } = headOf(stage, partition);
        return { takeover, owner, snapshot };
      }),
    claim: (claim) =>
      ask('claim', () => {
        const head = headOf(claim.stage, claim.partition);
        if (head.takeover !== claim.takeover - 1) {
          turns.met('claim-refused');
          return false;
        }
        head.takeover = claim.takeover;
        head.owner = claim.owner;
        audit.claimed(claim, head.version);
        return true;
      }),
    async *index(claim) {
      yield await ask('index', () => {
        const rows = [...checked(claim).rows.values()];
        return rows
          .map(({ key, due, held, waiting }) => ({ key, due, held, waiting }))
          .sort((a, b) => byCodeUnit(a.key, b.key));
      });
    },
    async *chunks(claim) {
      yield await ask('chunks', () =>
        [...checked(claim).chunks].sort((a, b) => a.hour - b.hour || a.sequence - b.sequence),
      );
    },
    rows: (claim, keys) =>
      ask('rows', () => {
        const { rows, version } = checked(claim);
        if (keys.length > 0) audit.rowsRead(claim, version);
        turns.met('lazy-load');
        return new Map(keys.flatMap((key) => (rows.has(key) ? [[key, rows.get(key)!.body]] : [])));
      }),
    save: (claim, mark, frozen) =>
      ask('save', () => {
        const head = checked(claim);
        keep(head, mark, frozen);
        audit.changed(claim, head.version);
        turns.met('snapshot');
      }),
    discard: (claim) =>
      ask('discard', () => {
        const head = checked(claim);
        forget(head);
        audit.changed(claim, head.version);
      }),
    heads: () =>
      ask('heads', () =>
        [...tables].map(([key, { takeover, owner, snapshot, savedAt }]) => {
          const [stage, partition] = key.split('/') as [string, string];
          return { stage, partition: Number(partition), takeover, owner, snapshot, savedAt };
        }),
      ),
  };
}
