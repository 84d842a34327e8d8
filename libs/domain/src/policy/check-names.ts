import type { Reader } from './reader.ts';

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
