// Two kinds of lines are served in order of arrival: the requests of an instance, and the instances that wait for funds
// of one around them. Who cannot be served now is passed over by those behind, so that a large need does not block
// small ones; but only so often. Then funds are kept for it, so that small ones do not starve it; but only so long.
// Then it goes to the end of its line, where all this begins anew.

export interface Patience {
  /** How often somebody behind it was served before it. */
  passedOver: number;
  /** Until then nobody behind it is served; null while it may still be passed over. */
  keptUntilMs: number | null;
}

/** Small ones that go by first: some, so that they rarely wait, and few, so that a large one is soon next. */
const PASSED_OVER_MAX = 8;
/** Ample for holders that were told of scarcity to give back; longer it would be a block. */
const HOLD_MAX_MS = 60_000;

export const NEW_PATIENCE: Readonly<Patience> = { passedOver: 0, keptUntilMs: null };

export function isKept({ keptUntilMs }: Patience): boolean {
  return keptUntilMs !== null;
}

/** Somebody behind these was served. Until when funds are kept, where that begins now; else null. */
export function passOver(before: readonly Patience[], nowMs: number): number | null {
  let untilMs: number | null = null;
  for (const each of before) {
    each.passedOver += 1;
    if (each.passedOver === PASSED_OVER_MAX) untilMs = each.keptUntilMs = nowMs + HOLD_MAX_MS;
  }
  return untilMs;
}

/** The line once those for whom funds were kept long enough went to its end. */
export function sentToTheEnd<T extends Patience>(line: readonly T[], nowMs: number): T[] {
  const isOver = ({ keptUntilMs }: T): boolean => keptUntilMs !== null && keptUntilMs <= nowMs;
  const anew = line.filter(isOver).map((each) => ({ ...each, ...NEW_PATIENCE }));
  return [...line.filter((each) => !isOver(each)), ...anew];
}
