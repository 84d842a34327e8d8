import type { BudgetEvidence, Movement, PurseName } from './check-purse.ts';
import type { EventLine } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { ENDED, RUNNING, statesAfter, type State } from './grant-table.ts';
import { instanceOf, periodFrom, type PolicyBundle } from './policy-bundle.ts';
import { compareRecord, termsText } from './grant-records.ts';

// The life of each grant, from the decisions about it: only steps that the table knows, one running grant of a
// programme and of an exclusive set, money from the instance that is the merchant's; and its record in the compacted
// log says what the last decision said.

export interface Terms {
  readonly grantId: string;
  readonly account: string | null;
  readonly size: number;
  readonly maximum: number;
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

/** What a decision was made on. */
export interface DecisionContext {
  readonly where: string;
  readonly merchant: string;
  readonly atMs: number;
  /** Local date of that instant. */
  readonly today: string;
  readonly bundle: PolicyBundle | null;
  /** What scoring said last of the merchant. */
  readonly profile: Profile | null;
}

export interface Profile {
  readonly entity: string | null;
  readonly category: string | null;
  readonly country: string | null;
}

export interface KnownGrant {
  readonly id: string;
  readonly merchant: string;
  readonly programme: string;
  /** Null where nothing is counted. */
  readonly purse: PurseName | null;
  /** Its units come back when it ends: seats. */
  readonly isReusable: boolean;
  size: number;
  spent: number;
  overrun: number;
  state: State;
  decision: string;
  terms: string;
}

export interface GrantCheck {
  /** A bundle went live: who applied for a programme that it does not have does so no longer. */
  activated(bundle: PolicyBundle): void;
  /** What new usage moves; null when it counts nowhere. Usage is cumulative: the largest report counts. */
  usage(merchant: string, grantId: string, used: number): PendingUsage | null;
  /** Posts it to the grant. */
  spend(usage: PendingUsage): void;
  /** What a decision moves in its purse, by what is known of its grant. */
  decided(context: DecisionContext, decision: DecisionContent): Movement;
  /** A record of the grants log. `published`: position of the last decision in the export. */
  recorded(line: EventLine, published: string | null): void;
  /** Grants whose record is missing. */
  finish(partition: number): void;
  count(): number;
}

export interface PendingUsage {
  readonly grant: KnownGrant;
  readonly spent: number;
  readonly overrun: number;
  readonly movement: Movement;
}

/** Where quantities stop growing. */
const QUANTITY_MAX = 1_000_000_000_000_000;
/** Outcomes that are about no grant. */
const WITHOUT_GRANT: readonly string[] = ['withhold', 'offer', 'wait', 'forfeit'];

export function createGrantCheck(findings: Findings): GrantCheck {
  const grants = new Map<string, KnownGrant>();
  /** By merchant and programme: where it stands before it has a grant. */
  const applying = new Map<string, State>();
  /** By merchant: programme to the grant that runs. */
  const running = new Map<string, Map<string, string>>();
  const recorded = new Set<string>();

  /** Follows an outcome from a state. */
  function step({ where }: DecisionContext, from: State, { outcome, reasons }: DecisionContent): State {
    const states = statesAfter(from, outcome);
    const isOver = reasons.includes('duration-over');
    const to = states.length > 1 ? (isOver ? 'expired' : 'used-up') : states[0];
    if (to !== undefined) return to;
    findings.add('grant', where, `${outcome} of what is ${from}: no grant takes that step`);
    return from;
  }

  function refused({ where, merchant }: DecisionContext, reasons: readonly string[]): Movement {
    const id = reasons.find((reason) => reason.startsWith('grant:'))?.slice('grant:'.length);
    const grant = id === undefined ? undefined : grants.get(id);
    const isOpen = grant !== undefined && grant.merchant === merchant && takesUsage(grant);
    findings.expect(!isOpen, 'grant', where, () => `refuses usage of ${id}, which is ${grant?.state}`);
    return {};
  }

  function issue(context: DecisionContext, decision: DecisionContent): Movement {
    const { where, merchant, bundle } = context;
    const { programme, budget, position } = decision;
    const terms = decision.grant!;
    const { grantId, size, maximum, account } = terms;
    const expect = (holds: boolean, what: () => string): void => findings.expect(holds, 'grant', where, what);
    expect(!grants.has(grantId), () => `grant ${grantId} was issued before`);
    expect(grantId === position, () => `issues ${grantId}, named after no decision`);
    expect(size === maximum && size > 0, () => `size ${size} of at most ${maximum}`);
    expect(
      (budget?.account ?? null) === account,
      () => `has account ${account}, is paid by ${budget?.account}`,
    );
    const held = running.get(merchant) ?? new Map<string, string>();
    running.set(merchant, held);
    expect(
      !held.has(programme),
      () => `${merchant} has ${held.get(programme)} of ${programme} running already`,
    );
    const set = bundle?.programmes.get(programme)?.exclusive ?? null;
    for (const [other, id] of held) {
      const isRival = set !== null && other !== programme && bundle!.programmes.get(other)?.exclusive === set;
      expect(!isRival, () => `${merchant} has ${id} of ${other} running, which excludes ${programme}`);
    }
    held.set(programme, grantId);
    if (account !== null) checkInstance(context, programme, account, findings);
    const unit = bundle?.accounts.get(instanceOf(account ?? '').account)?.unit;
    grants.set(grantId, {
      id: grantId,
      merchant,
      programme,
      purse: account === null ? null : { account, holder: budget?.holder ?? null },
      isReusable: unit === 'seats',
      size,
      spent: 0,
      overrun: 0,
      state: 'active',
      decision: position,
      terms: termsText(terms),
    });
    return account === null ? {} : { free: -size, held: size };
  }

  function change(context: DecisionContext, decision: DecisionContent): Movement {
    const { where, merchant, atMs } = context;
    const { outcome, programme, position, reasons } = decision;
    const terms = decision.grant!;
    const grant = grants.get(terms.grantId);
    if (grant === undefined) {
      findings.add('grant', where, `${outcome} of ${terms.grantId}, which was never issued`);
      return {};
    }
    const expect = (holds: boolean, what: () => string): void => findings.expect(holds, 'grant', where, what);
    expect(grant.merchant === merchant && grant.programme === programme, () => `${grant.id} is another's`);
    const [before, size] = [grant.size, terms.size];
    const grows = size - before;
    expect(CHANGES[outcome]?.(grows) ?? grows === 0, () => `${outcome} takes ${before} to ${size}`);
    expect(size >= grant.spent, () => `${outcome} leaves ${size}, ${grant.spent} are spent`);
    const isEarly = reasons.includes('duration-over') && atMs < Date.parse(terms.validUntil);
    expect(!isEarly, () => `expires before ${terms.validUntil}`);
    const wasRunning = RUNNING.includes(grant.state);
    grant.state = step(context, grant.state, decision);
    grant.size = size;
    grant.decision = position;
    grant.terms = termsText(terms);
    if (wasRunning && ENDED.includes(grant.state)) running.get(merchant)?.delete(programme);
    return grant.purse === null ? {} : movementOf(grant, outcome, grows, wasRunning);
  }

  return {
    activated({ programmes }) {
      for (const slot of applying.keys()) {
        if (!programmes.has(slot.slice(slot.lastIndexOf(' ') + 1))) applying.delete(slot);
      }
    },
    usage(merchant, grantId, used) {
      const grant = grants.get(grantId);
      if (grant === undefined || grant.merchant !== merchant || !takesUsage(grant)) return null;
      const { purse, isReusable, size, spent, overrun, state } = grant;
      const fresh = Math.min(used, QUANTITY_MAX) - spent - overrun;
      if (purse === null || isReusable || fresh <= 0) return null;
      const counted = Math.min(fresh, size - spent);
      const beyond = fresh - counted;
      const claimed = state === 'clawed-back' ? counted : 0;
      const from = RUNNING.includes(state) ? 'held' : 'settling';
      const movement = { [from]: -counted, spent: counted, overrun: beyond, clawedBack: claimed };
      return { grant, spent: counted, overrun: beyond, movement };
    },
    spend({ grant, spent, overrun }) {
      grant.spent += spent;
      grant.overrun += overrun;
    },
    decided(context, decision) {
      const { where, merchant } = context;
      const { outcome, programme, grant } = decision;
      if (outcome === 'refuse-usage') return refused(context, decision.reasons);
      if (grant !== null && outcome !== 'issue') return change(context, decision);
      const slot = `${merchant} ${programme}`;
      const isAbout = grant !== null || WITHOUT_GRANT.includes(outcome);
      findings.expect(isAbout, 'grant', where, () => `${outcome} has no grant`);
      const to = isAbout ? step(context, applying.get(slot) ?? 'none', decision) : 'none';
      if (to === 'offered' || to === 'waiting') applying.set(slot, to);
      else applying.delete(slot);
      return grant === null ? {} : issue(context, decision);
    },
    recorded(line, published) {
      compareRecord(line, published, grants, recorded, findings);
    },
    finish(partition) {
      for (const id of grants.keys()) {
        const where = `grants ${partition}`;
        findings.expect(recorded.has(id), 'grant', where, () => `${id} was issued and is missing`);
      }
    },
    count: () => grants.size,
  };
}

/** What an outcome may do to the size; whatever is not here leaves it. */
const CHANGES: Readonly<Record<string, (grows: number) => boolean>> = {
  advance: (grows) => grows > 0,
  grow: (grows) => grows > 0,
  shrink: (grows) => grows < 0,
  renew: () => true,
};

function takesUsage({ state, isReusable, purse }: KnownGrant): boolean {
  return RUNNING.includes(state) || (ENDED.includes(state) && purse !== null && !isReusable);
}

/** The grant stands as it does after the decision. */
function movementOf(
  { size, spent, isReusable }: KnownGrant,
  outcome: string,
  grows: number,
  wasRunning: boolean,
): Movement {
  const left = size - spent;
  const claimed = outcome === 'claw-back' ? { clawedBack: spent } : {};
  switch (outcome) {
    case 'expire':
    case 'revoke':
    case 'claw-back':
      if (!wasRunning) return claimed;
      return { held: -left, [isReusable ? 'free' : 'settling']: left, ...claimed };
    case 'settle':
      return { settling: -left, free: left };
    default:
      return { held: grows, free: -grows };
  }
}

/** An account has an instance per period, and per entity, category or country: the grant's must be the merchant's. */
function checkInstance(context: DecisionContext, programme: string, name: string, findings: Findings): void {
  const { where, merchant, today, bundle, profile } = context;
  const { account: id, of, from } = instanceOf(name);
  const account = bundle?.accounts.get(id);
  const expect = (holds: boolean, what: () => string): void => findings.expect(holds, 'quota', where, what);
  expect(account !== undefined && bundle!.programmes.get(programme)?.account === id, () => {
    return `${programme} is paid by ${id}, which is not its account`;
  });
  if (account === undefined) return;
  const owner = account.per === null ? null : (profile?.[account.per] ?? null);
  expect(of === owner && (account.per === null || of !== null), () => {
    return `${name} is not of the ${account.per ?? 'platform'} of ${merchant}, which is ${owner}`;
  });
  const period = account.period === null ? null : periodFrom(account.period, today);
  expect(from === period, () => `${name} is not of the period that began on ${period}`);
}
