import { compileBundle } from '#domain/policy/compile';
import { smallSource } from '#domain/testing/small-bundle';
import { compileSource, type CompiledSource } from './compile-source.ts';
import { loadSource, type Purpose } from './load-source.ts';
import type { PlacedFinding } from './place.ts';
import { pinPacks } from './pin-packs.ts';
import { BUNDLE, filesOf, smallSources, type SmallSources } from './testing/small-pack.ts';

type Files = ReadonlyMap<string, string>;

function findings(files: Files, purpose: Purpose = 'trial', entry = BUNDLE): readonly PlacedFinding[] {
  const result = compileSource(files, entry, purpose);
  return 'findings' in result ? result.findings : [];
}

function compiled(files: Files, purpose: Purpose = 'trial', entry = BUNDLE): CompiledSource {
  const result = compileSource(files, entry, purpose);
  if ('findings' in result) throw new Error(JSON.stringify(result.findings));
  return result;
}

function edited(files: Files, path: string, change: (text: string) => string): Map<string, string> {
  return new Map([...files, [path, change(files.get(path) ?? '')]]);
}

function changedPack(change: (sources: SmallSources) => void): Files {
  const sources = smallSources();
  change(sources);
  return filesOf(sources);
}

const hashOf = (files: Files): string | null => compiled(files).pins[0]!.hash;

describe('a bundle of a pack', () => {
  test('is the same as the bundle that has everything in one file', () => {
    const whole = compileBundle(smallSource());
    expect(compiled(filesOf(smallSources())).text).toBe('compiled' in whole ? whole.compiled.text : null);
  });

  test('takes the packs in order, and what it says itself last', () => {
    const files = changedPack(({ bundle }) => {
      bundle['accounts'] = [{ id: 'last', names: { en: 'Last' }, unit: 'exposures', total: 5 }];
    });
    expect(compiled(files).bundle.accounts.map(({ id }) => id)).toEqual(['welcome', 'growth', 'last']);
  });

  test('leaves notes out of what is compiled', () => {
    const files = changedPack(({ pack }) => {
      const [metric] = pack['metrics.yaml']!['metrics'] as Record<string, unknown>[];
      Object.assign(metric!, { illustrative: { why: 'ours' }, source: 'platform rule 7' });
    });
    expect(compiled(files).text).toBe(compiled(filesOf(smallSources())).text);
  });

  test.each(['', 'null', 'text', '[]', '7'])('finds what is wrong with a pack whose head is %j', (head) => {
    const files = edited(filesOf(smallSources()), 'packs/one/pack.yaml', () => head);
    expect(findings(files).map(({ file }) => file)).toContain('packs/one/pack.yaml');
  });

  test('leaves test vectors and other bundles beside the pack unread', () => {
    const files = new Map([
      ...filesOf(smallSources()),
      ['packs/one/growth.vectors.yaml', '[not: [a, pack'],
      ['packs/one/bundle.yaml', '[not: [a, pack'],
      ['packs/one/README.md', '# One'],
    ]);
    expect(compiled(files).pins).toEqual(compiled(filesOf(smallSources())).pins);
  });

  test('can be two packs, whose things must not share an id', () => {
    const { bundle } = smallSources();
    const again = { ...bundle, packs: [{ pack: '../../packs/one' }, { pack: '../../packs/two' }] };
    const files = new Map([
      ...filesOf({ ...smallSources(), bundle: again }),
      ['packs/two/pack.yaml', 'pack: two\nnames: { en: Two }\ndescription: { en: Second }\nversion: "1"\n'],
      ['packs/two/money.yaml', 'accounts:\n  - { id: welcome, names: { en: W }, unit: seats, total: 1 }\n'],
    ]);
    expect(findings(files)).toEqual([
      expect.objectContaining({
        file: 'packs/two/money.yaml',
        line: 2,
        column: 7,
        field: '/accounts/0/id',
        rule: 'must be unique, and packs/one/accounts.yaml:2:5 has it',
      }),
    ]);
  });
});

