import { isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Pin } from './load-source.ts';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text of a bundle file with the hash of every pack in it. Only the hashes change; comments and layout stay as
 * they are. `pins` are those of the bundle, in its order, each with a hash.
 */
export function pinPacks(text: string, pins: readonly Pin[]): string {
  const packs = parseDocument(text, { version: '1.2', schema: 'core' }).get('packs');
  if (!isSeq(packs)) return text;
  const splices = packs.items.flatMap((element, i) => {
    const hash = pins[i]?.hash ?? null;
    return isMap(element) && hash !== null ? [spliceOf(text, element, hash)] : [];
  });
  return splices
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, text: put }) => result.slice(0, start) + put + result.slice(end), text);
}

function spliceOf(text: string, element: YAMLMap, hash: string): Splice {
  const pairOf = (name: string): Pair | undefined =>
    element.items.find(({ key }) => isScalar(key) && key.value === name);
  const old = (pairOf('hash')?.value ?? null) as Node | null;
  if (old?.range) {
    const [start, end] = old.range;
    if (start < end) return { start, end, text: hash };
    const before = text[start - 1] === ' ' ? '' : ' ';
    const after = text[end] === '}' ? ' ' : '';
    return { start, end, text: `${before}${hash}${after}` };
  }
  const { key, value } = pairOf('pack')!;
  const [keyStart] = (key as Node).range!;
  const valueEnd = (value as Node).range![1];
  if (element.flow === true) return { start: valueEnd, end: valueEnd, text: `, hash: ${hash}` };
  const lineStart = text.lastIndexOf('\n', keyStart - 1) + 1;
  // After a comment that stands behind the path.
  const lineEnd = text.indexOf('\n', valueEnd);
  const at = lineEnd === -1 ? text.length : lineEnd;
  return { start: at, end: at, text: `\n${' '.repeat(keyStart - lineStart)}hash: ${hash}` };
}
