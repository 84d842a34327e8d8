import {
  readLines,
  type EventLine,
  type ExportManifest,
  type LineCursor,
  cursorOver,
} from './export-reader.ts';
import { Findings } from './finding.ts';
import { shown } from './canonical-text.ts';
import { inOrder, positionParts } from './position-order.ts';

/** What a partition's allocator said to the treasuries, each once, in the order in which it said it. */
export function readMail(dir: string, manifest: ExportManifest, partition: number): LineCursor {
  const writer = `allocator/${partition}`;
  const cursors = Array.from({ length: manifest.genesis.treasuries }, (_, treasury) =>
    cursorOver(saidBy(dir, manifest, treasury, writer)),
  );
  const first = async (): Promise<LineCursor | null> => {
    let least: { readonly cursor: LineCursor; readonly parts: readonly number[] } | null = null;
    for (const cursor of cursors) {
      const line = await cursor.peek();
      if (line === null) continue;
      const parts = positionParts(line.position ?? '') ?? [];
      if (least === null || inOrder(parts, least.parts) < 0) least = { cursor, parts };
    }
    return least?.cursor ?? null;
  };
  return {
    peek: async () => (await first())?.peek() ?? null,
    take: async () => (await first())?.take() ?? null,
  };
}

async function* saidBy(
  dir: string,
  manifest: ExportManifest,
  treasury: number,
  writer: string,
): AsyncGenerator<EventLine, void, undefined> {
  let last = 0;
  // What is wrong with the log itself is found where it is checked.
  for await (const line of readLines(dir, manifest, 'treasury', treasury, new Findings())) {
    const data = line.event?.data ?? {};
    const sequence = Number(data['sequence']);
    if (data['writer'] !== writer || !(sequence > last)) continue;
    last = sequence;
    yield { ...line, partition: treasury, position: shown(data['position']) };
  }
}
