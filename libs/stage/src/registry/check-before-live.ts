import { canonicalJson, type Json } from '#domain/canonical';
import { analyse } from '#domain/policy/analysis/analyse';
import type { Bundle } from '#domain/policy/bundle';
import { parseBundle } from '#domain/policy/compile';

/** Something that a check says of a bundle. An error keeps it a draft; a warning is recorded with the step. */
export interface CheckFinding {
  readonly level: 'error' | 'warning';
  /** Of the compiled bundle, as a JSON pointer. */
  readonly field: string;
  readonly rule: string;
}

/**
 * All that a compiled bundle must pass before it may be approved. Each check is a function from the bundle to findings,
 * and is called here.
 */
export function checkBeforeLive(bundle: Bundle, text: string): readonly CheckFinding[] {
  return [...checkContent(bundle, text), ...checkMeaning(bundle)];
}

/** What goes into the log must be what was read, and what stages read back must be that again. */
function checkContent(bundle: Bundle, text: string): CheckFinding[] {
  const again = canonicalJson(parseBundle(text) as unknown as Json);
  if (again === text && again === canonicalJson(bundle as unknown as Json)) return [];
  return [{ level: 'error', field: '', rule: 'the compiled text must read back as the same bundle' }];
}

/** What the analysis calls an error or a warning; its notes are for whoever writes. */
function checkMeaning(bundle: Bundle): CheckFinding[] {
  return analyse(bundle).flatMap(({ severity, field, rule, says, repair }) =>
    severity === 'note' ? [] : [{ level: severity, field, rule: `${rule}: ${says} ${repair}` }],
  );
}
