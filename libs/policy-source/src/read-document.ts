import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import { FILE_BYTES_MAX, LEVELS_MAX, FINDINGS_MAX, PARTS_MAX } from './limit.ts';
import { shownValue, type Place, type PlacedFinding } from './place.ts';

// YAML 1.2, core schema, of which only what JSON can say is taken: no aliases, no tags of one's own, no keys but text.
// Values are built here rather than by the library, so that each keeps its place.

export interface SourceDocument {
  readonly file: string;
  /** Null where the text is no document; then `findings` says why. */
  readonly value: unknown;
  readonly findings: readonly PlacedFinding[];
  /** Where the value under a JSON pointer was written, or the nearest one around it. */
  placeOf(pointer: string): Place;
}

interface Reading {
  readonly file: string;
  readonly text: string;
  readonly places: Map<string, number>;
  find(offset: number, pointer: string, value: unknown, rule: string, right?: string): void;
}

const ALIAS = 'is an alias, and what stands in one place is meant for that place';
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export function readDocument(file: string, text: string): SourceDocument {
  const lines = new LineCounter();
  const findings: PlacedFinding[] = [];
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const places = new Map<string, number>();
  const reading: Reading = {
    file,
    text,
    places,
    find(offset, pointer, value, rule, right) {
      if (findings.length === FINDINGS_MAX) return;
      const field = pointer === '' ? '/' : pointer;
      findings.push({ ...placeAt(offset), field, value: shownValue(value), rule, right: right ?? null });
    },
  };
  const document = parseText(reading, lines);
  const value = document === null ? null : valueOf(reading, document);
  return {
    file,
    value: findings.length > 0 ? null : value,
    findings,
    placeOf(pointer) {
      for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
        const offset = places.get(at);
        if (offset !== undefined) return placeAt(offset);
      }
      return placeAt(places.get('') ?? 0);
    },
  };
}

/** The one document of a text, or null and findings. */
function parseText(reading: Reading, lines: LineCounter): Document.Parsed | null {
  const { text, find } = reading;
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) {
    find(0, '', `${text.length} characters`, `must not have more than ${FILE_BYTES_MAX} bytes`, 'split it');
    return null;
  }
  const tokens = tokensOf(text, lines);
  if (!Array.isArray(tokens)) {
    const { tooDeepAt: at } = tokens;
    find(
      at,
      '',
      text.slice(at, at + 20),
      `must not be nested more than ${LEVELS_MAX} deep`,
      'bring it up a level',
    );
    return null;
  }
  // Keys that stand twice are found in `entry`: the library compares every key with every other.
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false });
  const [document, second] = [...composer.compose(tokens, true, text.length)] as Document.Parsed[];
  if (document === undefined) return null;
  const mistakes = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  for (const mistake of mistakes.slice(0, FINDINGS_MAX)) findMistake(reading, mistake);
  if (mistakes.length > 0) return null;
  if (second !== undefined) {
    const [start] = second.range;
    find(
      start,
      '',
      text.slice(start, start + 20),
      'is a second document, and a file is one',
      'split the file',
    );
    return null;
  }
  const { yaml } = document.directives;
  if (yaml.explicit === true && yaml.version !== '1.2') {
    find(0, '', `%YAML ${yaml.version}`, 'must be YAML 1.2', 'leave the directive out');
    return null;
  }
  return document;
}

/** What is nested too deep is left before it costs time and stack: all that follows is recursive. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] | { readonly tooDeepAt: number } {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let parts = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (/^(error|directive|document|doc-end)$/.test(token.type)) parts += 1;
    }
    if (parts > PARTS_MAX) break;
    // The document itself, and a scalar that has begun, are on the stack as well.
    const isDeep = parser.stack.length > LEVELS_MAX;
    if (isDeep && parser.stack.filter((each) => 'items' in each).length > LEVELS_MAX)
      return { tooDeepAt: parser.offset - lexeme.length };
  }
  tokens.push(...parser.end());
  return tokens;
}

const RIGHT_BY_CODE: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'indent by spaces',
  BAD_INDENT: 'indent what belongs together alike',
  MISSING_CHAR: 'close the bracket, brace or quote, or put a comma between',
  MULTILINE_IMPLICIT_KEY: 'write a key on one line, with a colon and a space after it',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash within double quotes',
  TAG_RESOLVE_FAILED: 'leave the tag out',
};

function findMistake({ text, find }: Reading, { code, message, pos: [start, end] }: YAMLError): void {
  const value = text.slice(start, Math.max(end, start + 1)).split('\n')[0] ?? '';
  const right = RIGHT_BY_CODE[code] ?? 'write it as YAML 1.2';
  find(start, '', value === '' ? 'the end' : value, `is no YAML: ${message}`, right);
}

function valueOf(reading: Reading, { contents }: Document.Parsed): unknown {
  reading.places.set('', contents?.range[0] ?? 0);
  return plain(reading, contents, '');
}

function plain(reading: Reading, node: Node | null, pointer: string): unknown {
  const start = node?.range?.[0] ?? 0;
  if (isAlias(node)) {
    reading.find(start, pointer, `*${node.source}`, ALIAS, 'write it out');
    return null;
  }
  if (isScalar(node)) return scalar(reading, node.value, start, pointer);
  if (isMap(node)) {
    const entries = node.items.flatMap(({ key, value }) =>
      entry(reading, key as Node | null, value as Node | null, { start, pointer }),
    );
    // Not by assignment: `__proto__` shall be a key like any other, and be found by the readers.
    return Object.fromEntries(entries);
  }
  if (!isSeq(node)) return null;
  return node.items.map((each, index) => {
    const at = `${pointer}/${index}`;
    const child = each as Node | null;
    reading.places.set(at, child?.range?.[0] ?? start);
    return plain(reading, child, at);
  });
}

/** No entry where the key is no text. A pointer joins keys as they are, exactly as the domain's readers do. */
function entry(
  reading: Reading,
  key: Node | null,
  value: Node | null,
  within: { readonly start: number; readonly pointer: string },
): [string, unknown][] {
  const start = key?.range?.[0] ?? within.start;
  if (!isScalar(key) || typeof key.value !== 'string') {
    const written = key?.range ? reading.text.slice(key.range[0], key.range[1]) : 'nothing';
    const rule = isAlias(key) ? ALIAS : 'must be text to be a key';
    reading.find(start, within.pointer, written, rule, 'quote it if it is meant as a name');
    return [];
  }
  const at = `${within.pointer}/${key.value}`;
  if (reading.places.has(at))
    reading.find(start, at, key.value, 'must not stand twice in a mapping', 'write each key once');
  reading.places.set(at, start);
  scalar(reading, key.value, start, at);
  return [[key.value, plain(reading, value, at)]];
}

function scalar(reading: Reading, value: unknown, start: number, pointer: string): unknown {
  if (typeof value === 'string' && LONE_SURROGATE.test(value))
    reading.find(
      start,
      pointer,
      'half a surrogate pair',
      'must be text of whole characters',
      'save it as UTF-8',
    );
  else if (typeof value === 'number' && !Number.isFinite(value))
    reading.find(start, pointer, String(value), 'must be a number that ends', 'write its digits');
  return value;
}
