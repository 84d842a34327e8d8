import { readerOf, type Finding } from '#domain/policy/reader';
import { FILES_MAX } from './limit.ts';
import { loadPack, type LoadedPack } from './load-pack.ts';
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
import { byPlace, type PlacedFinding } from './place.ts';
import { readDocument, type SourceDocument } from './read-document.ts';
import { packFolder, packFiles, PACK_FILE, type SourceFiles } from './source-files.ts';

/** `trial`: to be checked or tried, where packs need no pins. `publication`: each pack must be pinned. */
export type Purpose = 'trial' | 'publication';

export interface Pin {
  readonly pack: string;
  readonly folder: string;
  /** What the bundle says; null where it says nothing. */
  readonly pinned: string | null;
  /** What the pack's content has; null where it cannot be read. */
  readonly hash: string | null;
}

export interface LoadedSource {
  /** Of the whole bundle, as the compiler reads it. */
  readonly source: Record<string, unknown>;
  readonly head: SourceDocument;
  readonly merged: Merged;
  readonly pins: readonly Pin[];
  /** Whether every file could be read: what is missing is then really missing. */
  readonly isWhole: boolean;
  readonly findings: readonly PlacedFinding[];
}

const HASH = /^[0-9a-f]{64}$/;

/**
 * A bundle with its packs, or a pack that is a bundle by itself, from files. `entry` is the path of the bundle's or
 * the pack's own file. Nothing throws: whatever is wrong with the files is a finding.
 */
export function loadSource(files: SourceFiles, entry: string, purpose: Purpose): LoadedSource {
  const head = readDocument(entry, files.get(entry) ?? '');
  if (!files.has(entry)) return unread(head, 'must be there', 'correct the path');
  if (files.size > FILES_MAX)
    return unread(
      head,
      `must not have more than ${FILES_MAX} files with its packs`,
      'put several things in a file',
    );
  const isPack = entry === PACK_FILE || entry.endsWith(`/${PACK_FILE}`);
  return isPack ? fromPack(loadPack(files, packFolder(entry, '.'))) : fromBundle(files, head, purpose);
}

function unread(head: SourceDocument, rule: string, right: string): LoadedSource {
  const findings = [{ ...head.placeOf(''), field: '/', value: head.file, rule, right }];
  return { source: {}, head, merged: emptyMerge(), pins: [], isWhole: false, findings };
}

/** The smallest bundle around one pack, for trying it by itself. */
function fromPack({ id, head, merged, isWhole, findings }: LoadedPack): LoadedSource {
  const { names, currency } = (head.value ?? {}) as Record<string, unknown>;
  const source = { bundle: id, names, currency, ...mergedSource(merged) };
  const more = duplicateCapacity(merged);
  return {
    source,
    head,
    merged,
    pins: [],
    isWhole,
    findings: [...findings, ...more].sort(byPlace),
  };
}

function fromBundle(files: SourceFiles, head: SourceDocument, purpose: Purpose): LoadedSource {
  const findings = [...head.findings];
  if (findings.length > 0)
    return { source: {}, head, merged: emptyMerge(), pins: [], isWhole: false, findings };
  const found: Finding[] = [];
  const root = readerOf(head.value, found);
  const loaded = root.has('packs')
    ? root
        .at('packs')
        .list()
        .map((at) => {
          at.only(['pack', 'hash']);
          const path = at.at('pack').text(/^[^\u0000-\u001f\\]{1,200}$/);
          const folder = packFolder(head.file, path);
          if (path !== '' && packFiles(files, folder).length === 0)
            at.at('pack').fail('must be the path of a folder with a pack, from this file on');
          const pack = path === '' || !at.at('pack').isSound() ? null : loadPack(files, folder);
          const pinned = at.has('hash') ? at.at('hash').text(HASH) : null;
          if (pinned !== '' && pack !== null) checkPin(at, pack, pinned, purpose);
          return { pack, pin: { pack: path, folder, pinned, hash: pack?.hash ?? null } };
        })
    : [];
  checkNotes(root);
  const named = loaded.flatMap(({ pack }) => (pack === null ? [] : [pack]));
  checkOnce(root, named);
  // What is named twice is read once: that everything in it stands twice would be found as well.
  const packs = named.filter(({ folder }, i) => named.findIndex((each) => each.folder === folder) === i);
  findings.push(...found.map((each) => placed(head, each)), ...packs.flatMap((pack) => pack.findings));
  const merged = joined([...packs.map((pack) => pack.merged), definitionsOf(head, findings)]);
  findings.push(...duplicateCapacity(merged));
  const canRead = !root.has('packs') || Array.isArray(root.at('packs').value);
  const isWhole = canRead && loaded.every(({ pack }) => pack?.isWhole === true);
  const source = { ...ownFields(head.value), ...mergedSource(merged) };
  return {
    source,
    head,
    merged,
    pins: loaded.map(({ pin }) => pin),
    isWhole,
    findings: findings.sort(byPlace),
  };
}

type Reader = ReturnType<typeof readerOf>;

function checkPin(at: Reader, { hash }: LoadedPack, pinned: string | null, purpose: Purpose): void {
  if (pinned === null && purpose === 'publication')
    at.fail(`must name the hash of the pack to be published, which is ${hash ?? 'unknown'}`);
  if (pinned !== null && hash !== null && pinned !== hash)
    at.at('hash').fail(`must be the hash of the pack's content, which is ${hash}`);
}

function checkOnce(root: Reader, packs: readonly LoadedPack[]): void {
  const seen = new Set<string>();
  for (const { folder } of packs) {
    if (seen.has(folder)) root.at('packs').fail(`must not name ${folder} twice`);
    seen.add(folder);
  }
}

function duplicateCapacity({ capacity }: Merged): PlacedFinding[] {
  const [first, ...others] = capacity;
  return others.map(({ document, pointer }) => {
    const { file, line } = first!.document.placeOf(first!.pointer);
    const rule = `must be defined once in a bundle, and ${file}:${line} does`;
    return {
      ...document.placeOf(pointer),
      field: pointer,
      value: 'capacity',
      rule,
      right: 'leave one of them out',
    };
  });
}

/** What a bundle says itself; unknown fields stay, so that the compiler finds them. */
function ownFields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const left = ['packs', 'illustrative', 'source', 'capacity', ...LISTS] as readonly string[];
  return Object.fromEntries(Object.entries(value).filter(([key]) => !left.includes(key)));
}
