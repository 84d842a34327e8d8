/** Where it is told how things go: the process's own output, or whatever collects lines. */
export interface Terminal {
  /** Its last line can be rewritten. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const COLUMNS_MIN = 20;

/** Rewrites the last line of a terminal; elsewhere adds one. */
export function tell(output: Terminal, line: string): void {
  const end = line.endsWith('\n') ? '\n' : '';
  if (output.isTTY === true) {
    const columns = Math.max(COLUMNS_MIN, (output.columns ?? 0) - 1);
    output.write(`\r\u001b[2K${line.slice(0, columns)}${end}`);
  } else output.write(end === '' ? `${line}\n` : line);
}
