import { encodeGenesis, makeGenesis } from '#contracts/genesis';
import { parsePosition } from '#domain/stage/position';
import type { QuarantineDesk, QuarantineRequest } from '#store/quarantine-desk';
import type { SnapshotMark } from '#store/snapshot-store';
import type { Published } from '#stream/log';
import { approvedFor, enterQuarantine } from './quarantine.ts';
import { HaltError, type StageReport } from './report.ts';
import type { Owned } from './take-over.ts';
import { listedLogs } from './testing/listed-logs.ts';

const GENESIS = makeGenesis({ logId: 'spec', partitions: 1, zone: 'UTC', nowMs: 0, engine: 1 });
const HASH = 'a'.repeat(64);
const REQUEST: QuarantineRequest = {
  partition: 0,
  offset: 7,
  recordHash: HASH,
  reason: 'written by hand',
  requestedBy: 'lin',
  requestedAtMs: 1_000,
  approvedBy: 'wang',
  approvedAtMs: 2_000,
};

interface Standing {
  /** Position that the snapshot covers. */
  readonly covered?: string;
  /** Position of the last output. */
  readonly published?: string;
  readonly entries?: readonly (readonly [position: string, reason: string])[];
}

/** A partition that was taken over where this stands, and what entering the request makes of it. */
function taken({ covered, published, entries = [] }: Standing) {
  const written: Published[] = [];
  const reports: StageReport[] = [];
  const listed = listedLogs();
  listed.append('activity', 0, encodeGenesis(GENESIS).toString('utf8'));
  const logs = { ...listed.logs, partitions: () => Promise.resolve(1) };
  const owned = {
    claim: { stage: 'scoring', partition: 0, owner: 'spec', takeover: 2 },
    publisher: {
      publish: (outputs: readonly Published[]) => {
        written.push(...outputs);
        return Promise.resolve(new Map());
      },
    },
    quarantine: new Map(entries),
    mark: covered === undefined ? null : ({ position: covered } as SnapshotMark),
    tail: {
      end: published === undefined ? null : { position: parsePosition(published), hash: HASH, offset: 0 },
    },
  } as unknown as Owned;
  const enter = (): Promise<Owned> =>
    enterQuarantine({ logs }, owned, REQUEST, (report) => void reports.push(report));
  return { owned, enter, written, reports };
}

test.each<[string, Standing]>([
  ['from genesis', {}],
  ['with snapshot and outputs of the records before', { covered: '0/6', published: '0/6/2' }],
])('writes the entry and knows of it, %s', async (_, standing) => {
  const { enter, written, reports } = taken(standing);
  const { quarantine } = await enter();
  expect([...quarantine]).toEqual([['0/7', 'written by hand']]);
  expect(written).toMatchObject([{ log: 'quarantine', partition: 0, key: null }]);
  expect(JSON.parse(written[0]!.value.toString('utf8'))).toMatchObject({
    time: '1970-01-01T00:00:02.000Z',
    data: { stage: 'scoring', position: '0/7', recordHash: HASH, requestedBy: 'lin', approvedBy: 'wang' },
  });
  expect(reports).toEqual([{ kind: 'quarantined', at: '0/7', reason: 'written by hand' }]);
});

test.each<[string, Standing]>([
  ['the log has it already', { entries: [['0/7', 'written by hand']] }],
  ['a snapshot covers the record', { covered: '0/7', published: '0/7/0' }],
  ['a snapshot covers more than the record', { covered: '0/12' }],
])('writes no second or false entry and goes on where %s', async (_, standing) => {
  const { owned, enter, written, reports } = taken(standing);
  expect(await enter()).toBe(owned);
  expect([written, reports]).toEqual([[], []]);
});

test.each<[string, Standing]>([
  ['of the record', { covered: '0/6', published: '0/7/0' }],
  ['of a later record', { published: '0/9/1' }],
])(
  'writes no entry where outputs %s stand and halts for good, because this code cannot step it',
  async (_, standing) => {
    const { enter, written, reports } = taken(standing);
    const error = await enter().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HaltError);
    // Without the record's hash nobody looks for a request again.
    expect(error).toMatchObject({ at: '0/7', recordHash: null });
    expect((error as Error).message).toContain(`outputs up to ${standing.published} are published`);
    expect([written, reports]).toEqual([[], []]);
  },
);

describe('a request', () => {
  const desk = (found: QuarantineRequest | null): QuarantineDesk =>
    ({ find: () => Promise.resolve(found) }) as Partial<QuarantineDesk> as QuarantineDesk;
  const halt = (recordHash: string | null): HaltError => new HaltError('0/7', 'halted', {}, recordHash);

  test.each<[string, QuarantineRequest | null, string | null, boolean]>([
    ['counts where two people made it about this very record', REQUEST, HASH, true],
    ['does not count while one person stands for it', { ...REQUEST, approvedBy: null }, HASH, false],
    ['does not count where the record is another one', REQUEST, 'b'.repeat(64), false],
    ['does not count where no single record halted the partition', REQUEST, null, false],
    ['that is not there does not count', null, HASH, false],
  ])('%s', async (_, found, recordHash, counts) => {
    expect(await approvedFor(desk(found), halt(recordHash))).toBe(counts ? REQUEST : null);
  });
});
