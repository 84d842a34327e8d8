/** `error`: the policy can't mean this. `warning`: it probably doesn't. `note`: worth knowing, and often meant so. */
export type AdviceSeverity = 'error' | 'warning' | 'note';

export interface Rule {
  readonly severity: AdviceSeverity;
  readonly means: string;
  readonly repair: string;
}

/** A rule by its three parts. */
export const rule = (severity: AdviceSeverity, means: string, repair: string): Rule => ({
  severity,
  means,
  repair,
});
