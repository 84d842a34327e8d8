import { canonicalText } from './canonical-text.ts';
import type { KnownGrant, Terms } from './check-grants.ts';
import type { EventLine } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { inOrder, positionParts } from './position-order.ts';

// The compacted log of grants against what the decisions said of each.

export function termsText(terms: object): string {
  return canonicalText(terms as { [key: string]: never });
}

type GrantRecord = Terms & {
  readonly position: string;
  readonly decision: string;
  readonly status: string;
  readonly programme: string;
  readonly effects: readonly string[];
};

/** One record. `published`: position of the last decision in the export; `seen` grows by what was compared. */
export function compareRecord(
  line: EventLine,
  published: string | null,
  grants: ReadonlyMap<string, KnownGrant>,
  seen: Set<string>,
  findings: Findings,
): void {
  const where = `grants ${line.key}`;
  const data = line.event?.data as unknown as GrantRecord | undefined;
  if (data === undefined || line.key === null) {
    findings.add('grant', where, 'the record is not an event');
    return;
  }
  findings.expect(!seen.has(line.key), 'grant', where, () => 'stands twice in a compacted log');
  seen.add(line.key);
  const grant = grants.get(line.key);
  // Grants are read a moment after decisions: what is newer than the last decision cannot be judged.
  if (isNewer(data.decision, published)) return;
  if (grant === undefined) {
    findings.add('grant', where, 'no decision issued it');
    return;
  }
  const { position: _position, decision, status, programme, effects: _effects, ...terms } = data;
  const says = `${decision} ${status} ${programme} ${termsText(terms)}`;
  const wanted = `${grant.decision} ${grant.state} ${grant.programme} ${grant.terms}`;
  findings.expect(says === wanted, 'grant', where, () => `says ${says}, its last decision says ${wanted}`);
  findings.expect(line.event!.subject === grant.merchant, 'grant', where, () => {
    return `belongs to ${line.event!.subject}, it was issued to ${grant.merchant}`;
  });
}

function isNewer(position: string, published: string | null): boolean {
  const parts = positionParts(position);
  const last = published === null ? null : positionParts(published);
  return parts !== null && (last === null || inOrder(parts, last) > 0);
}
