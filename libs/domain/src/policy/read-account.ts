import { DAY_MS, MINUTE_MS } from '../time.ts';
import type { Account } from './bundle.ts';
import { namesOf } from './read-names.ts';
import type { Reader } from './reader.ts';

/** What `wait` is where it is left out: many round trips to the treasury, yet no merchant waits for it a whole day. */
const WAIT_MS = 10 * MINUTE_MS;
/** What `idle` is where it is left out: longer than a night, so that mornings need no lease. */
const IDLE_MS = DAY_MS;

/** `{id, names, unit, total, period?, within?, per?, wait?, idle?}`. */
export function accountOf(at: Reader): Account {
  at.only(['id', 'names', 'unit', 'total', 'period', 'within', 'per', 'wait', 'idle']);
  return {
    id: at.at('id').text(),
    names: namesOf(at),
    unit: at.at('unit').choice(['exposures', 'credits', 'minor', 'seats'] as const),
    total: at.at('total').units(),
    period: at.has('period')
      ? at.at('period').choice(['day', 'week', 'month', 'quarter', 'year'] as const)
      : null,
    within: at.has('within') ? at.at('within').text() : null,
    per: at.has('per') ? at.at('per').choice(['entity', 'category', 'country'] as const) : null,
    waitMs: at.has('wait') ? at.at('wait').durationMs(1) : WAIT_MS,
    idleMs: at.has('idle') ? at.at('idle').durationMs(1) : IDLE_MS,
  };
}
