import type { Json } from '../canonical.ts';
import { dayOf } from '../policy/read-calendar.ts';
import { readerOf, type Finding, type Reader } from '../policy/reader.ts';
import { dayOfCivil } from '../time.ts';
import type {
  ExpectedProgramme,
  Expectation,
  GivenEvents,
  GivenMerchant,
  GivenMetrics,
  Vector,
  VectorStep,
} from './vector.ts';

const NAME = /^.{1,200}$/u;
const TYPE = /^[a-z-]+\.[a-z-]+$/;
const DAYS_MAX = 4_000;
const TIMES_MAX = 10_000;
/** Vectors that do not say when they begin, do here. */
const BEGINS = dayOfCivil(2026, 11, 2);

/** Vectors of a parsed document `{ vectors: [...] }`, or everything that is wrong with it. */
export function readVectors(
  source: unknown,
): { readonly vectors: readonly Vector[] } | { readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const root = readerOf(source, findings);
  root.only(['vectors']);
  const vectors = root.at('vectors').list(1).map(vectorOf);
  for (const [i, { name }] of vectors.entries()) {
    const first = vectors.findIndex((each) => each.name === name);
    if (first < i) root.at('vectors').at(i).at('name').fail('must be unique in its file');
  }
  return findings.length > 0 ? { findings } : { vectors };
}

function vectorOf(at: Reader): Vector {
  at.only(['name', 'given', 'expect', 'steps']);
  const name = at.at('name').text(NAME);
  const given = givenOf(at.at('given'), at.has('given'));
  const first: VectorStep | null = at.has('expect')
    ? { afterMs: 0, metrics: {}, events: [], expect: expectationOf(at.at('expect')) }
    : null;
  const later = at.has('steps') ? at.at('steps').list(1).map(stepOf) : [];
  if (first === null && later.length === 0) at.fail('must have expect or steps');
  return { name, given, steps: first === null ? later : [first, ...later] };
}

function givenOf(at: Reader, isThere: boolean): GivenMerchant {
  if (isThere) {
    at.only([
      'date',
      'registered',
      'category',
      'country',
      'entity',
      'trainings',
      'enrolled',
      'exams',
      'certifications',
      'tools',
      'survey',
      'violations',
      'events',
      'metrics',
    ]);
  }
  const list = (key: string): readonly string[] =>
    at.has(key)
      ? at
          .at(key)
          .list()
          .map((each) => each.text())
      : [];
  const text = (key: string, otherwise: string): string => (at.has(key) ? at.at(key).text() : otherwise);
  return {
    day: at.has('date') ? dayOf(at.at('date')) : BEGINS,
    registeredDaysAgo: registeredOf(at),
    category: text('category', 'general'),
    country: text('country', 'CN'),
    entity: at.has('entity') ? at.at('entity').text() : null,
    trainings: list('trainings'),
    enrolled: list('enrolled'),
    exams: list('exams'),
    certifications: list('certifications'),
    tools: list('tools'),
    survey: at.has('survey') ? mapOf(at.at('survey'), (each) => each.text()) : {},
    violations: at.has('violations') ? at.at('violations').list().map(violationOf) : [],
    events: at.has('events') ? at.at('events').list().map(eventsOf) : [],
    metrics: at.has('metrics') ? metricsOf(at.at('metrics')) : {},
  };
}

/** `90d`, or `never`; left out: 365 days. */
function registeredOf(at: Reader): number | null {
  if (!at.has('registered')) return 365;
  const place = at.at('registered');
  if (place.value === 'never') return null;
  return place.value === 0 || place.value === '0d' ? 0 : place.days(DAYS_MAX);
}

function violationOf(at: Reader): GivenMerchant['violations'][number] {
  at.only(['class', 'daysAgo', 'points', 'severity']);
  return {
    class: at.at('class').text(),
    daysAgo: at.has('daysAgo') ? at.at('daysAgo').integer(0, DAYS_MAX) : 0,
    points: at.has('points') ? at.at('points').integer(0, 1_000_000) : 0,
    severity: at.has('severity') ? at.at('severity').text() : null,
  };
}

function eventsOf(at: Reader): GivenEvents {
  at.only(['daysAgo', 'type', 'times', 'data']);
  return {
    daysAgo: at.has('daysAgo') ? at.at('daysAgo').integer(0, DAYS_MAX) : 0,
    type: at.at('type').text(TYPE),
    times: at.has('times') ? at.at('times').integer(1, TIMES_MAX) : 1,
    data: at.has('data') ? mapOf(at.at('data'), (each) => each.value as Json) : {},
  };
}

function stepOf(at: Reader): VectorStep {
  at.only(['after', 'metrics', 'events', 'expect']);
  return {
    afterMs: at.has('after') ? at.at('after').durationMs() : 0,
    metrics: at.has('metrics') ? metricsOf(at.at('metrics')) : {},
    events: at.has('events') ? at.at('events').list().map(eventsOf) : [],
    expect: expectationOf(at.at('expect')),
  };
}

function expectationOf(at: Reader): Expectation {
  at.only(['metrics', 'tiers', 'projected', 'warned', 'programmes', 'decisions']);
  if (at.keys().length === 0) at.fail('must expect something');
  const tiers = (key: string): Record<string, string | null> =>
    at.has(key) ? mapOf(at.at(key), (each) => (each.value === 'none' ? null : each.text())) : {};
  return {
    metrics: at.has('metrics') ? metricsOf(at.at('metrics')) : {},
    tiers: tiers('tiers'),
    projected: tiers('projected'),
    warned: at.has('warned') ? mapOf(at.at('warned'), (each) => each.truth()) : {},
    programmes: at.has('programmes') ? mapOf(at.at('programmes'), expectedProgrammeOf) : {},
    decisions: at.has('decisions')
      ? at
          .at('decisions')
          .list()
          .map((each) => each.text(NAME))
      : null,
  };
}

/** An outcome, or a mapping with its reasons and size. */
function expectedProgrammeOf(at: Reader): ExpectedProgramme {
  if (typeof at.value === 'string') return { outcome: at.text(), reasons: null, size: null };
  at.only(['outcome', 'reasons', 'size']);
  return {
    outcome: at.at('outcome').text(),
    reasons: at.has('reasons')
      ? at
          .at('reasons')
          .list()
          .map((each) => each.text(NAME))
      : null,
    size: at.has('size') ? at.at('size').units() : null,
  };
}

/** A value may be `not-assessed`. */
function metricsOf(at: Reader): GivenMetrics {
  return mapOf(at, (each) => (each.value === 'not-assessed' ? null : each.quantity()));
}

function mapOf<T>(at: Reader, read: (each: Reader) => T): Record<string, T> {
  return Object.fromEntries(at.keys().map((key) => [key, read(at.at(key))]));
}
