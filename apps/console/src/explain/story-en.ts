import type { StepWords, StoryPhrases } from './story-phrases.ts';

export const ENGLISH_STORY: StoryPhrases = {
  and: '; ',
  sentences: {
    withheld: ({ programme, why }) => `“${programme}” was withheld: ${why}.`,
    offered: ({ programme, why, until }) => `“${programme}” waits for a training${by(until)}: ${why}.`,
    trained: ({ programme, courses }) =>
      `Training “${courses}”, which “${programme}” waited for, is completed.`,
    'training-missed': ({ programme, why }) => `The offer of “${programme}” lapsed: ${why}.`,
    queued: ({ programme, why, until }) => `“${programme}” waits for money${by(until)}: ${why}.`,
    probed: (words) => `A first boost, as a probe: ${given(words)}.`,
    boosted: (words) => `A boost: ${given(words)}${words.why === '' ? '' : `; ${words.why}`}.`,
    given: (words) => `A grant: ${given(words)}.`,
    limited: ({ programme, benefit, until }) => `A limit by “${programme}”: ${benefit}${by(until)}.`,
    advanced: ({ programme, stage, size, sizeBefore }) =>
      `“${programme}” went on to stage “${stage}”: ${sizeBefore} became ${size}.`,
    'stage-missed': ({ programme, why }) => `“${programme}” stays as it is: ${why}.`,
    saturated: ({ headroom, why }) =>
      `It has as much as it can carry${headroom === null ? '' : ` (headroom ${headroom} orders a day)`}: ${why}.`,
    shrunk: ({ programme, size, sizeBefore }) => `“${programme}” shrank from ${sizeBefore} to ${size}.`,
    recovered: ({ programme, size, sizeBefore }) =>
      `It recovered, and “${programme}” grew back from ${sizeBefore} to ${size}.`,
    grown: ({ programme, size, sizeBefore }) => `“${programme}” grew from ${sizeBefore} to ${size}.`,
    paced: ({ programme, times, why }) => `The weight of “${programme}” is × ${times} now: ${why}.`,
    renewed: ({ programme, size, until }) => `“${programme}” goes on with ${size}${by(until)}.`,
    warned: ({ programme, why, until }) =>
      `“${programme}” may be revoked, with time to comply${by(until)}: ${why}.`,
    cleared: ({ programme }) => `What “${programme}” was warned of was made good.`,
    revoked: ({ programme, why }) => `“${programme}” was revoked: ${why}.`,
    'clawed-back': ({ programme, why }) => `“${programme}” ended for fraud and is claimed back: ${why}.`,
    expired: ({ programme }) => `“${programme}” came to its end.`,
    'used-up': ({ programme, why }) => `“${programme}” ended: ${why}.`,
    settled: ({ programme, left }) =>
      `The books of “${programme}” are closed; ${left} came back to its budget.`,
    'usage-refused': ({ why }) => `Reported usage did not count: ${why}.`,
    corrected: ({ programme }) => `A decision of “${programme}” was corrected.`,
  },
};

function given({ programme, benefit, size, until }: StepWords): string {
  return `“${programme}” gives ${size === 0 ? benefit : `${size}, ${benefit}`}${by(until)}`;
}

function by(until: string | null): string {
  return until === null ? '' : ` until ${until}`;
}
