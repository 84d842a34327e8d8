// RFC 4180, strictly: a file that does not keep to it is refused with its line and never half understood.

export interface CsvRow {
  /** Line on which the row begins, counted from 1. */
  readonly line: number;
  /** Every column of the header, by name. An empty field is the empty text. */
  readonly fields: ReadonlyMap<string, string>;
}

export class CsvError extends Error {
  override readonly name = 'CsvError';
  constructor(
    readonly line: number,
    rule: string,
  ) {
    super(`line ${line}: ${rule}`);
  }
}

const BYTE_ORDER_MARK = '\ufeff';

/** The rows below the header. `columns` must all be there; others may be. */
export function parseCsv(text: string, columns: readonly string[]): CsvRow[] {
  const [header, ...records] = splitRecords(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  if (header === undefined) throw new CsvError(1, 'must have a header');
  const names = header.fields;
  if (new Set(names).size !== names.length) throw new CsvError(1, 'must not name a column twice');
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) throw new CsvError(1, `must have the columns ${missing.join(', ')}`);
  return records.map(({ line, fields }) => {
    if (fields.length !== names.length) {
      throw new CsvError(line, `must have ${names.length} fields like the header, has ${fields.length}`);
    }
    return { line, fields: new Map(names.map((name, place) => [name, fields[place]!])) };
  });
}

interface Split {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Goes from field to field. Each ends in a comma, a line break or the end of the text. */
function splitRecords(text: string): Split[] {
  const records: Split[] = [];
  let fields: string[] = [];
  let line = 1;
  let startLine = 1;
  let at = 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at, line) : plainField(text, at, line);
    fields.push(field.value);
    line += field.breaks;
    at = field.end;
    const isCrLf = text[at] === '\r' && text[at + 1] === '\n';
    if (at < text.length && text[at] !== ',' && text[at] !== '\n' && !isCrLf) {
      throw new CsvError(line, 'must have a comma or the end of the line after a closing quote');
    }
    const isMore = text[at] === ',';
    at += isCrLf ? 2 : 1;
    // A comma at the very end of the text still announces one field, the empty one.
    if (isMore && at < text.length) continue;
    if (isMore) fields.push('');
    records.push({ line: startLine, fields });
    fields = [];
    line += 1;
    startLine = line;
  }
  return records;
}

interface Field {
  readonly value: string;
  readonly end: number;
  /** Line breaks inside the field. */
  readonly breaks: number;
}

function plainField(text: string, start: number, line: number): Field {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') {
    if (text[end] === '"') throw new CsvError(line, 'must put a field that contains a quote into quotes');
    end += 1;
  }
  if (text[end] === '\r' && text[end + 1] !== '\n')
    throw new CsvError(line, 'must not end a line in CR alone');
  return { value: text.slice(start, end), end, breaks: 0 };
}

function quotedField(text: string, start: number, line: number): Field {
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) throw new CsvError(line, 'must close the quote that it opens');
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      return { value, end: quote + 1, breaks: value.split('\n').length - 1 };
    }
    value += '"';
    from = quote + 2;
  }
}
