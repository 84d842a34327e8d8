import { localDay } from '../time.ts';
import { evaluateMerchant } from './evaluate.ts';
import type { Gauge } from './gauge.ts';
import type { LiveBundle } from './live-bundle.ts';
import { merchantRowFormat } from './merchant-row.ts';
import type { ScoringRoot } from './root.ts';

/** A merchant as a snapshot of scoring holds it. */
export interface MerchantSnapshot {
  readonly merchant: string;
  /** Of its partition, as text. */
  readonly root: string;
  readonly body: string;
  readonly annex: string | null;
}

/** What a look at a merchant would find now; the snapshot is left as it is. */
export function lookOnce({ merchant, root: text, body, annex }: MerchantSnapshot, live: LiveBundle): Gauge {
  const root = JSON.parse(text) as ScoringRoot;
  const row = merchantRowFormat.decode(merchant, body, annex);
  return evaluateMerchant(row, live, {
    nowMs: root.nowMs,
    today: localDay(root.nowMs, root.zone),
    zone: root.zone,
    canFall: true,
    activatedMs: root.activatedMs,
    factsSince: root.factsSince,
    statistic: (id, group) => root.statistics[id]?.[group] ?? null,
  });
}
