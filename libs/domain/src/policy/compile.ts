import { canonicalJson, type Json } from '../canonical.ts';
import { DAYS_KEPT } from '../scoring/bucket.ts';
import { FACTS } from '../scoring/fact.ts';
import type { Bundle, Capacity, Formula, Ladder, Metric, ScoreComponent } from './bundle.ts';
import { checkReferences } from './check-references.ts';
import { accountOf } from './read-account.ts';
import { namesOf } from './read-names.ts';
import { programmeOf } from './read-programme.ts';
import { readerOf, type Finding, type Reader } from './reader.ts';

// From a policy source (a parsed YAML document) to a compiled bundle. Nothing is defaulted silently: what a source
// may leave out stands in policies/README.md, and everything unknown is a finding.

export interface Compiled {
  readonly bundle: Bundle;
  /** Canonical JSON of the bundle: the value of its record in the `policies` log. */
  readonly text: string;
}

const FORMAT = 2;
/** A grain that a value could fall through without leaving an edge would hide that nothing is left. */
const HYSTERESIS_MAX_BPS = 5_000;
const CURRENCY = /^[A-Z]{3}$/;

/** All findings at once, or the bundle. */
export function compileBundle(
  source: unknown,
): { readonly compiled: Compiled } | { readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const root = readerOf(source, findings);
  root.only([
    'bundle',
    'names',
    'currency',
    'metrics',
    'score',
    'ladder',
    'capacity',
    'accounts',
    'programmes',
  ]);
  const score = root.at('score');
  score.only(['components', 'minimumWeight']);
  const bundle: Bundle = {
    format: FORMAT,
    id: root.at('bundle').text(),
    names: namesOf(root),
    currency: root.at('currency').text(CURRENCY),
    metrics: root.at('metrics').list().map(metricOf),
    score: {
      components: score.at('components').list().map(componentOf),
      minimumWeightBps: score.at('minimumWeight').bps(),
    },
    ladder: ladderOf(root.at('ladder')),
    capacity: capacityOf(root.at('capacity')),
    accounts: root.at('accounts').list().map(accountOf),
    programmes: root.at('programmes').list().map(programmeOf),
  };
  checkReferences(bundle, root);
  if (findings.length > 0) return { findings };
  return { compiled: { bundle, text: canonicalJson(bundle as unknown as Json) } };
}

/** A bundle read back from the `policies` log, where only compiled ones stand. */
export function parseBundle(text: string): Bundle {
  const bundle = JSON.parse(text) as { readonly format: unknown };
  if (bundle.format === FORMAT) return bundle as Bundle;
  throw new Error(
    `the bundle has format ${String(bundle.format)}, and this engine reads format ${FORMAT}: compile its source again`,
  );
}

function metricOf(at: Reader): Metric {
  return { id: at.at('id').text(), names: namesOf(at), formula: formulaOf(at) };
}

function formulaOf(at: Reader): Formula {
  if (at.has('ageDays')) {
    at.only(['id', 'names', 'ageDays']);
    if (at.at('ageDays').value !== true) at.at('ageDays').fail('must be true');
    return { ageDays: true };
  }
  if (at.has('state')) {
    at.only(['id', 'names', 'state']);
    return { state: at.at('state').choice(['openOrders', 'overdueOrders', 'stockUnits'] as const) };
  }
  const windowDays = at.at('window').days(DAYS_KEPT);
  if (at.has('sum')) {
    at.only(['id', 'names', 'sum', 'window']);
    return { sum: at.at('sum').choice(FACTS), windowDays };
  }
  at.only(['id', 'names', 'ratio', 'per', 'scale', 'minimumCount', 'window']);
  if (!at.has('ratio')) at.fail('must have one of sum, ratio, ageDays, state');
  return {
    ratio: at.at('ratio').choice(FACTS),
    per: at.at('per').choice(FACTS),
    scale: at.has('scale') ? at.at('scale').integer(1, 1_000_000) : 10_000,
    minimumCount: at.has('minimumCount') ? at.at('minimumCount').integer(1, 1_000_000) : 1,
    windowDays,
  };
}

function componentOf(at: Reader): ScoreComponent {
  at.only(['metric', 'weight', 'from', 'to']);
  const component = {
    metric: at.at('metric').text(),
    weightBps: at.at('weight').bps(),
    from: at.at('from').quantity(),
    to: at.at('to').quantity(),
  };
  if (component.from === component.to) at.fail('from and to must differ');
  return component;
}

function ladderOf(at: Reader): Ladder {
  at.only(['id', 'tiers', 'dwell', 'minimum']);
  const tiers = at
    .at('tiers')
    .list()
    .map((tier) => {
      tier.only(['id', 'names', 'enter', 'leave']);
      const lines = { enterBps: tier.at('enter').bps(), leaveBps: tier.at('leave').bps() };
      if (lines.leaveBps > lines.enterBps) tier.fail('leave must not be above enter');
      return { id: tier.at('id').text(), names: namesOf(tier), ...lines };
    });
  if (tiers.length === 0 || tiers[0]!.enterBps !== 0) at.at('tiers').fail('the first tier must enter at 0');
  if (tiers.some((tier, i) => i > 0 && tier.enterBps <= tiers[i - 1]!.enterBps)) {
    at.at('tiers').fail('enter lines must rise from tier to tier');
  }
  const minimum = at.at('minimum');
  minimum.only(['metric', 'count']);
  return {
    id: at.at('id').text(),
    tiers,
    dwellMs: at.at('dwell').durationMs(),
    minimum: { metric: minimum.at('metric').text(), count: minimum.at('count').units() },
  };
}

function capacityOf(at: Reader): Capacity {
  at.only(['window', 'growth', 'probe', 'stockCover', 'replies', 'grain']);
  const grain = at.at('grain');
  grain.only(['edges', 'hysteresis']);
  const edges = grain
    .at('edges')
    .list()
    .map((edge) => edge.units());
  if (edges[0] !== 0 || edges.some((edge, i) => i > 0 && edge <= edges[i - 1]!)) {
    grain.at('edges').fail('must begin at 0 and rise');
  }
  const replies = at.at('replies');
  replies.only(['metric', 'floor']);
  return {
    windowDays: at.at('window').days(DAYS_KEPT),
    growthBps: at.at('growth').bps(100_000),
    probe: at.at('probe').units(),
    stockCoverDays: at.at('stockCover').days(DAYS_KEPT),
    replies: at.has('replies')
      ? { metric: replies.at('metric').text(), floor: replies.at('floor').quantity() }
      : null,
    edges,
    hysteresisBps: grain.at('hysteresis').bps(HYSTERESIS_MAX_BPS),
  };
}
