import { describeOnBoth, type TestDatabase } from '../testing/test-database.ts';
import { findDecision, findDecisions, findStanding, readChain } from './find-decisions.ts';
import { findDeadLetters } from './find-dead-letters.ts';
import { findGrants } from './find-grants.ts';
import { findMerchant, findMerchants } from './find-merchants.ts';
import { advanceProgress, clearReadSide, LostProgressError, readProgress, type Advance } from './progress.ts';
import {
  insertDeadLetters,
  insertDecisions,
  upsertGrants,
  upsertMerchants,
  type DecisionRow,
  type GrantRow,
} from './project.ts';

describeOnBoth('the tables of the read side', (open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => clearReadSide(opened.database));

  test('positions sort part by part, not as text, and a cause before what it produced', async () => {
    const positions = ['0/9/0/0', '0/10', '0/10/0', '0/10/0/2', '0/10/0/10', '1/2/0/0'];
    await insertDecisions(
      opened.database,
      positions.toReversed().map((position) => decision({ position })),
    );

    const found = await findDecisions(opened.database, {}, null, 10);

    expect(found.map((row) => row.position)).toEqual(positions.toReversed());
  });

  test('pages of decisions, newest first, join without a gap or an overlap at equal log times', async () => {
    const all = Array.from({ length: 23 }, (_, i) =>
      decision({ position: `0/${i}/0/0`, atMs: Math.floor(i / 5) }),
    );
    await insertDecisions(opened.database, all);

    const seen: string[] = [];
    let after: DecisionRow | null = null;
    for (;;) {
      const page = await findDecisions(opened.database, {}, after, 4);
      if (page.length === 0) break;
      seen.push(...page.map((row) => row.position));
      after = page.at(-1)!;
    }

    expect(seen).toEqual(all.map((row) => row.position).toReversed());
  });

  test('a decision keeps its exact text and is not written twice', async () => {
    const original = decision({ position: '0/7/0/0', record: '{"数":"\\u0000 é"}' });
    await insertDecisions(opened.database, [original]);
    await insertDecisions(opened.database, [{ ...original, record: 'another text' }]);

    expect(await findDecision(opened.database, '0/7/0/0')).toEqual(original);
    expect(await findDecision(opened.database, '0/7/0')).toBeNull();
  });

  test('filters combine', async () => {
    await insertDecisions(opened.database, [
      decision({ position: '0/1/0/0', merchant: 'a', programme: 'p', outcome: 'issue' }),
      decision({ position: '0/2/0/0', merchant: 'a', programme: 'p', outcome: 'withhold' }),
      decision({ position: '0/3/0/0', merchant: 'b', programme: 'p', outcome: 'issue' }),
      decision({ position: '0/4/0/0', merchant: 'a', programme: 'q', outcome: 'issue' }),
    ]);

    const found = await findDecisions(
      opened.database,
      { merchant: 'a', programme: 'p', outcome: 'issue' },
      { atMs: 1_000, position: '0/9/0/0' },
      10,
    );

    expect(found.map((row) => row.position)).toEqual(['0/1/0/0']);
  });

  test('the standing decision of a programme is its newest one', async () => {
    await insertDecisions(opened.database, [
      decision({ position: '0/9/0/0', atMs: 5, outcome: 'issue' }),
      decision({ position: '0/10/0/0', atMs: 5, outcome: 'revoke' }),
      decision({ position: '0/2/0/0', atMs: 1, programme: 'other', outcome: 'withhold' }),
    ]);

    const standing = await findStanding(opened.database, 'm-1');

    expect(standing.map((row) => [row.programme, row.outcome])).toEqual([
      ['growth', 'revoke'],
      ['other', 'withhold'],
    ]);
  });

  test('a stretch of the chain is open below, closed above and in order of sequence', async () => {
    await insertDecisions(
      opened.database,
      [4, 2, 3, 1, 5].map((sequence) => decision({ position: `0/${sequence}/0/0`, sequence })),
    );

    const rows = await readChain(opened.database, 0, 1, 4, {}, 10);

    expect(rows.map((row) => row.sequence)).toEqual([2, 3, 4]);
  });

  test('a grant keeps its newest record, also when an older one arrives later or in the same batch', async () => {
    await upsertGrants(opened.database, [grant('0/10/0/0', 'active'), grant('0/11/0/0', 'shrunk')]);
    await upsertGrants(opened.database, [grant('0/9/0/0', 'expired')]);

    const found = await findGrants(opened.database, { merchant: 'm-1' }, null, 10);

    expect(found.map((row) => [row.position, row.status])).toEqual([['0/11/0/0', 'shrunk']]);
    expect(await findGrants(opened.database, { statuses: ['active'] }, null, 10)).toEqual([]);
  });

  test('merchants are listed in byte order, by tier and without one', async () => {
    const rows = ['b', 'B', 'a', '_'].map((merchant, i) => ({
      merchant,
      partition: 0,
      position: `0/${i}/0`,
      tier: merchant === 'a' ? null : 'silver',
      record: '{}',
    }));
    await upsertMerchants(opened.database, rows);

    expect((await findMerchants(opened.database, undefined, null, 10)).map((row) => row.merchant)).toEqual([
      'B',
      '_',
      'a',
      'b',
    ]);
    expect((await findMerchants(opened.database, 'silver', 'B', 10)).map((row) => row.merchant)).toEqual([
      '_',
      'b',
    ]);
    expect((await findMerchants(opened.database, null, null, 10)).map((row) => row.merchant)).toEqual(['a']);
    expect((await findMerchant(opened.database, 'a'))?.tier).toBeNull();
    expect(await findMerchant(opened.database, 'c')).toBeNull();
  });

  test('dead letters come newest first and by reason', async () => {
    const letter = (sequence: number, reason: string): Parameters<typeof insertDeadLetters>[1][number] => ({
      partition: 0,
      writer: 'scoring/0',
      sequence,
      position: `0/${sequence}`,
      merchant: null,
      reason,
      atMs: sequence,
      record: '{}',
    });
    await insertDeadLetters(opened.database, [
      letter(1, 'too-late'),
      letter(2, 'conflict'),
      letter(3, 'too-late'),
    ]);
    await insertDeadLetters(opened.database, [letter(2, 'too-late')]);

    const late = await findDeadLetters(opened.database, 'too-late', null, 10);

    expect(late.map((row) => row.sequence)).toEqual([3, 1]);
    expect(
      (await findDeadLetters(opened.database, undefined, late[0]!, 1)).map((row) => row.sequence),
    ).toEqual([2]);
  });

  test('progress moves only from where the reader left it, all partitions or none', async () => {
    await move([advance(0, 0, 5), advance(1, 0, 7)]);
    await expect(move([advance(0, 5, 9), advance(1, 6, 9)])).rejects.toThrow(LostProgressError);
    await move([advance(0, 5, 6)]);

    expect((await readProgress(opened.database, 'decisions')).map((each) => each.nextOffset)).toEqual([6, 7]);
  });

  test('a reader whose tables were emptied meanwhile may not go on in the middle of the log', async () => {
    await move([advance(0, 0, 5)]);
    await clearReadSide(opened.database);

    await expect(move([advance(0, 5, 9)])).rejects.toThrow(LostProgressError);
    expect(await readProgress(opened.database)).toEqual([]);
  });

  function move(advances: readonly Advance[]): Promise<void> {
    return opened.database.transaction((sql) => advanceProgress(sql, advances));
  }
});

function advance(partition: number, expectedOffset: number, nextOffset: number): Advance {
  const position = `${partition}/${nextOffset}/0`;
  return { projection: 'decisions', partition, expectedOffset, nextOffset, position, marks: '{}' };
}

function decision(some: Partial<DecisionRow>): DecisionRow {
  return {
    position: '0/1/0/0',
    partition: 0,
    sequence: 1,
    merchant: 'm-1',
    programme: 'growth',
    outcome: 'issue',
    atMs: 0,
    hash: 'h',
    previousHash: 'g',
    grantId: null,
    record: '{}',
    ...some,
  };
}

const TERMS = { programme: 'growth', kind: 'traffic', account: 'traffic@2026-11-01' };

function grant(position: string, status: string): GrantRow {
  return {
    grantId: 'g-1',
    partition: 0,
    position,
    merchant: 'm-1',
    ...TERMS,
    status,
    record: `{"at":"${position}"}`,
  };
}
