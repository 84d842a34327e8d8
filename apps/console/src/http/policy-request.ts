import { STOP_RULES } from '#stage/stop';
import type { WrittenSources } from '#store/policy/policy-versions';
import { shown } from './query.ts';
import { badRequest, type FieldProblem } from './refusal.ts';

export interface SubmissionRequest {
  readonly sources: WrittenSources;
  readonly reason: string;
}

const ENTRY = 'bundle.yaml';
/** Of a bundle with its packs. */
const FILES_MAX = 500;
const PATH = /^(?!\/)[^\0\\]{1,256}$/;
const FILES_RULE = `must be 1 to ${FILES_MAX} texts by their paths, written with / and not from the root`;

/**
 * `{files, entry?, reason}`: texts by path, and which of them is the bundle; or `{source, reason}`: the bundle as one
 * JSON document, which is YAML too. Everything wrong is told at once.
 */
export function readSubmission(body: unknown): SubmissionRequest {
  const { files, source, entry = ENTRY, reason, ...others } = membersOf(body);
  const problems = unknownFields(others, 'files, entry, source, reason');
  if ((files === undefined) === (source === undefined))
    problems.push({ field: 'files', value: shown(files), rule: 'must be there, or source, and not both' });
  if (files !== undefined && !isFiles(files))
    problems.push({ field: 'files', value: shown(files), rule: FILES_RULE });
  else if (files !== undefined && (typeof entry !== 'string' || !Object.hasOwn(files as object, entry)))
    problems.push({ field: 'entry', value: shown(entry), rule: 'must be one of the files' });
  if (source !== undefined && !isMembers(source))
    problems.push({ field: 'source', value: shown(source), rule: 'must be the bundle as an object' });
  checkReason(reason, problems);
  if (problems.length > 0) throw badRequest(problems);
  const sources =
    files === undefined
      ? { entry: ENTRY, files: { [ENTRY]: JSON.stringify(source, null, 2) } }
      : { entry: entry as string, files: files as Record<string, string> };
  return { sources, reason: reason as string };
}

/** `{reason}` and nothing else. */
export function readReason(body: unknown): string {
  const { reason, ...others } = membersOf(body);
  const problems = unknownFields(others, 'reason');
  checkReason(reason, problems);
  if (problems.length > 0) throw badRequest(problems);
  return reason as string;
}

function checkReason(reason: unknown, problems: FieldProblem[]): void {
  const { rule, isKept } = STOP_RULES.reason;
  if (!isKept(reason)) problems.push({ field: 'reason', value: shown(reason), rule });
}

function unknownFields(others: Record<string, unknown>, known: string): FieldProblem[] {
  return Object.entries(others).map(([field, value]) => ({
    field,
    value: shown(value),
    rule: `known fields are ${known}`,
  }));
}

function isFiles(value: unknown): boolean {
  if (!isMembers(value)) return false;
  const files = Object.entries(value);
  const isWell = ([path, text]: [string, unknown]): boolean => PATH.test(path) && typeof text === 'string';
  return files.length >= 1 && files.length <= FILES_MAX && files.every(isWell);
}

function membersOf(body: unknown): Record<string, unknown> {
  return isMembers(body) ? body : {};
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