describe('a finding', () => {
  test.each<[string, string, (text: string) => string, Partial<PlacedFinding>]>([
    [
      'of a value names its place in the file where it was written',
      'packs/one/accounts.yaml',
      (text) => text.replace('total: ', 'total: -'),
      { line: 6, field: '/accounts/0/total', rule: 'must be a whole number from 0 to 1000000000000' },
    ],
    [
      'of a key says which one was meant',
      'packs/one/accounts.yaml',
      (text) => text.replace('total: ', 'totel: '),
      { line: 6, field: '/accounts/0/totel', right: 'did you mean total?' },
    ],
    [
      'of a word says which one was meant',
      'packs/one/accounts.yaml',
      (text) => text.replace('unit: exposures', 'unit: exposure'),
      { line: 5, value: 'exposure', right: 'did you mean exposures?' },
    ],
    [
      'of a thing that is not defined says which one was meant',
      'packs/one/programmes/all.yaml',
      (text) => text.replace('account: welcome', 'account: welcom'),
      { field: '/programmes/0/account', right: 'did you mean welcome?' },
    ],
    [
      'of the bundle itself stands in its file',
      BUNDLE,
      (text) => text.replace('currency: CNY', 'currency: yuan'),
      { field: '/currency', value: 'yuan' },
    ],
    [
      'of a field that is not there stands where it belongs',
      BUNDLE,
      (text) => text.replace('currency: CNY\n', ''),
      { line: 1, column: 1, field: '/currency' },
    ],
    [
      'of syntax names line and column, and hides what depends on the file',
      'packs/one/metrics.yaml',
      () => 'metrics:\n  - { id: a\n  - b\n',
      { line: 3, column: 3, rule: expect.stringContaining('is no YAML') as unknown as string },
    ],
    [
      'of a key in the wrong kind of file',
      'packs/one/accounts.yaml',
      (text) => `${text}currency: CNY\n`,
      { field: '/currency', rule: expect.stringContaining('is not known here') as unknown as string },
    ],
    [
      'of a list that is none',
      'packs/one/accounts.yaml',
      () => 'accounts: { id: a }\n',
      { line: 1, field: '/accounts', rule: 'must be a list' },
    ],
    ['of an empty file', 'packs/one/accounts.yaml', () => '# later\n', { rule: 'must be a mapping' }],
    [
      'of a note without a reason',
      'packs/one/accounts.yaml',
      (text) => text.replace('unit: ', 'illustrative: yes\n    unit: '),
      { line: 5, field: '/accounts/0/illustrative/why' },
    ],
    [
      'of a second capacity names the first',
      BUNDLE,
      (text) => `${text}capacity: {}\n`,
      {
        rule: expect.stringMatching(
          /once in a bundle, and packs.one.programmes.all.yaml:\d+ does/,
        ) as unknown as string,
      },
    ],
    [
      "of a pack's head",
      'packs/one/pack.yaml',
      (text) => text.replace('version: a1', 'version: 1.5'),
      { field: '/version', value: '1.5' },
    ],
  ])('%s', (_, path, change, expected) => {
    const found = findings(edited(filesOf(smallSources()), path, change));
    expect(found).toContainEqual(expect.objectContaining({ file: path, ...expected }));
  });

  test.each([
    ['packs: { pack: x }', /a list/],
    ['packs: [x]', /text matching/],
    ['packs: [{ pack: ../../packs/none }]', /path of a folder with a pack/],
    ['packs: [{ pack: ../../packs/one, version: 2 }]', /not known here/],
    ['packs: [{ pack: ../../packs/one }, { pack: ../../packs/one }]', /must not name packs.one twice/],
    ['packs: [{ pack: ../../packs/one, hash: abc }]', /text matching/],
  ])('of %s', (packs, rule) => {
    const files = edited(filesOf(smallSources()), BUNDLE, (text) =>
      text.replace(/packs:\n.*\n/, `${packs}\n`),
    );
    expect(
      findings(files)
        .map((each) => each.rule)
        .join('\n'),
    ).toMatch(rule);
  });

  test('of a folder without pack.yaml', () => {
    const files = new Map(filesOf(smallSources()));
    files.delete('packs/one/pack.yaml');
    expect(findings(files)).toEqual([
      expect.objectContaining({
        file: 'packs/one/pack.yaml',
        rule: expect.stringContaining('must have a pack.yaml') as string,
      }),
    ]);
  });

  test('of an entry that is not among the files', () => {
    expect(findings(new Map(), 'trial', 'x.yaml')).toEqual([
      expect.objectContaining({ file: 'x.yaml', line: 1, column: 1, rule: 'must be there' }),
    ]);
  });

  test('of too many files', () => {
    const many = Array.from({ length: 500 }, (_, i) => [`packs/one/${i}.yaml`, 'a: 1'] as const);
    expect(findings(new Map([...filesOf(smallSources()), ...many]))[0]!.rule).toMatch(/more than 500 files/);
  });
});

