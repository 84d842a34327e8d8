import { canonicalJson, type Json } from '../canonical.ts';
import { DAYS_KEPT } from '../scoring/bucket.ts';
import type { Bundle, Capacity } from './bundle.ts';
import { checkReferences } from './check-references.ts';
import type { Atom } from './condition.ts';
import { inOrderOfAsking, inOrderOfReading, periodsOf, statisticsOf } from './order.ts';
import { accountOf } from './read-account.ts';
import { calendarOf } from './read-calendar.ts';
import { ladderOf } from './read-ladder.ts';
import { grainOf, metricOf } from './read-metric.ts';
import { namesOf } from './read-names.ts';
import { programmeOf } from './read-programme.ts';
import { readerOf, type Finding, type Reader } from './reader.ts';

// From a policy source (a parsed YAML document) to a compiled bundle. Nothing is defaulted silently: what a source
// may leave out stands in docs/guide/policies/reference.md, and everything unknown is a finding.

export interface Compiled {
  readonly bundle: Bundle;
  /** Canonical JSON of the bundle: the value of its record in the `policies` log. */
  readonly text: string;
}

const FORMAT = 3;
/** What a bundle may say; a mapping of lists of things, besides the first three and `capacity`. */
export const BUNDLE_KEYS = [
  'bundle',
  'names',
  'currency',
  'mainLadder',
  'metrics',
  'ladders',
  'calendars',
  'capacity',
  'accounts',
  'programmes',
];
const CURRENCY = /^[A-Z]{3}$/;

/** All findings at once, or the bundle. */
export function compileBundle(
  source: unknown,
): { readonly compiled: Compiled } | { readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const root = readerOf(source, findings);
  root.only(BUNDLE_KEYS);
  const listOf = (key: string): readonly Reader[] => (root.has(key) ? root.at(key).list() : []);
  const calendars = listOf('calendars').map(calendarOf);
  const mainLadder = mainLadderOf(root);
  const scope = { mainLadder, periods: periodsOf(calendars), written: new Map<Atom, Reader>() };
  const metrics = root
    .at('metrics')
    .list()
    .map((each) => metricOf(each, scope));
  const bundle: Bundle = {
    format: FORMAT,
    id: root.at('bundle').text(),
    names: namesOf(root),
    currency: root.at('currency').text(CURRENCY),
    metrics: inOrderOfReading(metrics),
    ladders: inOrderOfAsking(listOf('ladders').map((each) => ladderOf(each, scope))),
    mainLadder,
    calendars,
    statistics: statisticsOf(metrics),
    capacity: capacityOf(root.at('capacity')),
    accounts: root.at('accounts').list().map(accountOf),
    programmes: root
      .at('programmes')
      .list()
      .map((each) => programmeOf(each, scope)),
  };
  checkReferences(bundle, root, scope.written);
  if (findings.length > 0) return { findings };
  return { compiled: { bundle, text: canonicalJson(bundle as unknown as Json) } };
}

/** The ladder called so, or else the first: what a tier without a ladder is asked of. */
function mainLadderOf(root: Reader): string | null {
  if (root.has('mainLadder')) return root.at('mainLadder').text();
  const first = root.has('ladders') ? root.at('ladders').at(0).at('id').value : null;
  return typeof first === 'string' ? first : null;
}

/** A bundle read back from the `policies` log, where only compiled ones stand. */
export function parseBundle(text: string): Bundle {
  const bundle = JSON.parse(text) as { readonly format: unknown };
  if (bundle.format === FORMAT) return bundle as Bundle;
  throw new Error(
    `the bundle has format ${String(bundle.format)}, and this engine reads format ${FORMAT}: compile its source again`,
  );
}

function capacityOf(at: Reader): Capacity {
  at.only(['window', 'growth', 'probe', 'stockCover', 'replies', 'grain']);
  const replies = at.at('replies');
  if (at.has('replies')) replies.only(['metric', 'floor']);
  const { edges, hysteresisBps } = grainOf(at.at('grain'));
  return {
    // One day less than are kept: today is left out.
    windowDays: at.at('window').days(DAYS_KEPT - 1),
    growthBps: at.at('growth').bps(100_000),
    probe: at.at('probe').units(),
    stockCoverDays: at.at('stockCover').days(DAYS_KEPT),
    replies: at.has('replies')
      ? { metric: replies.at('metric').text(), floor: replies.at('floor').quantity() }
      : null,
    edges,
    hysteresisBps,
  };
}
