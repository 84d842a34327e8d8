import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readSideMetrics } from '#apps/console/src/read-side';
import { ingestMetrics } from '#apps/ingest/src/ingest-metrics';
import { PROJECTOR_LIMITS } from '#apps/console/src/project/log-projector';
import { LOGS } from '#contracts/logs';
import { allocator } from '#domain/allocator/allocator-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import { census } from '#domain/census/census-machine';
import { treasury } from '#domain/treasury/treasury-machine';
import { CLUSTER_LIMITS } from '#stage/limit';
import { stageTelemetry } from '#stage/stage-telemetry';
import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { selectedBy } from './promql.ts';

// Alarms and dashboards are written by hand. An alarm on a metric that nobody counts never rings, so every name in
// them is compared with what the processes really register.

const textOf = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}

const rules = parse(textOf('deploy/prometheus/alerts.yaml')) as {
  groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
};
const alerts = rules.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(textOf('deploy/grafana/updraft.json')) as { panels: readonly Panel[] };
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** Labels by metric, as the processes register them; a histogram has the names under which it is scraped. */
const registered = registeredMetrics();
/** Every scrape adds them. */
const OF_THE_TARGET = ['job', 'instance'];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  stage: [scoring.name, allocator.name, treasury.name, census.name],
  log: LOGS,
  status: ['400', '401', '403', '413', '415', '429', '503'],
};

function registeredMetrics(): ReadonlyMap<string, readonly string[]> {
  const registry = createRegistry();
  stageTelemetry(registry, new Health(), createLog('deploy', { level: 'silent' }));
  ingestMetrics(registry);
  readSideMetrics(registry);
  const known = new Map<string, readonly string[]>();
  for (const metric of registry.getMetricsAsArray()) {
    const { name, labelNames, buckets } = metric as unknown as Registered;
    known.set(name, labelNames);
    if (buckets === undefined) continue;
    known.set(`${name}_bucket`, [...labelNames, 'le']);
    known.set(`${name}_sum`, labelNames);
    known.set(`${name}_count`, labelNames);
  }
  return known;
}

interface Registered {
  readonly name: string;
  readonly labelNames: readonly string[];
  /** Of a histogram. */
  readonly buckets?: readonly number[];
}

/** What an expression names that no process registers. */
function unknownIn(expression: string): string[] {
  return selectedBy(expression.replaceAll('$__rate_interval', '5m')).flatMap(({ metric, labels }) => {
    const known = registered.get(metric);
    if (known === undefined) return [`there is no metric ${metric}`];
    return labels.flatMap(({ name, value }) => {
      if (![...known, ...OF_THE_TARGET].includes(name)) return [`${metric} has no label ${name}`];
      const isKnown = value === null || (VALUES[name]?.includes(value) ?? true);
      return isKnown ? [] : [`${name} is never "${value}"`];
    });
  });
}

/** `## A disk is full` is reached at `#a-disk-is-full`. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

describe('the check', () => {
  test.each([
    ['rate(updraft_stage_records_totals[5m])', 'there is no metric updraft_stage_records_totals'],
    ['updraft_stage_lag_records{parttion="1"}', 'updraft_stage_lag_records has no label parttion'],
    ['sum by (log) (updraft_stage_lag_records)', 'updraft_stage_lag_records has no label log'],
    ['sum by (le) (rate(updraft_ingest_ack_seconds[5m]))', 'updraft_ingest_ack_seconds has no label le'],
    ['updraft_stage_lag_records{stage="scorin"}', 'stage is never "scorin"'],
  ])('finds what is wrong with %s', (expression, finding) => {
    expect(unknownIn(expression)).toEqual([finding]);
  });

  test('spares what is there', () => {
    const wait = 'histogram_quantile(0.99, sum by (le) (rate(updraft_ingest_ack_seconds_bucket[5m])))';
    expect(unknownIn(`${wait} > time() - max by (instance) (updraft_stage_halted{stage="scoring"})`)).toEqual(
      [],
    );
  });

  test('refuses what Prometheus could not parse', () => {
    expect(() => selectedBy('sum(rate(updraft_stage_records_total[5m])')).toThrow('cannot be parsed');
  });
});

describe('the alarms', () => {
  test('have names of their own and a severity', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual([...new Set(names)]);
    for (const { alert, labels } of alerts) {
      expect({ alert, severity: labels.severity }).toEqual({
        alert,
        severity: expect.stringMatching(/^(page|ticket)$/) as string,
      });
    }
  });

  test.each(alerts)('$alert names only what the code counts', ({ expr }) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  test.each(alerts)('$alert leads to a chapter of the runbook', ({ annotations }) => {
    const [path = '', anchor = ''] = annotations.runbook.split('#');
    expect(path).toBe('docs/operations/runbook.md');
    expect(anchorsOf(textOf(path))).toContain(anchor);
  });

  test('use the limits of the code', () => {
    const exprOf = (name: string): string => alerts.find(({ alert }) => alert === name)?.expr ?? '';
    expect(exprOf('UpdraftLagGrows')).toContain(`> ${CLUSTER_LIMITS.queueRecordsMax} `);
    expect(exprOf('UpdraftReadSideBehind')).toMatch(new RegExp(`> ${PROJECTOR_LIMITS.batchRecordsMax}$`));
    expect(exprOf('UpdraftSnapshotOld')).toMatch(
      new RegExp(`> ${(2 * CLUSTER_LIMITS.snapshotAgeMaxMs) / 1_000}$`),
    );
  });
});

test('links within the runbook lead to its chapters', () => {
  const runbook = textOf('docs/operations/runbook.md');
  const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((anchor) => !anchorsOf(runbook).includes(anchor))).toEqual([]);
});

describe('the dashboard', () => {
  test.each(panels)('$title names only what the code counts', ({ targets }) => {
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
  });

  test('has panels with ids of their own that do not cover each other', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(cells.length).toBe(new Set(cells).size);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
