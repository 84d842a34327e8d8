import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkExport } from '#tools/checker/check-export';
import { alterExport, withData, type Alteration, type ExportLine } from './alter-export.ts';
import type { MerchantState } from './merchant-state.ts';
import { openPlanting, rulesOf, textOf, type Planting } from './planted-errors.ts';

let planting: Planting;

beforeAll(async () => {
  planting = await openPlanting();
}, 60_000);

afterAll(() => planting.close());

test('nothing is found where nothing was planted', async () => {
  const result = await planting.checkStates(planting.states);
  expect(result.findings).toEqual([]);
  expect(result.found).toBe(0);
  expect(result.summary).toMatchObject({ partitions: 2, merchantsCompared: planting.states.length });
  expect(result.summary.decisions).toBeGreaterThan(50);
  expect(result.summary.duplicates).toBeGreaterThan(10);
  expect(result.summary.refused).toBeGreaterThan(3);
});

test('a byte of a file shows in its segment', async () => {
  const copy = alterExport(planting.honest, join(planting.folder, 'byte'), 'capability', 0, (lines) => lines);
  const path = join(copy, 'capability/0/000000.ndjson');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"tier\\":null', '"tier\\":true'));
  expect(rulesOf(await checkExport(copy, null))).toContain('manifest');
});

describe('in activity', () => {
  const paid = (lines: readonly ExportLine[]): number =>
    lines.findIndex(({ value }) => value.includes('order.paid'));

  test('a changed byte shows at the next tick, and in the facts', async () => {
    const result = await planting.planted('activity', (lines) => {
      const at = paid(lines);
      const value = lines[at]!.value.replace(/"amountMinor":(\d)/, '"amountMinor":9$1');
      return lines.with(at, { ...lines[at]!, value });
    });
    expect(rulesOf(result)).toEqual(expect.arrayContaining(['activity-hash', 'facts']));
  });

  test('a lost record shows', async () => {
    const result = await planting.planted('activity', (lines) => lines.toSpliced(paid(lines), 1));
    expect(rulesOf(result)).toEqual(expect.arrayContaining(['position', 'activity-hash', 'facts']));
  });

  test('a record of a merchant who lives elsewhere shows', async () => {
    const elsewhere = planting.states.find(({ partition }) => partition === 1)!.merchantId;
    const result = await planting.planted('activity', (lines) => {
      const at = paid(lines);
      const value = lines[at]!.value.replace(/"subject":"[^"]+"/, `"subject":"${elsewhere}"`);
      return lines.with(at, { ...lines[at]!, key: elsewhere, value });
    });
    expect(result.findings.map(({ what }) => what)).toContain(`${elsewhere} lives in partition 1`);
  });
});

describe('in what else stages wrote', () => {
  test('a capability record out of its place shows', async () => {
    const result = await planting.planted('capability', (lines) =>
      lines.with(30, lines[31]!).with(31, lines[30]!),
    );
    expect(rulesOf(result)).toContain('position');
  });

  test('a tick that was not forwarded shows', async () => {
    const result = await planting.planted('capability', (lines) => {
      const at = lines.findIndex(({ value }) => value.includes('activityHash'));
      return lines.toSpliced(at, 1);
    });
    expect(textOf(result)).toContain('was not forwarded');
  });

  test.each<[string, Alteration, string]>([
    ['missing', (lines) => lines.toSpliced(0, 1), 'has no dead letter'],
    [
      'for another reason',
      (lines) =>
        lines.with(
          0,
          withData(lines[0]!, (data) => ({ ...data, reason: 'conflict' })),
        ),
      'the rules say too-late',
    ],
    [
      'with a gap in its sequence',
      (lines) =>
        lines.with(
          -1,
          withData(lines.at(-1)!, (data) => ({ ...data, sequence: 99 })),
        ),
      'should come here',
    ],
  ])('a dead letter %s shows', async (_what, alter, wanted) => {
    const result = await planting.planted('dead-letters', alter);
    expect(rulesOf(result)).toContain('dead-letter');
    expect(textOf(result)).toContain(wanted);
  });

  test('a dead letter for an event that counts shows', async () => {
    const result = await planting.planted('dead-letters', (lines) => [
      { ...withData(lines[0]!, (data) => ({ ...data, position: '0/40' })), position: '0/40' },
      ...lines,
    ]);
    expect(rulesOf(result)).toContain('dead-letter');
  });

  test.each<[string, Alteration, string]>([
    [
      'says another size',
      (lines) =>
        lines.with(
          0,
          withData(lines[0]!, (data) => ({ ...data, size: 1 })),
        ),
      'its last decision says',
    ],
    ['is missing', (lines) => lines.toSpliced(0, 1), 'is missing'],
    ['stands twice', (lines) => [...lines, lines[0]!], 'stands twice'],
  ])('a grant that %s shows', async (_what, alter, wanted) => {
    const result = await planting.planted('grants', alter);
    expect(rulesOf(result)).toEqual(['grant']);
    expect(textOf(result)).toContain(wanted);
  });
});

describe('in facts', () => {
  const withPaid = (): MerchantState =>
    planting.states.find(({ days }) => days.some(({ facts }) => (facts['ordersPaid'] ?? 0) > 0))!;

  test('an event counted twice shows, with merchant, fact and day', async () => {
    const state = withPaid();
    const at = state.days.findIndex(({ facts }) => (facts['ordersPaid'] ?? 0) > 0);
    const { day, facts } = state.days[at]!;
    const twice = { ...facts, ordersPaid: facts['ordersPaid']! + 1 };
    const changed = { ...state, days: state.days.with(at, { day, facts: twice }) };
    const result = await planting.checkStates(planting.states.with(planting.states.indexOf(state), changed));
    expect(result.findings).toEqual([
      {
        rule: 'facts',
        where: state.merchantId,
        what: `ordersPaid on ${day} is ${facts['ordersPaid']}, the state says ${facts['ordersPaid']! + 1}`,
      },
    ]);
  });

  test('a merchant without a state, and a state without a merchant, show', async () => {
    const [first, ...others] = planting.states;
    const result = await planting.checkStates([...others, { ...first!, merchantId: 'nobody' }]);
    expect(result.findings.map(({ what }) => what).sort()).toEqual([
      'has a state and no event that counts',
      'has events that count and no state',
    ]);
  });

  test('an order that is no longer open shows', async () => {
    const state = planting.states.find(({ openOrders }) => openOrders > 0)!;
    const changed = { ...state, openOrders: state.openOrders - 1 };
    const result = await planting.checkStates(planting.states.with(planting.states.indexOf(state), changed));
    expect(rulesOf(result)).toEqual(['facts']);
  });

  test('a state of another moment shows', async () => {
    const result = await planting.checkStates(planting.states.map((state) => ({ ...state, asOf: '0/1' })));
    expect(result.found).toBe(planting.states.length);
  });
});
