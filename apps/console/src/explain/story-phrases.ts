/** What happened in a merchant's life. */
export type StepKind =
  | 'withheld'
  | 'offered'
  | 'trained'
  | 'training-missed'
  | 'queued'
  | 'probed'
  | 'boosted'
  | 'given'
  | 'limited'
  | 'advanced'
  | 'stage-missed'
  | 'saturated'
  | 'shrunk'
  | 'recovered'
  | 'grown'
  | 'paced'
  | 'renewed'
  | 'warned'
  | 'cleared'
  | 'revoked'
  | 'clawed-back'
  | 'expired'
  | 'used-up'
  | 'settled'
  | 'usage-refused'
  | 'corrected';

/** What a sentence about a step is made of; texts are in its language. */
export interface StepWords {
  readonly programme: string;
  /** Reasons and failing conditions, joined; '' where there are none. */
  readonly why: string;
  /** Times as people read them. */
  readonly until: string | null;
  readonly size: number;
  readonly sizeBefore: number;
  readonly headroom: number | null;
  readonly stage: string;
  /** Courses completed since the offer. */
  readonly courses: string;
  /** Ranking weight, `1.5`. */
  readonly times: string;
  /** What is given, in a few words. */
  readonly benefit: string;
  /** Units that came back to the account. */
  readonly left: number;
}

/** One sentence a step, and how reasons are joined. */
export interface StoryPhrases {
  readonly and: string;
  readonly sentences: { readonly [kind in StepKind]: (words: StepWords) => string };
}
