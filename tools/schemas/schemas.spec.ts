import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { POLICY_SCHEMA, schemas } from './schema-files.ts';
import type { Schema } from './schema.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/schemas');
const files = [...schemas()];

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
for (const [name, schema] of files) ajv.addSchema(schema, name);
const validatorOf = (name: string): ValidateFunction => ajv.getSchema(name)!;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the schemas in docs/schemas', () => {
  test.each(files)('%s is what the definitions say; `npm run schemas` writes it', (name, schema) => {
    expect(JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))).toEqual(schema);
  });

  test('are all of them', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(files.map(([name]) => name).sort());
  });

  test.each(files)('%s is valid by the draft of 2020-12', (name, schema) => {
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(typeof validatorOf(name)).toBe('function');
  });

  test('say of every field what it is', () => {
    const definitions = schemas().get(POLICY_SCHEMA)!['$defs'] as Record<string, Schema>;
    const isSaid = (schema: Schema): boolean =>
      typeof schema['description'] === 'string' ||
      (typeof schema['$ref'] === 'string' && isSaid(definitions[schema['$ref'].replace('#/$defs/', '')]!));
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties, additionalProperties } = value as Record<string, Record<string, Schema> | boolean>;
      // Conditions upon a schema name fields that are described elsewhere.
      if (typeof properties === 'object' && additionalProperties !== undefined)
        silent.push(
          ...Object.keys(properties)
            .filter((key) => !isSaid(properties[key]!))
            .map((key) => `${path}/${key}`),
        );
      for (const [key, each] of Object.entries(value)) visit(each, `${path}/${key}`);
    };
    visit(definitions, '');
    expect(silent).toEqual([]);
  });
});

const LINE = /^# yaml-language-server: \$schema=(\S+)\n/;

const written = [...yamlBelow('policies'), ...yamlBelow('tools/schemas'), ...yamlBelow('bench')];

test.each(written)('%s names its schema in its first line, and keeps to it', (path) => {
  const named = LINE.exec(read(path))?.[1] ?? 'none';
  expect(join(ROOT, dirname(path), dirname(named))).toBe(FOLDER);
  const validate = validatorOf(basename(named));
  validate(parse(read(path)));
  expect(validate.errors ?? []).toEqual([]);
});

function yamlBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);
}

const everything = parse(read('tools/schemas/every-construct.yaml')) as Record<string, unknown>;

/** The document that uses everything, with one place changed; undefined takes it away. */
function changed(place: string, value: unknown): unknown {
  const copy = structuredClone(everything);
  const keys = place.split('/');
  const last = keys.pop()!;
  const at = keys.reduce((each, key) => each[key] as Record<string, unknown>, copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe('an editor refuses', () => {
  test.each<[string, unknown]>([
    ['bundle', 7],
    ['bundle', 'a b'],
    ['names', { zh: '小' }],
    ['names/en', ''],
    ['currency', 'cny'],
    ['currency', undefined],
    ['colour', 'red'],
    ['packs', [{ hash: 'a' }]],
    ['packs', [{ pack: '../a', hash: 'abc' }]],
    ['metrics', {}],
    ['metrics/0/unit', 'furlongs'],
    ['metrics/0/unit', undefined],
    ['metrics/0/sum', 'ordersDreamt'],
    ['metrics/0/sum', { ordersDreamt: 1 }],
    ['metrics/0/window', 30],
    ['metrics/0/window', '0d'],
    ['metrics/0/window', '30 days'],
    ['metrics/0/window', undefined],
    ['metrics/0/ratio', 'stars'],
    ['metrics/0/grain/edges', [-1]],
    ['metrics/2/round', 'sideways'],
    ['metrics/2/minimumCount', 0],
    ['metrics/2/shrink/as', '50'],
    ['metrics/8/atMost', 33],
    ['metrics/13/total', []],
    ['metrics/13/missing', 'one'],
    ['metrics/18/score/minimumWeight', 'half'],
    ['metrics/19/by', 'shop'],
    ['ladders/0/tiers', []],
    ['ladders/0/tiers/1/enter', 'high'],
    ['ladders/0/step', 0],
    ['ladders/0/grace', { for: '30d', evaluations: 2 }],
    ['ladders/0/worst', []],
    ['ladders/1/worst/0/op', '='],
    ['ladders/2/tiers/1/enter', 5],
    ['calendars/0/monthDays', [0]],
    ['calendars/0/at', '25:00'],
    ['calendars/1/weekday', 'tuesday'],
    ['calendars/3/to', '11.11.2026'],
    ['capacity/growth', 1.5],
    ['capacity/replies', { metric: 'x' }],
    ['accounts/0/unit', 'hugs'],
    ['accounts/0/total', -1],
    ['accounts/0/wait', 0],
    ['accounts/0/period', 'fortnight'],
    ['programmes/0/kind', 'gift'],
    ['programmes/0/gives', { access: ['chat'] }],
    ['programmes/0/gives', { boost: { weight: '150%' }, credit: { for: 'x' } }],
    ['programmes/0/gives/boost/weight', 'heavy'],
    ['programmes/0/who', 'metric > 3'],
    ['programmes/0/who', { all: [] }],
    ['programmes/0/who/all/0/trainings', 'x'],
    ['programmes/0/who/all/1/op', '=='],
    ['programmes/0/who/all/1/notAssessed', 'true'],
    ['programmes/0/who', undefined],
    ['programmes/0/size', undefined],
    ['programmes/0/limits/perMerchant', undefined],
    ['programmes/0/duration', 7],
    ['programmes/4/limits/perMerchant', 5],
    ['programmes/4/size', { fixed: 1 }],
    ['programmes/4/gives', undefined],
    ['programmes/1/size/fixed', 5],
    ['programmes/0/stages/0/size', 0],
    ['programmes/0/illustrative', true],
  ])('%s: %j', (place, value) => {
    expect(validatorOf('bundle.schema.json')(everything)).toBe(true);
    expect(validatorOf('bundle.schema.json')(changed(place, value))).toBe(false);
  });
});
