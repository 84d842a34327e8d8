// The tables of hand-written pages, read back by the specs that hold them to the code.

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** All rows of the tables under a heading, down to the next heading of any depth. */
export function rowsUnder(page: string, heading: string): readonly Row[] {
  const lines = page.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`no heading "${heading}": the page and its spec must agree on it`);
  const below = lines.slice(start + 1);
  const end = below.findIndex((line) => line.startsWith('#'));
  const table = (end === -1 ? below : below.slice(0, end)).filter((line) => line.startsWith('|'));
  const [names = [], , ...rows] = table.map(cellsOf);
  return rows.map((cells) => Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ''])));
}

/** What stands in code marks, in order. */
export function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

export function wordsIn(list: string): readonly string[] {
  return list.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
