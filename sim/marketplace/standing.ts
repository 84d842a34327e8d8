import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';
import type { Aspect, Question, Scene } from './aspect.ts';
import type { Shop } from './shop.ts';

// What the marketplace knows a merchant to be. Papers that are in order are verified within days of the opening. Some
// register in a category that is not theirs: half of those notice, the others are put right. Certifications are judged
// every fortnight: able merchants that are seldom late come to hold them, and lose them when they no longer are. The
// rates are ours.

const JUDGED_AT = 4;
const JUDGED_EVERY_MS = 14 * DAY_MS;
/** The knack that the easiest certification takes, and how much more each next one does. */
const CERTIFIED_BPS_MIN = 5_000;
const CERTIFIED_BPS_STEP_MAX = 1_000;
/** That the best can hold the last of many. */
const CERTIFIED_BPS_SPAN = 5_000;
/** A judge sees so much less or more. */
const JUDGED_BPS_OFF = 1_200;
/** Who is late more often than one order in so many is not certified. */
const LATE_ONE_IN = 12;
/** Of a hundred who register in their own category, those whom the marketplace confirms there. */
const CONFIRMED_PERCENT = 15;
const CORRECTS_ITSELF_PERCENT = 50;
/** Of a hundred, those who answer a question of the survey as most do. */
const USUAL_PERCENT = 50;

export function standing(scene: Scene): Aspect {
  const { persona, terms, prng, tell } = scene;
  const { filedAs, listings } = persona.traits;
  const held = new Set<string>();
  const stepBps = Math.min(
    CERTIFIED_BPS_STEP_MAX,
    Math.floor(CERTIFIED_BPS_SPAN / Math.max(1, terms.certifications.length)),
  );
  let judgedAtMs = persona.isNewcomer ? persona.opensAtMs : -Infinity;
  let isKnown = false;
  return {
    hears: {
      'updraft.merchant.registered.v1': (_, profile) =>
        filedAs === null ? profile : { ...profile, category: filedAs },
      'updraft.inventory.reported.v1': (_, { units }) => ({ units, listings }),
      'updraft.survey.answered.v1': (_, { survey, answers }) => {
        const more = terms.questions.map((asked) => [asked.question, answerTo(scene, asked)]);
        return { survey, answers: { ...answers, ...(Object.fromEntries(more) as Record<string, string>) } };
      },
    },
    playHour(shop, { hourMs, local }) {
      if (!isKnown) {
        isKnown = true;
        introduce(scene);
      }
      if (local !== JUDGED_AT || hourMs - judgedAtMs < JUDGED_EVERY_MS) return;
      judgedAtMs = hourMs;
      terms.certifications.forEach((certification, index) => {
        const isFit = judge(scene, shop, CERTIFIED_BPS_MIN + index * stepBps);
        if (isFit === held.has(certification)) return;
        if (isFit) held.add(certification);
        else held.delete(certification);
        const type = isFit ? 'updraft.certification.granted.v1' : 'updraft.certification.expired.v1';
        tell(type, hourMs + prng.between(0, 59) * MINUTE_MS, { certification });
      });
    },
  };
}

/** What is settled in the first days. */
function introduce({ persona, terms, prng, tell }: Scene): void {
  const { isLicensed, filedAs } = persona.traits;
  const verifiedAtMs = persona.opensAtMs + prng.between(1, 72) * HOUR_MS;
  const settledAtMs = persona.opensAtMs + prng.between(20, 150) * HOUR_MS;
  const correctsItself = prng.below(100) < CORRECTS_ITSELF_PERCENT;
  const isConfirmed = prng.below(100) < CONFIRMED_PERCENT;
  const { category } = persona;
  const { verifications } = terms;
  for (const verification of isLicensed ? verifications : verifications.slice(0, -1)) {
    tell('updraft.merchant.verified.v1', verifiedAtMs, { verification });
  }
  if (filedAs === null && !isConfirmed) return;
  if (filedAs !== null && correctsItself) {
    tell('updraft.merchant.profile-changed.v1', settledAtMs, { category });
  } else tell('updraft.category.assigned.v1', settledAtMs, { category });
}

function judge({ persona, prng }: Scene, { bench }: Shop, lineBps: number): boolean {
  const seenBps = persona.traits.knackBps + prng.between(-JUDGED_BPS_OFF, JUDGED_BPS_OFF);
  return seenBps >= lineBps && bench.late * LATE_ONE_IN <= bench.orders;
}

function answerTo({ prng }: Scene, { answers }: Question): string {
  const isUsual = prng.below(100) < USUAL_PERCENT;
  const other = answers[prng.below(answers.length)]!;
  return isUsual ? answers[0]! : other;
}
