import { DAY_MS, MINUTE_MS } from '#domain/time';
import type { Severity } from '#domain/events';
import type { Aspect, Scene } from './aspect.ts';

// What a merchant does wrong without meaning to. Careless ones do so more often; it costs points, and most of it is
// cleared within weeks. Fake trades, which trade tells of, get a number, points and a severity of their own. The rates
// are ours.

const BPS = 10_000;
const FOUND_AT = 15;
/** Of a million, a day. */
const FOUND_PPM_MIN = 500;
const CLEARED_PPM = 700_000;
const SEARCH_BLOCKED_PPM = 500_000;
const SEVERITIES: readonly Severity[] = ['minor', 'minor', 'general', 'general', 'serious'];

export function breaches({ persona, terms, prng, tell }: Scene): Aspect {
  let cases = 0;
  const nextId = (): string => `${persona.merchantId}-v${(cases += 1)}`;
  return {
    hears: {
      'updraft.violation.recorded.v1': (_, breach) => {
        if (breach.violationId !== undefined) return breach;
        const isSearchBlocked = prng.chance(SEARCH_BLOCKED_PPM);
        const faked = { points: terms.fakedPoints, severity: 'serious' } as const;
        return { ...breach, violationId: nextId(), ...faked, isSearchBlocked };
      },
    },
    playHour(_, { hourMs, local }) {
      if (local !== FOUND_AT || !prng.chance(FOUND_PPM_MIN + BPS - persona.qualityBps)) return;
      const violation = terms.breaches[prng.below(terms.breaches.length)]!;
      const severity = prng.below(SEVERITIES.length);
      const atMs = hourMs + prng.between(0, 59) * MINUTE_MS;
      const isCleared = prng.chance(CLEARED_PPM);
      const days = prng.between(5, 30);
      const violationId = nextId();
      const points = severity + prng.between(1, 2);
      tell('updraft.violation.recorded.v1', atMs, {
        violation,
        violationId,
        points,
        severity: SEVERITIES[severity]!,
      });
      if (isCleared) tell('updraft.violation.cleared.v1', atMs + days * DAY_MS, { violation, violationId });
    },
  };
}
