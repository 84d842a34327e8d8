import type { Json } from '#domain/canonical';
import type { Decision, GrantTerms } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { PHRASES, type Language } from './explain.ts';
import { timesOf } from './explain/phrases.ts';
import { conditionInWords, readable, reasonInWords, type Naming } from './explain/reasons.ts';
import { ENGLISH_STORY } from './explain/story-en.ts';
import type { StepKind, StepWords, StoryPhrases } from './explain/story-phrases.ts';
import { CHINESE_STORY } from './explain/story-zh.ts';

// The life of a merchant, told from its decisions in their order: withheld, offered a training, trained, probed,
// boosted, saturated, shrunk, recovered, settled. A step is what a decision means after those before it, so the fold
// remembers what came before: a page of the story begins with the newest decision of each grant until there.

const STORIES: { readonly [language in Language]: StoryPhrases } = {
  en: ENGLISH_STORY,
  zh: CHINESE_STORY,
};
const TRAINING = 'training:';

/** One thing that changed; null is "there was none". */
export interface Change {
  readonly what: 'tier' | 'headroom' | 'reasons' | 'size' | 'maximum' | 'stage' | 'weightBps' | 'validUntil';
  readonly from: Json;
  readonly to: Json;
}

export interface Step {
  readonly step: StepKind;
  readonly decision: string;
  readonly at: string;
  readonly programme: string;
  readonly grantId: string | null;
  readonly sentence: string;
  readonly changed: readonly Change[];
}

/** What is known of a merchant's life before a decision. */
interface Life {
  /** The newest decision of each programme on an applicant or a running grant. */
  readonly programmes: Map<string, Decision>;
  readonly grants: Map<string, GrantTerms>;
  last: Decision | null;
}

/** Steps of `page` in order; `before` is what the life had come to by then, oldest first. */
export function tellStory(
  before: readonly CloudEvent[],
  page: readonly CloudEvent[],
  language: Language,
  namingOf: (bundle: string) => Naming,
): Step[] {
  const life: Life = { programmes: new Map(), grants: new Map(), last: null };
  for (const event of before) remember(life, decisionOf(event));
  const steps: Step[] = [];
  for (const event of page) {
    const decision = decisionOf(event);
    const naming = namingOf(decision.bundle);
    const changed = changesOf(life, decision);
    for (const kind of kindsOf(life, decision)) {
      steps.push({
        step: kind,
        decision: decision.position,
        at: event.time,
        programme: decision.programme,
        grantId: decision.grant?.grantId ?? null,
        sentence: STORIES[language].sentences[kind](wordsOf(life, decision, language, naming)),
        changed,
      });
    }
    remember(life, decision);
  }
  return steps;
}

/** What a decision means in the life; two steps where it shows that something happened before it. */
function kindsOf(life: Life, decision: Decision): readonly StepKind[] {
  const { outcome, grant, reasons } = decision;
  const isTrained = coursesSince(life, decision).length > 0;
  const kinds: StepKind[] = isTrained ? ['trained'] : [];
  switch (outcome) {
    case 'withhold':
      return [...kinds, reasons.includes('no-headroom') && life.grants.size > 0 ? 'saturated' : 'withheld'];
    case 'offer':
      return ['offered'];
    case 'forfeit':
      return [grant === null ? 'training-missed' : 'stage-missed'];
    case 'wait':
      return [...kinds, 'queued'];
    case 'issue':
      return [...kinds, issuedAs(life, grant)];
    case 'advance':
      return ['advanced'];
    case 'shrink':
      return ['saturated', 'shrunk'];
    case 'grow':
      return [hasShrunk(life, grant) ? 'recovered' : 'grown'];
    case 'expire':
      return [reasons.includes('duration-over') ? 'expired' : 'used-up'];
    default:
      return [PLAIN[outcome]];
  }
}

const PLAIN = {
  pace: 'paced',
  renew: 'renewed',
  warn: 'warned',
  clear: 'cleared',
  revoke: 'revoked',
  'claw-back': 'clawed-back',
  settle: 'settled',
  'refuse-usage': 'usage-refused',
  correct: 'corrected',
} as const;

/** The first traffic that a merchant ever gets shows what it can carry: a probe. */
function issuedAs({ grants }: Life, grant: GrantTerms | null): StepKind {
  if (grant?.kind === 'limit') return 'limited';
  if (grant?.kind !== 'traffic') return 'given';
  return [...grants.values()].some(({ kind }) => kind === 'traffic') ? 'boosted' : 'probed';
}

/** It once was larger. */
function hasShrunk({ grants }: Life, grant: GrantTerms | null): boolean {
  const before = grant === null ? undefined : grants.get(grant.grantId);
  return before !== undefined && before.size < before.maximum;
}

/** Courses that the decision before missed and that are completed now. */
function coursesSince({ programmes }: Life, decision: Decision): readonly string[] {
  const missed = programmes.get(decision.programme)?.reasons ?? [];
  return decision.conditions
    .filter(({ id, what, verdict }) => what.startsWith(TRAINING) && verdict === 'true' && missed.includes(id))
    .map(({ what }) => what.slice(TRAINING.length));
}

function changesOf(life: Life, decision: Decision): Change[] {
  const { grant, capacity } = decision;
  const changes: Change[] = [];
  const add = (what: Change['what'], from: Json, to: Json): void => {
    if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ what, from, to });
  };
  // Usage that is refused says nothing of the merchant.
  if (decision.outcome !== 'refuse-usage') {
    add('tier', life.last?.tier ?? null, decision.tier);
    if (capacity !== null) add('headroom', life.last?.capacity?.headroom ?? null, capacity.headroom);
  }
  if (grant === null) {
    add('reasons', [...(life.programmes.get(decision.programme)?.reasons ?? [])], [...decision.reasons]);
    return changes;
  }
  const terms = life.grants.get(grant.grantId) ?? null;
  for (const what of ['size', 'maximum', 'stage', 'weightBps', 'validUntil'] as const) {
    add(what, terms?.[what] ?? null, grant[what]);
  }
  return changes;
}

function wordsOf(life: Life, decision: Decision, language: Language, naming: Naming): StepWords {
  const say = PHRASES[language];
  const { grant, budget, conditions, reasons, capacity } = decision;
  const why = reasons.map((reason) => {
    const condition = conditions.find(({ id }) => id === reason);
    if (condition === undefined) return reasonInWords(reason, decision, say, naming);
    return say.statement(conditionInWords(condition, true, naming));
  });
  const until = decision.until ?? grant?.validUntil ?? null;
  return {
    programme: naming.programme(decision.programme),
    why: why.join(STORIES[language].and),
    until: until === null ? null : readable(until),
    // Of what is not counted the size says nothing.
    size: grant === null || grant.account === null ? 0 : grant.size,
    sizeBefore: grant === null ? 0 : (life.grants.get(grant.grantId)?.size ?? 0),
    headroom: capacity?.headroom ?? null,
    stage: grant?.stage ?? '',
    courses: coursesSince(life, decision).join(', '),
    times: timesOf(grant?.weightBps ?? 0),
    benefit: grant === null ? '' : say.benefit(grant.benefit),
    left: budget === null ? 0 : budget.before.settling - budget.after.settling,
  };
}

function remember(life: Life, decision: Decision): void {
  const { outcome, programme, grant } = decision;
  if (grant !== null) life.grants.set(grant.grantId, grant);
  if (outcome === 'refuse-usage') return;
  life.last = decision;
  if (outcome !== 'settle' && outcome !== 'claw-back') life.programmes.set(programme, decision);
}

function decisionOf(event: CloudEvent): Decision {
  return event.data as unknown as Decision;
}
