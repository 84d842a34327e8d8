import { CsvError, parseCsv } from './csv.ts';

describe('the CSV reader', () => {
  test.each([
    ['plain fields', 'a,b\n1,2\n', [['1', '2']]],
    ['a last line without its break', 'a,b\n1,2', [['1', '2']]],
    [
      'CRLF',
      'a,b\r\n1,2\r\n3,4\r\n',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'empty fields at the end',
      'a,b\n,\n1,',
      [
        ['', ''],
        ['1', ''],
      ],
    ],
    ['commas in quotes', 'a,b\n"cat, wolf",2\n', [['cat, wolf', '2']]],
    ['doubled quotes', 'a,b\n"say ""no""",""\n', [['say "no"', '']]],
    ['line breaks in quotes', 'a,b\n"one\ntwo",2\n', [['one\ntwo', '2']]],
    ['quoted column names and a byte order mark', '\ufeff"a","b"\n1,2\n', [['1', '2']]],
    ['a header alone', 'a,b\n', []],
  ])('reads %s', (_what, text, rows) => {
    expect(parseCsv(text, ['a', 'b']).map((row) => [...row.fields.values()])).toEqual(rows);
  });

  test('tells on which line a row begins, line breaks inside fields counted', () => {
    const rows = parseCsv('a,b\n"one\ntwo",2\n3,4\n', ['a']);
    expect(rows.map((row) => row.line)).toEqual([2, 4]);
  });

  test.each([
    ['an open quote', 'a,b\n1,"2\n', 'line 2: must close the quote that it opens'],
    ['text after a closing quote', 'a,b\n"1"x,2\n', 'line 2: must have a comma or the end of the line'],
    ['a quote inside a plain field', 'a,b\n1,x"y\n', 'line 2: must put a field that contains a quote'],
    ['too few fields', 'a,b\n1,2\n3\n', 'line 3: must have 2 fields like the header, has 1'],
    ['a blank line', 'a,b\n\n1,2\n', 'line 2: must have 2 fields like the header, has 1'],
    ['CR alone', 'a,b\r1,2\n', 'line 1: must not end a line in CR alone'],
    ['a missing column', 'a,c\n1,2\n', 'line 1: must have the columns b'],
    ['a column named twice', 'a,a\n1,2\n', 'line 1: must not name a column twice'],
    ['nothing at all', '', 'line 1: must have a header'],
  ])('refuses %s', (_what, text, message) => {
    const parse = (): unknown => parseCsv(text, ['a', 'b']);
    expect(parse).toThrow(CsvError);
    expect(parse).toThrow(message);
  });
});
