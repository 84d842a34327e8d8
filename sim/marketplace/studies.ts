import { DAY_MS, MINUTE_MS } from '#domain/time';
import type { Aspect, Hour, Scene } from './aspect.ts';

// How courses come to their end. Whoever finishes one signed up for it before: when it was offered, when it was given,
// or of its own accord in the first weeks. Careless merchants fail more often, and may still finish later. Courses that
// trade knows nothing of, because a policy offers more than one, are taken here, by the same diligence. Who finished a
// course sits the exams. The shares are ours.

const BPS = 10_000;
/** Before the hour in which trade learns: nobody finishes what it did not begin. */
const ENROLS_AT = 9;
const ALONE_DAYS_MAX = 20;
const FAILS_PPM_MIN = 80_000;
const FAILS_PPM_PER_BPS = 40;
const POINTS_MIN = 4;
const POINTS_MAX = 10;
const PASSES_PPM_MIN = 400_000;
const PASSES_PPM_PER_BPS = 50;
const COURSES_MAX = 16;

interface Study {
  /** Null: it does not fail, or no longer. */
  failsAtMs: number | null;
  /** Null: trade says when it is done, or it never is. */
  doneAtMs: number | null;
}

/** A course in reach, and until when. */
interface Chance {
  readonly course: string;
  readonly untilMs: number;
}

export function studies(scene: Scene): Aspect {
  const { persona, terms, prng, tell, clock } = scene;
  const carelessness = BPS - persona.qualityBps;
  const alone = [terms.course, ...terms.otherCourses].map((course) => {
    const atMs = persona.opensAtMs + prng.between(0, ALONE_DAYS_MAX) * DAY_MS;
    return { course, atMs, untilMs: atMs + ALONE_DAYS_MAX * DAY_MS };
  });
  const begun = new Map<string, Study>();
  const enrol = ({ course, untilMs }: Chance, atMs: number): void => {
    if (begun.size >= COURSES_MAX || begun.has(course)) return;
    const fails = prng.chance(FAILS_PPM_MIN + carelessness * FAILS_PPM_PER_BPS);
    const failsAtMs = atMs + prng.between(2, 6) * DAY_MS;
    const days = prng.between(1, 9);
    const isTrade = course === terms.course;
    const doneAtMs = isTrade ? null : doneAt(scene, atMs, untilMs, days * DAY_MS);
    begun.set(course, { failsAtMs: fails ? failsAtMs : null, doneAtMs });
    tell('updraft.training.enrolled.v1', atMs, { course });
  };
  return {
    hears: {
      'updraft.training.completed.v1': (atMs, { course }) => {
        enrol({ course, untilMs: Infinity }, clock.hourMs);
        const study = begun.get(course);
        if (study !== undefined) study.failsAtMs = null;
        sitExams(scene, atMs);
        return { course, points: prng.between(POINTS_MIN, POINTS_MAX) };
      },
    },
    playHour(_, hour) {
      if (hour.local !== ENROLS_AT) return;
      const atMs = Math.max(hour.hourMs, persona.opensAtMs) + prng.between(0, 59) * MINUTE_MS;
      if (persona.isTrainable) {
        for (const chance of inReach(hour)) enrol(chance, atMs);
        for (const course of alone) if (atMs >= course.atMs) enrol(course, atMs);
      }
      for (const [course, study] of begun) comeTo(scene, course, study, atMs);
    },
  };
}

/** What is offered, and what is given. */
function inReach({ inForce }: Hour): Chance[] {
  const given = inForce.grants.flatMap(({ benefit, validUntilMs }): Chance[] => {
    const course = 'service' in benefit ? benefit.service.course : undefined;
    return course === undefined ? [] : [{ course, untilMs: validUntilMs }];
  });
  return [...inForce.offers, ...given];
}

/** As with the course that trade knows. */
function doneAt({ persona }: Scene, atMs: number, untilMs: number, takesMs: number): number | null {
  const { diligence } = persona.conduct;
  if (diligence === 'never') return null;
  return diligence === 'late' ? untilMs + takesMs : Math.min(atMs + takesMs, untilMs - MINUTE_MS);
}

function comeTo({ tell }: Scene, course: string, study: Study, atMs: number): void {
  if (study.failsAtMs !== null && atMs >= study.failsAtMs) {
    study.failsAtMs = null;
    tell('updraft.training.failed.v1', atMs, { course });
  }
  if (study.doneAtMs === null || atMs < study.doneAtMs) return;
  study.doneAtMs = null;
  tell('updraft.training.completed.v1', atMs, { course });
}

function sitExams({ persona, terms, prng, tell }: Scene, sinceMs: number): void {
  for (const exam of terms.exams) {
    const passes = prng.chance(PASSES_PPM_MIN + persona.traits.knackBps * PASSES_PPM_PER_BPS);
    const atMs = sinceMs + prng.between(1, 5) * DAY_MS;
    if (passes) tell('updraft.exam.passed.v1', atMs, { exam });
  }
}
