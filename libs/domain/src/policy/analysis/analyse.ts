import type { Bundle } from '../bundle.ts';
import { adviceOf, type Advice, type Inquiry } from './advice.ts';
import { adviseOnWhole } from './bundle-rules.ts';
import { adviseOnConditions } from './condition-rules.ts';
import { adviseOnSets } from './exclusive-rules.ts';
import { worldUnder } from './inquiry.ts';
import { adviseOnLadders } from './ladder-rules.ts';
import { adviseOnMetrics } from './metric-rules.ts';
import { adviseOnProgrammes } from './programme-rules.ts';
import { adviseOnRewards } from './reward-rules.ts';
import { adviseOnUnits } from './unit-rules.ts';

export interface AnalysisOptions {
  /** What the bundle was compiled from: with it percentages are seen as written. */
  readonly source?: unknown;
}

/** Everything that is wrong with a compiled bundle, or worth knowing, in order of its parts. */
export function analyse(bundle: Bundle, { source = null }: AnalysisOptions = {}): readonly Advice[] {
  const found: Advice[] = [];
  const inquiry: Inquiry = {
    bundle,
    world: worldUnder(bundle),
    metrics: new Map(bundle.metrics.map((each) => [each.id, each])),
    advise: (...advice) => void found.push(adviceOf(...advice)),
  };
  adviseOnMetrics(inquiry);
  adviseOnUnits(inquiry, source);
  adviseOnLadders(inquiry);
  adviseOnConditions(inquiry);
  adviseOnProgrammes(inquiry);
  adviseOnRewards(inquiry);
  adviseOnSets(inquiry);
  adviseOnWhole(inquiry);
  return found;
}
