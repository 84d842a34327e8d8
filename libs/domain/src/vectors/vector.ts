import type { Json } from '../canonical.ts';

// A vector says what a policy must make of a merchant: given this history or these values, expect these tiers, these
// decisions, for these reasons. Vectors are data beside a pack, so that whoever answers for a rule can read and add
// them without reading code.

/** A value of a metric; null is "not assessed". */
export type GivenMetrics = Readonly<Record<string, number | null>>;

/** So many events of one type on one day before the vector begins, or at the beginning of a step. */
export interface GivenEvents {
  readonly daysAgo: number;
  readonly type: string;
  readonly times: number;
  /** What its data says besides what every event of its type has in vectors. */
  readonly data: { readonly [field: string]: Json };
}

export interface GivenViolation {
  readonly class: string;
  readonly daysAgo: number;
  readonly points: number;
  readonly severity: string | null;
}

/** The merchant as a vector finds it. */
export interface GivenMerchant {
  /** Local midnight at which it begins, as a day counted from 1970-01-01. */
  readonly day: number;
  /** Days since it was registered; null: it never was. */
  readonly registeredDaysAgo: number | null;
  readonly category: string;
  readonly country: string;
  readonly entity: string | null;
  readonly trainings: readonly string[];
  readonly enrolled: readonly string[];
  readonly exams: readonly string[];
  readonly certifications: readonly string[];
  readonly tools: readonly string[];
  readonly survey: { readonly [question: string]: string };
  readonly violations: readonly GivenViolation[];
  readonly events: readonly GivenEvents[];
  /** In place of what is measured, until a step gives others. */
  readonly metrics: GivenMetrics;
}

/** What a vector expects of one programme: its latest decision. */
export interface ExpectedProgramme {
  /** `none`: no decision was ever made on it. */
  readonly outcome: string;
  /** All reasons, in any order; null: whichever. */
  readonly reasons: readonly string[] | null;
  /** Units of the grant; null: whichever. */
  readonly size: number | null;
}

export interface Expectation {
  readonly metrics: GivenMetrics;
  /** By ladder; null: no tier. */
  readonly tiers: Readonly<Record<string, string | null>>;
  readonly projected: Readonly<Record<string, string | null>>;
  readonly warned: Readonly<Record<string, boolean>>;
  readonly programmes: Readonly<Record<string, ExpectedProgramme>>;
  /** Every decision made in this step, `programme outcome`; null: whichever. */
  readonly decisions: readonly string[] | null;
}

export interface VectorStep {
  /** How long after the step before it, ms. */
  readonly afterMs: number;
  readonly metrics: GivenMetrics;
  readonly events: readonly GivenEvents[];
  readonly expect: Expectation;
}

export interface Vector {
  readonly name: string;
  readonly given: GivenMerchant;
  /** The first at the beginning itself. */
  readonly steps: readonly VectorStep[];
}
