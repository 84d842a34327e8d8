/** Where something stands in a file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a policy source, where it was written, and what would be right. */
export interface PlacedFinding extends Place {
  /** JSON pointer within the file; `/` is the whole of it. */
  readonly field: string;
  readonly value: string;
  readonly rule: string;
  /** What would be right, where that can be said. */
  readonly right: string | null;
}

/** Somebody reads them: more than these are counted, not shown. */
const FINDINGS_SHOWN_MAX = 200;
const VALUE_SHOWN_MAX = 80;

/** One line a finding, in the order of files and lines, and how many there are. */
export function findingsText(findings: readonly PlacedFinding[]): string {
  const lines = findings.slice(0, FINDINGS_SHOWN_MAX).map(findingText);
  const more = findings.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  lines.push(findings.length === 1 ? '1 finding' : `${findings.length} findings`);
  return lines.join('\n');
}

function findingText({ file, line, column, field, value, rule, right }: PlacedFinding): string {
  const advice = right === null ? '' : `; ${right}`;
  return `${file}:${line}:${column}: ${field}: ${value}: ${rule}${advice}`;
}

/** A value as a finding shows it: on one line, and not longer than a line. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return line.length > VALUE_SHOWN_MAX ? `${line.slice(0, VALUE_SHOWN_MAX - 3)}...` : line;
}

export function byPlace(a: Place, b: Place): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
