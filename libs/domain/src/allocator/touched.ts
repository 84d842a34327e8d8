import { conditionsOf, type Bundle } from '../policy/bundle.ts';
import { atomsOf } from '../policy/condition.ts';

// A capability record says why it was written, and usage is of one grant. For most programmes that a merchant is
// withheld from nothing is new then, however many there are: only those are decided on again that read what changed.

/** By cause of a capability record: ids of the programmes that read it. What is not here touches all. */
export type Readers = ReadonlyMap<string, ReadonlySet<string>>;

const NOBODY: ReadonlySet<string> = new Set();

export function readersOf({ programmes, metrics, ladders }: Bundle): Readers {
  const readers = new Map<string, Set<string>>();
  const note = (why: string, id: string): void => {
    const found = readers.get(why);
    if (found === undefined) readers.set(why, new Set([id]));
    else found.add(id);
  };
  for (const programme of programmes) {
    const { id, size } = programme;
    for (const atom of conditionsOf(programme).flatMap(atomsOf)) note(`verdict:${atom.id}`, id);
    if ('metric' in size) note(`grain:${size.metric}`, id);
    else if ('perHeadroom' in size) note('grain:headroom', id);
  }
  // Conditions on these are verdicts; sizes follow no other grain.
  for (const { id } of ladders) for (const kind of ['tier', 'projected']) addNobody(readers, `${kind}:${id}`);
  for (const { id } of metrics) addNobody(readers, `grain:${id}`);
  for (const why of ['grain:headroom', 'flag:violations']) addNobody(readers, why);
  return readers;
}

function addNobody(readers: Map<string, ReadonlySet<string>>, why: string): void {
  if (!readers.has(why)) readers.set(why, NOBODY);
}

interface Heard {
  readonly bundle: string;
  readonly why: readonly string[];
}

/** What a record can have changed, by what was heard before and is now; null: anything, by another bundle. */
export function causesOf(
  live: string | null,
  before: Heard | null,
  now: Heard | null,
): readonly string[] | null {
  if (now === null || before?.bundle !== live || now.bundle !== live) return null;
  // Usage says nothing new of the merchant.
  return before === now ? [] : now.why;
}

/** Finds the programmes that causes have to do with; null: all. */
export type Touch = (readers: Readers, why: readonly string[]) => ReadonlySet<string> | null;

/** Programmes that read one of the causes; null: all may, as after an activation or when a profile changed. */
export function touchedBy(readers: Readers, why: readonly string[]): ReadonlySet<string> | null {
  let touched: Set<string> | null = null;
  for (const each of why) {
    const found = readers.get(each);
    if (found === undefined) return null;
    if (touched === null && why.length === 1) return found;
    touched ??= new Set();
    for (const id of found) touched.add(id);
  }
  return touched ?? NOBODY;
}
