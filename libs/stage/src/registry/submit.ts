import { posix } from 'node:path';
import type { Bundle } from '#domain/policy/bundle';
import { addPolicyStep } from '#store/policy/policy-steps';
import {
  insertPolicyVersion,
  lockPolicyVersion,
  reopenPolicyVersion,
  setPolicyState,
  type PolicyVersion,
  type WrittenSources,
} from '#store/policy/policy-versions';
import type { Database, Sql } from '#store/sql';
import type { BundleFile } from '../bundle-file.ts';
import { checkBeforeLive, type CheckFinding } from './check-before-live.ts';
import { requireWords } from './life.ts';

export interface Submission {
  readonly bundle: Bundle;
  /** Canonical JSON of the bundle. */
  readonly text: string;
  readonly hash: string;
  /** By paths that begin where the bundle's file is: nobody need know where on somebody's disk that was. */
  readonly sources: WrittenSources;
}

/** Of what was read from files. */
export function submissionOf({ bundle, text, hash, entry, files }: BundleFile): Submission {
  const fromEntry = (path: string): string => posix.relative(posix.dirname(entry), path);
  const written = Object.fromEntries([...files].map(([path, source]) => [fromEntry(path), source]));
  return { bundle, text, hash, sources: { entry: fromEntry(entry), files: written } };
}

export interface SubmitOutcome {
  readonly version: PolicyVersion;
  /** False: it was there, and was left as it is, but for the check of a draft. */
  readonly isNew: boolean;
  /** Of the check just made; none where none was needed. */
  readonly findings: readonly CheckFinding[];
}

/** Enters a bundle as a draft, and checks it. Submitting it again changes nothing, unless it was retired. */
export async function submitPolicy(
  database: Database,
  { bundle, text, hash, sources }: Submission,
  by: string,
  why: string,
): Promise<SubmitOutcome> {
  requireWords([by], why);
  return database.transaction(async (sql) => {
    const submitted = { hash, bundle: bundle.id, content: text, sources, submittedBy: by, why };
    const isNew = await insertPolicyVersion(sql, submitted);
    const before = (await lockPolicyVersion(sql, hash))!;
    const isBack = before.state === 'retired';
    if (isBack) await reopenPolicyVersion(sql, hash, by, why);
    if (isNew || isBack) {
      const step = isNew ? 'submitted' : 'resubmitted';
      await addPolicyStep(sql, { hash, step, people: [by], why, details: {} });
    }
    if (!isNew && !isBack && before.state !== 'draft') return { version: before, isNew: false, findings: [] };
    const findings = await check(sql, hash, bundle, text);
    return { version: (await lockPolicyVersion(sql, hash))!, isNew: isNew || isBack, findings };
  });
}

async function check(sql: Sql, hash: string, bundle: Bundle, text: string): Promise<readonly CheckFinding[]> {
  const findings = checkBeforeLive(bundle, text);
  const isWell = findings.every(({ level }) => level !== 'error');
  if (isWell) await setPolicyState(sql, hash, 'checked');
  const step = isWell ? 'checked' : 'check-failed';
  await addPolicyStep(sql, { hash, step, people: [], why: '', details: { findings } });
  return findings;
}
