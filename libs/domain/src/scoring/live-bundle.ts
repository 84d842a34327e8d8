import { byCodeUnit } from '../canonical.ts';
import { tierOrder, watchedAtoms, type Bundle } from '../policy/bundle.ts';
import type { Atom } from '../policy/condition.ts';
import { headroomMeterOf, type HeadroomMeter } from './capacity.ts';
import { meterOf, type Meter } from './metric.ts';
import type { PlacedComponent } from './tier.ts';
import { watchOf, type Watch } from './verdict.ts';
import { createSlotBook, type WindowPlan } from './window.ts';

/** A bundle made ready to be asked about every event: names became places, formulas became arithmetic. */
export interface LiveBundle {
  readonly hash: string;
  readonly bundle: Bundle;
  readonly plan: WindowPlan;
  /** Ids with their places in the bundle, in order of id, as they are written. */
  readonly metricsInOrder: readonly { readonly id: string; readonly at: number }[];
  /** By place of the metric in the bundle. */
  readonly meters: readonly Meter[];
  readonly components: readonly PlacedComponent[];
  /** Place of the metric that tells whether there is volume enough for a score. */
  readonly minimumAt: number;
  readonly headroom: HeadroomMeter;
  /** Place of the metric of replies; null: not looked at. */
  readonly repliesAt: number | null;
  readonly atoms: readonly Atom[];
  readonly watches: readonly Watch[];
  /** Ages in days at which an atom over an age can change. */
  readonly ageCrossings: readonly number[];
}

export function liveBundle(hash: string, bundle: Bundle): LiveBundle {
  const { metrics, score, ladder, capacity } = bundle;
  const book = createSlotBook();
  const placeOf = (id: string): number => metrics.findIndex((metric) => metric.id === id);
  const atoms = watchedAtoms(bundle);
  const tiers = tierOrder(bundle);
  const meters = metrics.map(({ formula }) => meterOf(formula, book));
  const headroom = headroomMeterOf(capacity, book);
  return {
    hash,
    bundle,
    plan: book.plan(),
    metricsInOrder: metrics.map(({ id }, at) => ({ id, at })).sort((a, b) => byCodeUnit(a.id, b.id)),
    meters,
    components: score.components.map((component) => ({ ...component, at: placeOf(component.metric) })),
    minimumAt: placeOf(ladder.minimum.metric),
    headroom,
    repliesAt: capacity.replies === null ? null : placeOf(capacity.replies.metric),
    atoms,
    watches: atoms.map((atom) => watchOf(atom, placeOf, tiers)),
    ageCrossings: ageCrossingsOf(bundle, atoms),
  };
}

/** Nothing else may depend on an age (policy/check-references.ts). */
function ageCrossingsOf({ metrics }: Bundle, atoms: readonly Atom[]): number[] {
  const ages = new Set(metrics.filter(({ formula }) => 'ageDays' in formula).map(({ id }) => id));
  return atoms.flatMap((atom) =>
    'metric' in atom && ages.has(atom.metric) ? [atom.value, atom.value + 1] : [],
  );
}
