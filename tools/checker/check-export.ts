import { accountStatements } from './account-statement.ts';
import { sha256 } from './canonical-text.ts';
import { checkCensus } from './check-census.ts';
import { emptySummary, openPartitionRun, type PartitionRun } from './check-partition.ts';
import { compareStates, readStates } from './compare-state.ts';
import { readExportManifest, readLines, type ExportManifest } from './export-reader.ts';
import { Findings, type CheckResult } from './finding.ts';
import { runInOrder } from './merge-order.ts';
import { readBundle, type Bundles, type PolicyBundle } from './policy-bundle.ts';
import { readLeases } from './read-leases.ts';
import type { TreasuryLedger } from './treasury-ledger.ts';
import { openTreasuryRun, type TreasuryRun } from './treasury-run.ts';
import { createUsedInAll } from './used-in-all.ts';

/** Checks an export and, where a file with the output of `updraft state --all` is given, the facts in it. */
export async function checkExport(dir: string, stateFile: string | null): Promise<CheckResult> {
  const findings = new Findings();
  const manifest = readExportManifest(dir);
  const bundles = await readBundles(dir, manifest, findings);
  const states = stateFile === null ? null : await readStates(stateFile, findings);
  const { partitions, treasuries } = await openRuns(dir, manifest, bundles, findings);
  await runInOrder(partitions, treasuries, findings);
  for (const treasury of treasuries) treasury.finish();
  await checkCensus(dir, manifest, findings);
  const total = emptySummary();
  let compared = 0;
  for (const [partition, run] of partitions.entries()) {
    const { asOf, today } = await run.finish();
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += run.summary[name];
    if (states === null) continue;
    const known = states.get(partition) ?? new Map();
    compared += compareStates(run.facts.merchants, known, asOf, today, findings);
  }
  const ledgers = treasuries.map(({ ledger }) => ledger);
  const accounts = accountStatements(
    ledgers,
    partitions.map(({ purses }) => purses),
    findings,
  );
  return {
    found: findings.total(),
    findings: findings.shown,
    omitted: findings.omitted(),
    summary: {
      partitions: manifest.partitions,
      ...total,
      merchantsCompared: states === null ? null : compared,
    },
    accounts,
  };
}

async function openRuns(
  dir: string,
  manifest: ExportManifest,
  bundles: Bundles,
  findings: Findings,
): Promise<{ readonly partitions: readonly PartitionRun[]; readonly treasuries: readonly TreasuryRun[] }> {
  const leases = await readLeases(manifest, dir, findings);
  const treasuries = leases.map((own, treasury) =>
    openTreasuryRun({ dir, manifest, treasury, bundles, leases: own, findings }),
  );
  const ledgers = treasuries.map(({ ledger }) => ledger);
  const used = createUsedInAll(ledgers, findings);
  const homes = new Map<string, number>();
  const shared = { dir, manifest, bundles, findings, homes, onUsed: used.change.bind(used) };
  const partitions: PartitionRun[] = [];
  for (let partition = 0; partition < manifest.partitions; partition += 1) {
    const onLease = (where: string, account: string, holder: string, leasedIn: number): void => {
      const leased = leasedTo(ledgers, account, holder);
      findings.expect(leasedIn <= leased, 'budget', where, () => {
        return `${holder} has taken in ${leasedIn} of ${account}, the treasury leased ${leased}`;
      });
    };
    partitions.push(await openPartitionRun({ ...shared, partition, onLease }));
  }
  return { partitions, treasuries };
}

function leasedTo(ledgers: readonly TreasuryLedger[], account: string, holder: string): number {
  return ledgers.reduce((sum, ledger) => sum + ledger.holderOf(account, holder).leased, 0);
}

async function readBundles(
  dir: string,
  manifest: ExportManifest,
  findings: Findings,
): Promise<Map<string, PolicyBundle>> {
  const bundles = new Map<string, PolicyBundle>();
  for await (const { key, value } of readLines(dir, manifest, 'policies', 0, findings)) {
    const hash = sha256(value);
    findings.expect(key === hash, 'manifest', `policies ${key}`, () => `has the content of ${hash}`);
    bundles.set(hash, readBundle(value));
  }
  const listed = JSON.stringify([...bundles.keys()].sort());
  findings.expect(listed === JSON.stringify([...manifest.policies].sort()), 'manifest', 'policies', () => {
    return `are ${listed}, the manifest says ${JSON.stringify(manifest.policies)}`;
  });
  return bundles;
}
