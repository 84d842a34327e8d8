import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import { isInstant } from '#contracts/instant';
import { asyncApi } from './asyncapi.ts';
import { openApi } from './openapi.ts';
import { readProject } from './project.ts';

const ROOT = join(import.meta.dirname, '../..');
const project = readProject(ROOT);

type Members = Readonly<Record<string, unknown>>;
interface AsyncDocument {
  readonly channels: Readonly<Record<string, { readonly messages: Members }>>;
  readonly components: {
    readonly messages: Readonly<
      Record<string, { payload: object; examples: readonly { payload: Members }[] }>
    >;
    readonly schemas: Members;
  };
}
interface HttpOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}
interface HttpDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, HttpOperation>>>>;
}

const logs = asyncApi(project) as AsyncDocument;
const http = openApi(project) as HttpDocument;
const METHODS = ['get', 'post', 'put', 'delete', 'patch'];

const stored = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, 'docs', file), 'utf8'));

test('what stands in docs is what the code says: `npm run api-documents` after a change', () => {
  expect(stored('asyncapi.json')).toEqual(JSON.parse(JSON.stringify(logs)));
  expect(stored('openapi.json')).toEqual(JSON.parse(JSON.stringify(http)));
});

describe('the logs', () => {
  test('are a valid AsyncAPI document', async () => {
    const findings = await new Parser().validate(JSON.stringify(logs));
    const told = findings.filter(({ code }) => code !== 'asyncapi-latest-version');
    expect(told.map(({ code, message, path }) => `${code} ${message} ${path.join('/')}`)).toEqual([]);
  });

  test('a document with a mistake is found out', async () => {
    const findings = await new Parser().validate(
      JSON.stringify({ asyncapi: '3.0.0', info: {}, channels: [] }),
    );
    expect(findings.filter(({ severity }) => severity === 0)).not.toEqual([]);
  });

  test('take and hold every type of event', () => {
    const names = MERCHANT_EVENT_TYPES.map((type) => type.replace('updraft.', ''));
    expect(Object.keys(logs.channels['inbound']!.messages)).toEqual(names);
    expect(Object.keys(logs.channels['activity']!.messages)).toEqual(expect.arrayContaining(names));
  });

  test('have an example of every message that satisfies its schema, and no other type does', () => {
    const ajv = new Ajv({ strict: false, formats: { 'date-time': isInstant, 'uri-reference': true } });
    for (const [name, { payload, examples }] of Object.entries(logs.components.messages)) {
      const accepts = ajv.compile({ ...payload, components: logs.components });
      const { payload: example } = examples[0]!;
      expect({ name, accepted: accepts(example), errors: accepts.errors }).toMatchObject({ accepted: true });
      expect({ name, accepted: accepts({ ...example, type: 'updraft.other.v1' }) }).toMatchObject({
        accepted: false,
      });
      expect({ name, accepted: accepts({ ...example, data: { surprise: 1 } }) }).toMatchObject({
        accepted: false,
      });
    }
  });
});

describe('the HTTP API', () => {
  test('is a valid OpenAPI document', async () => {
    const outcome = await new Validator().validate(structuredClone(http) as object as Members);
    expect(outcome).toEqual({ valid: true });
  });

  test('a document with a mistake is found out', async () => {
    const outcome = await new Validator().validate({ ...structuredClone(http), paths: { 'no-slash': {} } });
    expect(outcome.valid).toBe(false);
  });

  test('has every request that a controller takes, and no other', () => {
    const described = Object.entries(http.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(routes().sort());
  });

  test('has the parameters that the table for people has', () => {
    const table = readFileSync(join(ROOT, 'apps/console/README.md'), 'utf8');
    const listed = [...table.matchAll(/^\| `GET (\/v1\/[^`?]+)\?([^`]+)`/gm)];
    expect(listed.length).toBeGreaterThan(8);
    for (const [, path, parameters] of listed) {
      const names = parameters!.split('&').map((each) => each.replace(/=$/, ''));
      const { get } = http.paths[path!.replace('INSTANCE', '{id}')]!;
      const described = (get!.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
      expect({ path, names: described.sort() }).toEqual({ path, names: names.sort() });
    }
  });
});

/** `get /v1/merchants/{id}` of every controller, from its decorators. */
function routes(): string[] {
  const files = ['apps', 'libs/telemetry/src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(ROOT, folder, file),
    ),
  );
  return files
    .filter((file) => file.endsWith('.controller.ts'))
    .flatMap((file) => {
      const source = readFileSync(file, 'utf8');
      const base = /@Controller\((?:'([^']*)')?\)/.exec(source)![1] ?? '';
      const taken = [...source.matchAll(/^ {2}@(Get|Post|Put|Delete|Patch|Sse)\((?:\[?'([^']*)')?/gm)];
      return taken.map(([, method, path]) => {
        const whole = [base, path].filter((part) => part !== undefined && part !== '').join('/');
        return `${method!.toLowerCase()} /${whole.replaceAll(/:(\w+)/g, '{$1}')}`;
      });
    });
}
