import { join } from 'node:path';
import { gatherFiles } from './gather-files.ts';
import { lookOver, type PlacedAdvice } from './look-over.ts';

const ROOT = join(import.meta.dirname, '../../..');

async function adviceOn(path: string): Promise<readonly PlacedAdvice[]> {
  const { files, entry } = await gatherFiles(join(ROOT, path));
  const looked = lookOver(files, entry);
  if ('findings' in looked) throw new Error(JSON.stringify(looked.findings));
  return looked.advice;
}

test.each(['policies/starter', 'policies/orders-only', 'bench/bundle.yaml'])(
  'of the bundle in %s nothing is wrong, and what is worth knowing is few',
  async (path) => {
    const advice = await adviceOn(path);
    expect(advice.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(advice.length).toBeLessThan(10);
  },
);

test('advice names file, line and column of what it is about', () => {
  const head = `bundle: b
names: { en: B }
currency: CNY
packs: [{ pack: one }]
capacity: { window: 7d, growth: 150%, probe: 5, stockCover: 2d, grain: { edges: [0], hysteresis: 0% } }
`;
  const files = new Map([
    ['bundle.yaml', head],
    ['one/pack.yaml', 'pack: one\nnames: { en: One }\ndescription: { en: One }\nversion: "1"\n'],
    [
      'one/metrics.yaml',
      'metrics:\n  - { id: age, names: { en: Age }, unit: days, daysSince: registered }\n',
    ],
    [
      'one/programmes.yaml',
      `programmes:
  - id: cap
    names: { en: Cap }
    kind: limit
    gives: { orderCap: { ordersPerDay: 5 } }
    duration: 1d
    coolDown: 0
    limits: { openings: 1 }
    who:
      all:
        - { id: known, flag: known, is: true }
        - { id: old, metric: age, op: ">=", value: 0 }
        - { id: unborn, metric: age, op: "<", value: 0 }
`,
    ],
  ]);
  const looked = lookOver(files, 'bundle.yaml');
  const advice = 'advice' in looked ? looked.advice : looked.findings;
  const told = advice.map((each) => `${each.file}:${each.line} ${each.rule} ${each.field}`);
  expect(told).toEqual([
    'one/programmes.yaml:9 programme-never-grants /programmes/cap/who',
    'one/programmes.yaml:13 comparison-never-true /programmes/cap/who/all/2',
  ]);
});

test('files that make no policy are not looked over', () => {
  const looked = lookOver(new Map([['bundle.yaml', 'bundle: b\n']]), 'bundle.yaml');
  expect('findings' in looked && looked.findings.length).toBeGreaterThan(3);
});
