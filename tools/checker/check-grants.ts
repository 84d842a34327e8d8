import { canonicalText } from './canonical-text.ts';
import type { BudgetEvidence, Movement } from './check-budget.ts';
import type { EventLine } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { inOrder, positionParts } from './position-order.ts';

// The life of each grant, from the decisions about it: issued once, shrunk only while it runs, ended once; and its
// record in the compacted log says what the last decision said.

export interface Terms {
  readonly grantId: string;
  readonly kind: string;
  readonly size: number;
  readonly maximum: number;
  readonly validFrom: string;
  readonly validUntil: string;
}

export interface DecisionContent {
  readonly position: string;
  readonly outcome: string;
  readonly programme: string;
  readonly reasons: readonly string[];
  readonly budget: BudgetEvidence | null;
  readonly grant: Terms | null;
}

interface KnownGrant {
  readonly merchant: string;
  readonly programme: string;
  readonly account: string;
  readonly issued: number;
  size: number;
  /** Largest cumulative usage: before the record under examination, and with it. */
  used: number;
  usedBefore: number;
  isRunning: boolean;
  status: string;
  decision: string;
  terms: string;
}

export interface GrantCheck {
  /** A new capability record: usage from before it is settled knowledge. */
  nextRecord(): void;
  /** Usage reported by a merchant for its own grant. */
  used(merchant: string, grantId: string, exposures: number): void;
  /** What a decision may move in its account, by what is known of its grant. */
  decided(where: string, merchant: string, timeMs: number, decision: DecisionContent): readonly Movement[];
  /** Sum over the account's grants of what they reported, each at most what was issued. */
  usageOf(account: string): number;
  /** A record of the grants log. `published`: position of the last decision in the export. */
  recorded(line: EventLine, published: string | null): void;
  /** Grants whose record is missing. */
  finish(partition: number): void;
  count(): number;
}

const STATUS: Readonly<Record<string, string>> = {
  issue: 'active',
  shrink: 'shrunk',
  grow: 'active',
  renew: 'active',
  expire: 'expired',
  revoke: 'revoked',
};

