import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

// The processes log JSON into files; a person at the terminal reads one line per event with a name before it.

const SHOWN_LEVELS = new Set(['fatal', 'error', 'warn']);
/** `13:20:01` of an instant in ISO form. */
const TIME_OF_DAY = [11, 19] as const;
const FOLLOW_MS = 250;
const READ_BYTES = 65_536;

/** Null: not for the terminal. A line that is no JSON is shown as it is: it comes from something that broke. */
export function terminalLine(name: string, line: string, isVerbose: boolean): string | null {
  const entry = parse(line);
  if (entry === null) return line.trim() === '' ? null : `${name}  ${line}`;
  const { time, level, msg, name: _, ...detail } = entry;
  if (!isVerbose && !SHOWN_LEVELS.has(String(level))) return null;
  const rest = Object.keys(detail).length === 0 ? '' : ` ${JSON.stringify(withoutStack(detail))}`;
  return `${String(time).slice(...TIME_OF_DAY)} ${name}  ${String(level)}: ${String(msg)}${rest}`;
}

/** The end of what a process said, as a person reads it. */
export function lastLines(name: string, said: string, linesMax: number): string[] {
  const shown = said.split('\n').map((line) => terminalLine(name, line, true));
  return shown.filter((line) => line !== null).slice(-linesMax);
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'msg' in value
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The stack stands in the file. */
function withoutStack(detail: Record<string, unknown>): Record<string, unknown> {
  const { error } = detail;
  const message =
    typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : null;
  return typeof message === 'string' ? { ...detail, error: message } : detail;
}

/** Calls `onLine` with each whole line that is added to a file. Returns how to end it; what came till then is told. */
export function followLines(path: string, onLine: (line: string) => void): () => void {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(READ_BYTES);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const drain = (): void => {
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, bytes))).split('\n');
      rest = lines.pop()!;
      for (const line of lines) onLine(line);
    }
  };
  const timer = setInterval(drain, FOLLOW_MS);
  return () => {
    clearInterval(timer);
    drain();
    closeSync(file);
  };
}
