import { readerOf, type Reader } from './reader.ts';

/** The thing called `id` must be one of `ids`. What has no id has a finding already. */
export function checkKnown(at: Reader, what: string, id: string, ids: readonly string[]): void {
  if (id === '' || ids.includes(id)) return;
  at.fail(`names the ${what} ${id}, which is not defined; defined are ${ids.join(', ') || 'none'}`);
}

/** Of a list of things with these ids no two may have the same. */
export function checkUnique(list: Reader, ids: readonly string[]): void {
  for (const [i, id] of ids.entries()) {
    const first = ids.indexOf(id);
    if (id !== '' && first < i)
      list
        .at(i)
        .at('id')
        .fail(`must be unique, and ${list.at(first).field} has it`);
  }
}

/** Ids in the order of the source, which compiled metrics and ladders are not in; '' where none can be read. */
export function idsWritten(root: Reader, key: string): readonly string[] {
  const list = root.at(key).value;
  if (!Array.isArray(list)) return [];
  return list.map((each) => {
    const id = readerOf(each, []).at('id').value;
    return typeof id === 'string' ? id : '';
  });
}

/** The first place within a thing where it names `id`; the thing itself where none is found. */
export function whereNamed(thing: Reader, id: string): Reader {
  const within = (at: Reader): Reader | null => {
    if (at.value === id) return at;
    if (typeof at.value !== 'object' || at.value === null) return null;
    for (const key of Object.keys(at.value)) {
      const found = key === 'id' ? null : within(at.at(Array.isArray(at.value) ? Number(key) : key));
      if (found !== null) return found;
    }
    return null;
  };
  return within(thing) ?? thing;
}