export function createGrantCheck(findings: Findings): GrantCheck {
  const grants = new Map<string, KnownGrant>();
  const running = new Map<string, string>();
  const recorded = new Set<string>();
  const usage = new Map<string, number>();
  let justUsed: KnownGrant | null = null;

  function issue(where: string, merchant: string, decision: DecisionContent): readonly Movement[] {
    const { programme, budget, position } = decision;
    const terms = decision.grant!;
    const { grantId, size, maximum } = terms;
    findings.expect(!grants.has(grantId), 'grant', where, () => `grant ${grantId} was issued before`);
    findings.expect(grantId === position, 'grant', where, () => `issues ${grantId}, named after no decision`);
    findings.expect(size === maximum && size > 0, 'grant', where, () => `size ${size} of at most ${maximum}`);
    const slot = `${merchant} ${programme}`;
    findings.expect(!running.has(slot), 'grant', where, () => {
      return `${merchant} has ${running.get(slot)} of ${programme} running already`;
    });
    running.set(slot, grantId);
    grants.set(grantId, {
      merchant,
      programme,
      account: budget?.account ?? '',
      issued: size,
      size,
      used: 0,
      usedBefore: 0,
      isRunning: true,
      status: 'active',
      decision: position,
      terms: canonicalText({ ...terms }),
    });
    return [{ free: -size, held: size }];
  }

  function change(
    where: string,
    merchant: string,
    timeMs: number,
    decision: DecisionContent,
  ): readonly Movement[] {
    const { outcome, programme, position, reasons } = decision;
    const terms = decision.grant!;
    const grant = grants.get(terms.grantId);
    if (grant === undefined) {
      findings.add('grant', where, `${outcome} of ${terms.grantId}, which was never issued`);
      return [];
    }
    const expect = (holds: boolean, what: string): void => findings.expect(holds, 'grant', where, () => what);
    expect(grant.merchant === merchant && grant.programme === programme, `${terms.grantId} is another's`);
    expect(grant.isRunning, `${outcome} of ${terms.grantId}, which has ended`);
    const spents = [grant.usedBefore, grant.used].map((used) => Math.min(used, grant.size));
    const before = grant.size;
    Object.assign(grant, {
      decision: position,
      status: STATUS[outcome] ?? outcome,
      terms: canonicalText({ ...terms }),
    });
    if (outcome === 'shrink') {
      expect(
        terms.size < before && terms.size >= Math.min(...spents),
        `shrinks from ${before} to ${terms.size}`,
      );
      grant.size = terms.size;
      return [{ held: terms.size - before, free: before - terms.size }];
    }
    if (outcome !== 'expire' && outcome !== 'revoke') return [];
    const isOver = timeMs >= Date.parse(terms.validUntil) || !reasons.includes('duration-over');
    expect(isOver, `expires before ${terms.validUntil}`);
    expect(terms.size === before, `ends with size ${terms.size}, it had ${before}`);
    grant.isRunning = false;
    running.delete(`${merchant} ${programme}`);
    return spents.map((spent) => ({ held: spent - before, settling: before - spent }));
  }

  return {
    nextRecord() {
      if (justUsed !== null) justUsed.usedBefore = justUsed.used;
      justUsed = null;
    },
    used(merchant, grantId, exposures) {
      const grant = grants.get(grantId);
      if (grant === undefined || grant.merchant !== merchant) return;
      const clamped = (): number => Math.min(grant.used, grant.issued);
      const before = clamped();
      justUsed = grant;
      grant.used = Math.max(grant.used, exposures);
      usage.set(grant.account, (usage.get(grant.account) ?? 0) + clamped() - before);
    },
    decided(where, merchant, timeMs, decision) {
      if (decision.grant === null) {
        findings.expect(
          decision.outcome === 'withhold',
          'grant',
          where,
          () => `${decision.outcome} has no grant`,
        );
        return [{}];
      }
      if (decision.outcome === 'issue') return issue(where, merchant, decision);
      return change(where, merchant, timeMs, decision);
    },
    usageOf: (account) => usage.get(account) ?? 0,
    recorded(line, published) {
      const where = `grants ${line.key}`;
      const data = line.event?.data as unknown as Terms & {
        decision: string;
        status: string;
        programme: string;
      };
      if (data === undefined || line.key === null) {
        findings.add('grant', where, 'the record is not an event');
        return;
      }
      findings.expect(!recorded.has(line.key), 'grant', where, () => 'stands twice in a compacted log');
      recorded.add(line.key);
      const grant = grants.get(line.key);
      // Grants are read a moment after decisions: what is newer than the last decision cannot be judged.
      if (isNewer(data.decision, published)) return;
      if (grant === undefined) {
        findings.add('grant', where, 'no decision issued it');
        return;
      }
      const { grantId, kind, size, maximum, validFrom, validUntil } = data;
      const terms = canonicalText({ grantId, kind, size, maximum, validFrom, validUntil });
      const says = `${data.decision} ${data.status} ${data.programme} ${terms}`;
      const wanted = `${grant.decision} ${grant.status} ${grant.programme} ${grant.terms}`;
      findings.expect(
        says === wanted,
        'grant',
        where,
        () => `says ${says}, its last decision says ${wanted}`,
      );
      findings.expect(line.event!.subject === grant.merchant, 'grant', where, () => {
        return `belongs to ${line.event!.subject}, it was issued to ${grant.merchant}`;
      });
    },
    finish(partition) {
      for (const id of grants.keys()) {
        findings.expect(
          recorded.has(id),
          'grant',
          `grants ${partition}`,
          () => `${id} was issued and is missing`,
        );
      }
    },
    count: () => grants.size,
  };
}

function isNewer(position: string, published: string | null): boolean {
  const parts = positionParts(position);
  const last = published === null ? null : positionParts(published);
  return parts !== null && (last === null || inOrder(parts, last) > 0);
}
