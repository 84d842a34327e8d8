import type { Aspect, Scene } from './aspect.ts';

// What buyers wrote. Every answer had a message before it; careless merchants leave some without one. The share is
// ours.

const BPS = 10_000;
const UNANSWERED_PPM_MIN = 2_000;
const UNANSWERED_PPM_PER_BPS = 6;

export function conversations({ persona, prng, tell }: Scene): Aspect {
  const unansweredPpm = UNANSWERED_PPM_MIN + UNANSWERED_PPM_PER_BPS * (BPS - persona.qualityBps);
  let unanswered = 0;
  return {
    hears: {
      'updraft.message.answered.v1': (_, { threadId, receivedAt, isFirst }) => {
        const receivedAtMs = Date.parse(receivedAt);
        tell('updraft.message.received.v1', receivedAtMs, { threadId, isFirst });
        if (!prng.chance(unansweredPpm)) return undefined;
        unanswered += 1;
        const lost = `${persona.merchantId}-l${unanswered}`;
        tell('updraft.message.received.v1', receivedAtMs, { threadId: lost, isFirst: true });
        return undefined;
      },
    },
  };
}
