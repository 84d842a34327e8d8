// What /metrics says, read back.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly samples: readonly Sample[];
  /** Metrics that the process knows, also those that have no sample yet. */
  readonly known: ReadonlySet<string>;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const TYPE = /^# TYPE (\S+) /gm;

export function parseMetrics(text: string): Scrape {
  const samples = text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map((match) => [match[1]!, match[2]!] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
  return { samples, known: new Set([...text.matchAll(TYPE)].map((match) => match[1]!)) };
}

/** Sum over the samples of a metric that carry these labels; 0 where there is none yet. */
export function sumOf(
  { samples }: Scrape,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  return samples
    .filter((sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
