import { readerOf, type Finding } from '#domain/policy/reader';
import type { PlacedFinding } from './place.ts';
import type { SourceDocument } from './read-document.ts';
import { whatIsRight } from './what-is-right.ts';

// Many files become one source for the compiler. What it finds names places in that one source; here they are led
// back to the files.

/** What a file may hold lists of, in this order in everything that is made of them. */
export const LISTS = ['metrics', 'ladders', 'calendars', 'accounts', 'programmes'] as const;
export type ListName = (typeof LISTS)[number];

interface Part {
  readonly document: SourceDocument;
  /** Where in the document it stands. */
  readonly pointer: string;
  readonly value: unknown;
}

/** Everything that several documents define, in order. */
export interface Merged {
  readonly lists: Readonly<Record<ListName, readonly Part[]>>;
  readonly capacity: readonly Part[];
}

export function emptyMerge(): Merged {
  return { lists: { metrics: [], ladders: [], calendars: [], accounts: [], programmes: [] }, capacity: [] };
}

export function joined(merges: readonly Merged[]): Merged {
  const lists = Object.fromEntries(LISTS.map((name) => [name, merges.flatMap((each) => each.lists[name])]));
  return { lists: lists as unknown as Merged['lists'], capacity: merges.flatMap(({ capacity }) => capacity) };
}

/** What one document defines. Things lose their notes, which explain and decide nothing. */
export function definitionsOf(document: SourceDocument, findings: PlacedFinding[]): Merged {
  const found: Finding[] = [];
  const root = readerOf(document.value, found);
  const withoutNotes = (pointer: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { illustrative, source, ...rest } = value as Record<string, unknown>;
    if (illustrative === undefined && source === undefined) return value;
    checkNotes(readerOf(value, found, pointer));
    return rest;
  };
  const part = (pointer: string, value: unknown): Part => ({
    document,
    pointer,
    value: withoutNotes(pointer, value),
  });
  const lists = LISTS.map((name) => {
    const elements = root.has(name) ? root.at(name).list() : [];
    return [name, elements.map(({ field, value }) => part(field, value))];
  });
  const capacity = root.has('capacity') ? [part('/capacity', root.at('capacity').value)] : [];
  findings.push(...found.map((each) => placed(document, each)));
  return { lists: Object.fromEntries(lists) as Merged['lists'], capacity };
}

const NOTE = /^[^\u0000-\u001f]{1,2000}$/u;

/** `illustrative: { why }` and `source`, where they are written. */
export function checkNotes(at: ReturnType<typeof readerOf>): void {
  if (at.has('illustrative')) {
    at.at('illustrative').only(['why']);
    at.at('illustrative').at('why').text(NOTE);
  }
  if (at.has('source')) at.at('source').text(NOTE);
}

/** The lists and the capacity as the compiler reads them. What nobody defines is an empty list. */
export function mergedSource({ lists, capacity }: Merged): Record<string, unknown> {
  const values = LISTS.map((name) => [name, lists[name].map(({ value }) => value)]);
  return {
    ...Object.fromEntries(values),
    ...(capacity[0] === undefined ? {} : { capacity: capacity[0].value }),
  };
}

const ELEMENT = /^\/([a-z]+)\/(\d+)(.*)$/s;
/** In a rule: the place of something else, as "must be unique, and /metrics/0 has it". */
const PLACE_IN_RULE = /(?<=\s)\/[a-z]+\/\d+(\/[A-Za-z0-9_-]+)*/g;

/** A finding of the compiler in a merged source, led back to where it was written. */
export function placedInMerge(merged: Merged, head: SourceDocument, finding: Finding): PlacedFinding {
  const { document, pointer } = originOf(merged, head, finding.field);
  const rule = finding.rule.replace(PLACE_IN_RULE, (field) => {
    const origin = originOf(merged, head, field);
    const { file, line, column } = origin.document.placeOf(origin.pointer);
    return `${file}:${line}:${column}`;
  });
  return placed(document, { ...finding, rule, field: pointer });
}

function originOf(
  { lists, capacity }: Merged,
  head: SourceDocument,
  field: string,
): { readonly document: SourceDocument; readonly pointer: string } {
  const [, name, index, rest] = ELEMENT.exec(field) ?? [];
  const part =
    name !== undefined && Object.hasOwn(lists, name) ? lists[name as ListName][Number(index)] : undefined;
  if (part !== undefined) return { document: part.document, pointer: `${part.pointer}${rest}` };
  if (field.startsWith('/capacity') && capacity[0] !== undefined)
    return { document: capacity[0].document, pointer: field };
  return { document: head, pointer: field };
}

/** A finding of a reader over one document. */
export function placed(document: SourceDocument, finding: Finding): PlacedFinding {
  const place = document.placeOf(finding.field === '/' ? '' : finding.field);
  return { ...place, ...finding, right: whatIsRight(finding) };
}
