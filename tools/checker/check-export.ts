import { checkPartition, type CheckedPartition } from './check-partition.ts';
import { sha256 } from './canonical-text.ts';
import { compareStates, readStates } from './compare-state.ts';
import { readExportManifest, readLines, type ExportManifest } from './export-reader.ts';
import { Findings, type CheckResult } from './finding.ts';

/** Checks an export and, where a file with the output of `updraft state --all` is given, the facts in it. */
export async function checkExport(dir: string, stateFile: string | null): Promise<CheckResult> {
  const findings = new Findings();
  const manifest = readExportManifest(dir);
  const bundles = await readBundleTotals(dir, manifest, findings);
  const states = stateFile === null ? null : await readStates(stateFile, findings);
  const total = {
    activity: 0,
    counted: 0,
    duplicates: 0,
    refused: 0,
    capability: 0,
    decisions: 0,
    grants: 0,
  };
  const leased: CheckedPartition['leased'][] = [];
  let compared = 0;
  for (let partition = 0; partition < manifest.partitions; partition += 1) {
    const checked = await checkPartition({ dir, manifest, partition, bundles, findings });
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += checked.summary[name];
    leased.push(checked.leased);
    if (states === null) continue;
    const { facts, asOf, today } = checked;
    compared += compareStates(facts.merchants, states.get(partition) ?? new Map(), asOf, today, findings);
  }
  checkTotals(manifest, bundles, leased, findings);
  return {
    found: findings.total(),
    findings: findings.shown,
    omitted: findings.omitted(),
    summary: {
      partitions: manifest.partitions,
      ...total,
      merchantsCompared: states === null ? null : compared,
    },
  };
}

/** The total of each account, by bundle. */
async function readBundleTotals(
  dir: string,
  manifest: ExportManifest,
  findings: Findings,
): Promise<Map<string, Map<string, number>>> {
  const bundles = new Map<string, Map<string, number>>();
  for await (const { key, value } of readLines(dir, manifest, 'policies', 0, findings)) {
    const hash = sha256(value);
    findings.expect(key === hash, 'manifest', `policies ${key}`, () => `has the content of ${hash}`);
    const { accounts } = JSON.parse(value) as { accounts: { id: string; total: number }[] };
    bundles.set(hash, new Map(accounts.map(({ id, total }) => [id, total])));
  }
  const listed = JSON.stringify([...bundles.keys()].sort());
  findings.expect(listed === JSON.stringify([...manifest.policies].sort()), 'manifest', 'policies', () => {
    return `are ${listed}, the manifest says ${JSON.stringify(manifest.policies)}`;
  });
  return bundles;
}

/** What the partitions hold of an account is together its total: in one of the bundles, none of the others. */
function checkTotals(
  manifest: ExportManifest,
  bundles: ReadonlyMap<string, ReadonlyMap<string, number>>,
  leased: readonly CheckedPartition['leased'][],
  findings: Findings,
): void {
  const accounts = new Set(leased.flatMap((each) => [...each.keys()]));
  for (const account of accounts) {
    // An activation that has reached some partitions only leaves the sum between two totals.
    if (leased.some((each) => !each.has(account))) continue;
    const sum = leased.reduce((all, each) => all + each.get(account)!, 0);
    const totals = [...bundles.values()].flatMap((bundle) => bundle.get(account) ?? []);
    const [least, most] = [Math.min(...totals), Math.max(...totals)];
    findings.expect(sum >= least && sum <= most, 'budget', account, () => {
      return `${manifest.partitions} partitions hold ${sum} together, the total is ${totals.join(' or ')}`;
    });
  }
}
