import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followLines, lastLines, terminalLine } from './log-line.ts';

const WARNING =
  '{"level":"warn","time":"2026-11-25T13:20:01.123Z","name":"scoring","partition":3,"msg":"is catching up"}';

describe('a line of the log on the terminal', () => {
  test('says when, who, how bad and what, with the detail at its end', () => {
    expect(terminalLine('scoring-2', WARNING, false)).toBe(
      '13:20:01 scoring-2  warn: is catching up {"partition":3}',
    );
  });

  test('of level info is for those who ask for more', () => {
    const info = WARNING.replace('warn', 'info');
    expect(terminalLine('scoring-2', info, false)).toBeNull();
    expect(terminalLine('scoring-2', info, true)).toContain('info: is catching up');
  });

  test('leaves the stack of an error in the file', () => {
    const line =
      '{"level":"error","time":"2026-11-25T13:20:01Z","error":{"message":"gone","stack":"at x"},"msg":"m"}';
    expect(terminalLine('a', line, false)).toBe('13:20:01 a  error: m {"error":"gone"}');
  });

  test('is among the last that are shown of a process that failed, without empty ones', () => {
    const said = `${WARNING}\n\nRangeError: too deep\n${WARNING}\n`;
    expect(lastLines('a', said, 2)).toEqual(['a  RangeError: too deep', terminalLine('a', WARNING, true)]);
  });

  test('that is no JSON is shown as it is', () => {
    expect(terminalLine('ingest-1', 'FATAL: out of memory', false)).toBe('ingest-1  FATAL: out of memory');
  });
});

test('lines that are added to a file are told once, whole, and the last ones when it ends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-lines-'));
  const path = join(folder, 'a.out');
  writeFileSync(path, 'one\ntw');
  const lines: string[] = [];
  const end = followLines(path, (line) => lines.push(line));
  appendFileSync(path, 'o\nthree\nhalf');
  end();
  expect(lines).toEqual(['one', 'two', 'three']);
  rmSync(folder, { recursive: true });
});
