import { DAY_MS, HOUR_MS } from '#domain/time';
import { shapeOf, type Shape, type ShapeName } from '#sim/marketplace/shapes';

// What both benchmarks of a season play.

export const SEED = 1;
/** Of a turn. */
export const STEP_MS = 4 * HOUR_MS;

/** The end of a season, where its campaigns are. */
export function lastDays(
  name: ShapeName,
  days: number,
): Shape & { readonly startMs: number; readonly endMs: number } {
  const shape = shapeOf(name);
  const endMs = shape.options.startMs + shape.options.days * DAY_MS;
  return { ...shape, startMs: endMs - days * DAY_MS, endMs };
}
