import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkExport } from '#tools/checker/check-export';
import { alterExport, rechain } from './alter-export.ts';
import { changedAt, contentOf, openPlanting, placeOf, rulesOf, textOf } from './planted-errors.ts';
import type { Planting } from './planted-errors.ts';

let planting: Planting;

beforeAll(async () => {
  planting = await openPlanting();
}, 60_000);

afterAll(() => planting.close());

describe('in decisions', () => {
  test('a changed byte breaks the chain', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const value = lines[7]!.value.replace(/"tier":(null|"\w+")/, '"tier":"leading"');
      expect(value).not.toBe(lines[7]!.value);
      return lines.with(7, { ...lines[7]!, value });
    });
    expect(rulesOf(result)).toEqual(['chain']);
    expect(result.findings[0]!.where).toContain('decisions 0/');
  });

  test('a dropped one breaks the chain', async () => {
    const result = await planting.planted('decisions', (lines) => lines.toSpliced(9, 1));
    expect(textOf(result)).toContain('10 should come here');
  });

  test('a dropped last one shows against the head that was published before', async () => {
    const copy = alterExport(planting.honest, join(planting.folder, 'cut'), 'decisions', 0, (lines) =>
      lines.slice(0, -1),
    );
    const path = join(copy, 'manifest.json');
    const heads = (text: string): object => ({
      chainHeads: (JSON.parse(text) as { chainHeads: object }).chainHeads,
    });
    const before = heads(readFileSync(join(planting.honest, 'manifest.json'), 'utf8'));
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...before }));
    expect(rulesOf(await checkExport(copy, null))).toContain('chain');
  });

  test('two that changed places are out of order, even with their chain made right', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const [a, b] = [lines[4]!, lines[5]!];
      return rechain(lines.with(4, b).with(5, a));
    });
    expect(rulesOf(result)).toContain('position');
    expect(rulesOf(result)).not.toContain('chain');
  });

  test('one that names another cause does not match its activity record', async () => {
    const result = await planting.planted('decisions', (lines) =>
      changedAt(3, lines, (data) => ({ ...data, cause: { ...data.cause, hash: '00'.repeat(32) } })),
    );
    expect(rulesOf(result)).toEqual(['cause']);
  });

  test('an overdrawn account is found, with the chain made right', async () => {
    const result = await planting.planted('decisions', (lines) =>
      changedAt(placeOf(lines, 'issue'), lines, (data) => {
        const { before, after } = data.budget!;
        const spent = before['free']! + 1;
        return {
          ...data,
          budget: { ...data.budget!, before, after: { ...after, free: -1, held: 0, spent } },
        };
      }),
    );
    expect(rulesOf(result)).toEqual(['budget']);
    expect(textOf(result)).toContain('free is -1');
  });

  test('a decision that moves more than its grant is found', async () => {
    const result = await planting.planted('decisions', (lines) =>
      changedAt(placeOf(lines, 'expire'), lines, (data) => {
        const { after } = data.budget!;
        const settling = after['settling']! + after['held']!;
        return { ...data, budget: { ...data.budget!, after: { ...after, held: 0, settling } } };
      }),
    );
    expect(rulesOf(result)).toContain('budget');
  });

  test('a grant issued twice is found', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const [first, second] = lines.flatMap((line, at) => (contentOf(line).outcome === 'issue' ? [at] : []));
      const { grant } = contentOf(lines[first!]!);
      return changedAt(second!, lines, (data) => ({
        ...data,
        grant: { ...data.grant!, grantId: grant!.grantId },
      }));
    });
    expect(textOf(result)).toContain('was issued before');
  });

  test('a grant that ends before its time is found', async () => {
    const result = await planting.planted('decisions', (lines) =>
      changedAt(placeOf(lines, 'expire'), lines, (data) => ({
        ...data,
        reasons: ['duration-over'],
        grant: { ...data.grant!, validUntil: '2027-01-01T00:00:00.000Z' },
      })),
    );
    expect(textOf(result)).toContain('expires before');
  });
});
