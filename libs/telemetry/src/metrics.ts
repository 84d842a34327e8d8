import { Counter, Gauge, Histogram, Registry } from 'prom-client';

// Metrics belong to a registry that is passed in: several stages of one process, and many tests of one run, must
// not meet in a global one. Asking twice for the same name gives the same metric.

export { Registry };

/** Injection token of the registry that /metrics shows. */
export const REGISTRY = Symbol('REGISTRY');

export const METRIC_PREFIX = 'updraft_';

export interface MetricOptions<Label extends string> {
  /** Without the prefix; in snake case with its unit last. */
  readonly name: string;
  readonly help: string;
  /** Few and bounded: a type, a partition, a reason; never a merchant. */
  readonly labels?: readonly Label[];
}

export interface HistogramOptions<Label extends string> extends MetricOptions<Label> {
  /** Upper edges, ascending, in the unit of the name. */
  readonly buckets: readonly number[];
}

/** From a millisecond to half a minute. */
export const LATENCY_SECONDS_BUCKETS = [
  0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

export function createRegistry(): Registry {
  return new Registry();
}

export function counter<Label extends string>(
  registry: Registry,
  options: MetricOptions<Label>,
): Counter<Label> {
  return known<Counter<Label>>(registry, options, Counter) ?? new Counter(configuration(registry, options));
}

export function gauge<Label extends string>(registry: Registry, options: MetricOptions<Label>): Gauge<Label> {
  return known<Gauge<Label>>(registry, options, Gauge) ?? new Gauge(configuration(registry, options));
}

export function histogram<Label extends string>(
  registry: Registry,
  options: HistogramOptions<Label>,
): Histogram<Label> {
  return (
    known<Histogram<Label>>(registry, options, Histogram) ??
    new Histogram({ ...configuration(registry, options), buckets: [...options.buckets] })
  );
}

function known<Metric>(
  registry: Registry,
  options: MetricOptions<string>,
  kind: abstract new (...settings: never) => unknown,
): Metric | undefined {
  const metric: unknown = registry.getSingleMetric(METRIC_PREFIX + options.name);
  if (metric === undefined) return undefined;
  if (!(metric instanceof kind)) throw new Error(`metric ${options.name}: exists, but is not a ${kind.name}`);
  return metric as Metric;
}

function configuration<Label extends string>(
  registry: Registry,
  options: MetricOptions<Label>,
): { name: string; help: string; labelNames: Label[]; registers: Registry[] } {
  return {
    name: METRIC_PREFIX + options.name,
    help: options.help,
    labelNames: [...(options.labels ?? [])],
    registers: [registry],
  };
}