describe('a pin', () => {
  const pinned = (files: Files): Map<string, string> =>
    edited(files, BUNDLE, (text) => pinPacks(text, compiled(files).pins));

  test('may be missing where a bundle is tried, not where it is published', () => {
    const files = filesOf(smallSources());
    expect(findings(files, 'trial')).toEqual([]);
    expect(findings(files, 'publication')[0]!.rule).toMatch(
      new RegExp(`must name the hash of the pack to be published, which is ${hashOf(files)}$`),
    );
  });

  test('that is written is found right, and changes nothing in what is compiled', () => {
    const files = pinned(filesOf(smallSources()));
    expect(files.get(BUNDLE)).toContain(`hash: ${hashOf(files)}`);
    expect(compiled(files, 'publication').text).toBe(compiled(filesOf(smallSources())).text);
  });

  test('of other content is a finding that names both hashes, in a trial too', () => {
    const files = pinned(filesOf(smallSources()));
    const old = hashOf(files);
    const changed = edited(files, 'packs/one/accounts.yaml', (text) => text.replace('total: ', 'total: 1'));
    const [finding, ...others] = findings(changed);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ file: BUNDLE, field: '/packs/0/hash', value: old });
    expect(finding!.rule).toMatch(/must be the hash of the pack's content, which is [0-9a-f]{64}$/);
    expect(finding!.rule).not.toContain(old);
  });

  test.each<[string, (sources: SmallSources) => void]>([
    ['notes', ({ pack }) => delete pack['pack.yaml']!['illustrative']],
    [
      'the file in which a thing stands',
      ({ pack }) => {
        pack['b.yaml'] = { ...pack['programmes/all.yaml'], ...pack['accounts.yaml'] };
        delete pack['programmes/all.yaml'];
        delete pack['accounts.yaml'];
      },
    ],
    [
      'the order of keys',
      ({ pack }) => (pack['pack.yaml'] = Object.fromEntries(Object.entries(pack['pack.yaml']!).reverse())),
    ],
  ])('does not depend on %s', (_, change) => {
    expect(hashOf(changedPack(change))).toBe(hashOf(filesOf(smallSources())));
  });

  test('does not depend on comments and layout', () => {
    const files = filesOf(smallSources());
    const commented = edited(
      files,
      'packs/one/accounts.yaml',
      (text) => `# Money\n\n${text.replace(/\n/g, ' # x\n')}`,
    );
    expect(hashOf(commented)).toBe(hashOf(files));
  });

  test.each<[string, (sources: SmallSources) => void]>([
    ['a number', ({ pack }) => ((pack['accounts.yaml']!['accounts'] as { total: number }[])[0]!.total += 1)],
    [
      'the order of programmes',
      ({ pack }) => (pack['programmes/all.yaml']!['programmes'] as unknown[]).reverse(),
    ],
    ['the version', ({ pack }) => (pack['pack.yaml']!['version'] = 'a2')],
    ['a name', ({ pack }) => (pack['pack.yaml']!['names'] = { en: 'Two' })],
  ])('does depend on %s', (_, change) => {
    expect(hashOf(changedPack(change))).not.toBe(hashOf(filesOf(smallSources())));
  });
});

describe('a pack by itself', () => {
  test('is the bundle of its own name', () => {
    const files = changedPack(({ pack }) => (pack['pack.yaml']!['currency'] = 'EUR'));
    const { source, findings: found } = loadSource(files, 'packs/one/pack.yaml', 'trial');
    expect(found).toEqual([]);
    expect(source).toMatchObject({ bundle: 'one', names: { en: 'One' }, currency: 'EUR' });
    expect(source['programmes']).toHaveLength(2);
  });

  test('says what it lacks', () => {
    const files = filesOf(smallSources());
    const lacks = { file: 'packs/one/pack.yaml', field: '/currency' };
    expect(findings(files, 'trial', lacks.file)).toContainEqual(expect.objectContaining(lacks));
  });
});
