import type { Bundle, Names } from '#domain/policy/bundle';
import type { Decision } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import type { Logs } from '#stream/log';
import type { Language } from './explain.ts';
import { percentOf } from './explain/phrases.ts';
import { BARE_IDS, type Naming } from './explain/reasons.ts';

const BUNDLES_MAX = 50;
/** Of all currencies that packs are written in. */
const MINOR_PER_UNIT = 100;
/** A hash that the log does not hold is not searched for again sooner than this. */
const LOOK_AGAIN_MS = 5_000;

/**
 * What the ids of a bundle are called, from the `policies` log. Explanations do without it when the log is away or
 * does not hold the bundle: they then speak in ids.
 */
export class BundleShelf {
  private readonly bundles = new Map<string, Bundle>();
  private nextOffset = 0;
  private looking: Promise<void> | null = null;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly logs: Logs) {}

  /** Null where it cannot be read. */
  async bundle(hash: string): Promise<Bundle | null> {
    if (!this.bundles.has(hash) && performance.now() - this.lookedAt > LOOK_AGAIN_MS) await this.look();
    return this.bundles.get(hash) ?? null;
  }

  async naming(hash: string, language: Language): Promise<Naming> {
    const bundle = await this.bundle(hash);
    return bundle === null ? BARE_IDS : namingOf(bundle, language);
  }

  private async look(): Promise<void> {
    this.looking ??= this.readOn().finally(() => {
      this.looking = null;
      this.lookedAt = performance.now();
    });
    await this.looking;
  }

  private async readOn(): Promise<void> {
    try {
      for await (const batch of this.logs.read('policies', 0, this.nextOffset)) {
        for (const record of batch.records) {
          if (record.key !== null)
            this.bundles.set(record.key, JSON.parse(record.value.toString('utf8')) as Bundle);
        }
        this.nextOffset = batch.nextOffset;
        for (const oldest of [...this.bundles.keys()].slice(0, -BUNDLES_MAX)) this.bundles.delete(oldest);
      }
    } catch {
      // Names are a courtesy: an explanation in ids is better than none.
    }
  }
}

/** Hash of the bundle that a decision was made under. */
export function bundleOf(decision: CloudEvent): string {
  return (decision.data as unknown as Decision).bundle;
}

/** Values as people read them: 8,500 basis points are 85%, 460 hundredths of a star 4.60. */
function quantitiesOf({ metrics, currency }: Bundle): Naming['quantity'] {
  const units = new Map(metrics.map(({ id, unit }) => [id, unit]));
  return (metric, value) => {
    switch (units.get(metric)) {
      case 'rate':
      case 'score':
        return `${percentOf(value)}%`;
      case 'stars':
        return (value / 100).toFixed(2);
      case 'minor':
        return `${(value / MINOR_PER_UNIT).toFixed(2)} ${currency}`;
      default:
        return String(value);
    }
  };
}

/** What the ids of a bundle are called in a language. */
export function namingOf(bundle: Bundle, language: Language): Naming {
  const within = (list: readonly { id: string; names: Names }[]) => {
    const names = new Map(list.map((each) => [each.id, each.names[language] ?? each.names['en'] ?? each.id]));
    return (id: string): string => names.get(id) ?? id;
  };
  return {
    programme: within(bundle.programmes),
    metric: within(bundle.metrics),
    tier: within(bundle.ladders.flatMap(({ tiers }) => tiers)),
    account: within(bundle.accounts),
    quantity: quantitiesOf(bundle),
  };
}
