import { posix } from 'node:path';
import { canonicalJson, type Json } from '#domain/canonical';
import { namesOf } from '#domain/policy/read-names';
import { readerOf, type Finding, type Reader } from '#domain/policy/reader';
import {
  checkNotes,
  definitionsOf,
  emptyMerge,
  joined,
  LISTS,
  mergedSource,
  placed,
  type Merged,
} from './merge.ts';
import type { PlacedFinding } from './place.ts';
import { readDocument, type SourceDocument } from './read-document.ts';
import { sha256 } from './sha256.ts';
import { PACK_FILE, packFiles, type SourceFiles } from './source-files.ts';

export interface LoadedPack {
  /** Empty where the head is wrong. */
  readonly id: string;
  readonly folder: string;
  readonly head: SourceDocument;
  readonly merged: Merged;
  /** SHA-256 of its content, hex; null where there is no such content. See `contentHash`. */
  readonly hash: string | null;
  /** Whether every file of it could be read. */
  readonly isWhole: boolean;
  readonly findings: readonly PlacedFinding[];
}

const HEAD = ['pack', 'names', 'description', 'version', 'currency'] as const;
const HEAD_FIRST = 'add it, with pack, names, description and version';
const NOTES = ['illustrative', 'source'] as const;
const DESCRIPTION = /^[^\u0000-\u0008\u000b-\u001f]{1,4000}$/u;
const CURRENCY = /^[A-Z]{3}$/;

/** A pack with everything wrong in its files but what only a whole bundle can show. */
export function loadPack(files: SourceFiles, folder: string): LoadedPack {
  const paths = packFiles(files, folder);
  const documents = paths.map((path) => readDocument(path, files.get(path)!));
  const findings = documents.flatMap((document) => document.findings);
  const headPath = posix.join(folder, PACK_FILE);
  const head = documents.find(({ file }) => file === headPath) ?? readDocument(headPath, '');
  if (paths[0] !== headPath) {
    const rule = `must have a ${PACK_FILE}, which says what the pack is called`;
    findings.push({ ...head.placeOf(''), field: '/', value: folder, rule, right: HEAD_FIRST });
    return { id: '', folder, head, merged: emptyMerge(), hash: null, isWhole: false, findings };
  }
  const canRead = findings.length === 0;
  const merges = documents
    .filter((document) => document.findings.length === 0)
    .map((document) => {
      checkKeys(document, document === head, findings);
      return definitionsOf(document, findings);
    });
  const merged = joined(merges);
  const id = head.findings.length === 0 ? readHead(head, findings) : '';
  const hash = canRead ? contentHash(head, merged) : null;
  return { id, folder, head, merged, hash, isWhole: canRead, findings };
}

function checkKeys(document: SourceDocument, isHead: boolean, findings: PlacedFinding[]): void {
  const found: Finding[] = [];
  const root = readerOf(document.value, found);
  if (root.keys().length === 0 && found.length === 0) root.fail('must define something');
  root.only([...(isHead ? [...HEAD, ...NOTES] : []), ...LISTS, 'capacity']);
  findings.push(...found.map((each) => placed(document, each)));
}

/** The id; the other parts are checked and kept by nobody. */
function readHead(head: SourceDocument, findings: PlacedFinding[]): string {
  const found: Finding[] = [];
  const root = readerOf(head.value, found);
  const id = root.at('pack').text();
  namesOf(root);
  readDescription(root);
  root.at('version').text();
  if (root.has('currency')) root.at('currency').text(CURRENCY);
  checkNotes(root);
  findings.push(...found.map((each) => placed(head, each)));
  return id;
}

function readDescription(root: Reader): void {
  const description = root.at('description');
  if (!description.has('en')) description.fail('must have a text in en');
  else for (const language of description.keys()) description.at(language).text(DESCRIPTION);
}

/**
 * What a pin names: the SHA-256 of the canonical JSON (RFC 8785) of the pack's head and everything its files define,
 * in their order, without the notes `illustrative` and `source`. Comments, layout, the order of keys and how the
 * things are spread over files are not in it; the order of things within a list is, because it has a meaning.
 */
function contentHash({ value }: SourceDocument, merged: Merged): string | null {
  // Whatever else it is has a finding of its own, and no content to be pinned.
  if (typeof value !== 'object' || value === null) return null;
  const content = value as Record<string, unknown>;
  const fields = Object.fromEntries(HEAD.map((key) => [key, content[key]]));
  const { capacity, ...lists } = mergedSource(merged);
  try {
    return sha256(canonicalJson({ ...fields, ...lists, capacity } as Record<string, Json>));
  } catch (error) {
    // A number that is no integer is a finding of the readers; a pack that has one has no content to be pinned.
    if (error instanceof Error && error.message.startsWith('not a safe integer')) return null;
    throw error;
  }
}
