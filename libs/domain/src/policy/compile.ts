import { canonicalJson, type Json } from '../canonical.ts';
import { DAYS_KEPT } from '../scoring/bucket.ts';
import { FACTS } from '../scoring/fact.ts';
import {
  type Account,
  type Bundle,
  type Capacity,
  type Formula,
  type GrantSize,
  type Ladder,
  type Metric,
  type Names,
  type Programme,
  type ScoreComponent,
} from './bundle.ts';
import { checkReferences } from './check-references.ts';
import { conditionOf } from './read-condition.ts';
import { readerOf, type Finding, type Reader } from './reader.ts';

// From a policy source (a parsed YAML document) to a compiled bundle. Nothing is defaulted silently: what a source
// may leave out is listed here, and everything unknown is a finding.

export interface Compiled {
  readonly bundle: Bundle;
  /** Canonical JSON of the bundle: the value of its record in the `policies` log. */
  readonly text: string;
}

const UNITS_MAX = 1_000_000_000_000;
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
    format: 1,
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
  const bundle = JSON.parse(text) as Bundle;
  if (bundle.format !== 1) throw new Error(`unknown bundle format ${String(bundle.format)}`);
  return bundle;
}

function namesOf(at: Reader): Names {
  const names = at.at('names');
  if (!names.has('en')) names.fail('must have a name in en');
  const languages = names.has('en') ? names.keys() : [];
  return Object.fromEntries(languages.map((language) => [language, names.at(language).text(/^.{1,200}$/u)]));
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
    minimum: { metric: minimum.at('metric').text(), count: minimum.at('count').integer(0, UNITS_MAX) },
  };
}

function capacityOf(at: Reader): Capacity {
  at.only(['window', 'growth', 'probe', 'stockCover', 'replies', 'grain']);
  const grain = at.at('grain');
  grain.only(['edges', 'hysteresis']);
  const edges = grain
    .at('edges')
    .list()
    .map((edge) => edge.integer(0, UNITS_MAX));
  if (edges[0] !== 0 || edges.some((edge, i) => i > 0 && edge <= edges[i - 1]!)) {
    grain.at('edges').fail('must begin at 0 and rise');
  }
  const replies = at.at('replies');
  replies.only(['metric', 'floor']);
  return {
    windowDays: at.at('window').days(DAYS_KEPT),
    growthBps: at.at('growth').bps(100_000),
    probe: at.at('probe').integer(0, UNITS_MAX),
    stockCoverDays: at.at('stockCover').days(DAYS_KEPT),
    replies: at.has('replies')
      ? { metric: replies.at('metric').text(), floor: replies.at('floor').quantity() }
      : null,
    edges,
    hysteresisBps: grain.at('hysteresis').bps(HYSTERESIS_MAX_BPS),
  };
}

function accountOf(at: Reader): Account {
  at.only(['id', 'names', 'unit', 'total']);
  return {
    id: at.at('id').text(),
    names: namesOf(at),
    unit: at.at('unit').choice(['exposures'] as const),
    total: at.at('total').integer(0, UNITS_MAX),
  };
}

function programmeOf(at: Reader): Programme {
  at.only([
    'id',
    'names',
    'kind',
    'who',
    'revokeWhen',
    'account',
    'size',
    'duration',
    'settle',
    'coolDown',
    'limits',
  ]);
  const id = at.at('id').text();
  const limits = at.at('limits');
  limits.only(['openings', 'perMerchant', 'shrinkBelow']);
  return {
    id,
    names: namesOf(at),
    kind: at.at('kind').choice(['traffic', 'tool', 'service', 'value-added'] as const),
    who: conditionOf(at.at('who'), `${id}.who`),
    revokeWhen: at.has('revokeWhen') ? conditionOf(at.at('revokeWhen'), `${id}.revoke`) : null,
    account: at.at('account').text(),
    size: sizeOf(at.at('size')),
    durationMs: at.at('duration').durationMs(1),
    settleMs: at.at('settle').durationMs(),
    coolDownMs: at.at('coolDown').durationMs(),
    openingsMax: limits.at('openings').integer(1, 1_000_000),
    perMerchantMax: limits.at('perMerchant').integer(1, UNITS_MAX),
    shrinkBelowBps: limits.has('shrinkBelow') ? limits.at('shrinkBelow').bps() : 0,
  };
}

function sizeOf(at: Reader): GrantSize {
  if (at.has('fixed')) {
    at.only(['fixed']);
    return { fixed: at.at('fixed').integer(1, UNITS_MAX) };
  }
  at.only(['perHeadroom', 'minimum', 'maximum']);
  const size = {
    perHeadroom: at.at('perHeadroom').integer(1, UNITS_MAX),
    minimum: at.at('minimum').integer(1, UNITS_MAX),
    maximum: at.at('maximum').integer(1, UNITS_MAX),
  };
  if (size.minimum > size.maximum) at.fail('minimum must not be above maximum');
  return size;
}
