import type { PartitionRun } from './check-partition.ts';
import { Findings } from './finding.ts';
import { runInOrder } from './merge-order.ts';
import type { TreasuryRun } from './treasury-run.ts';

/** Records of a log as what led to each: `t0` treasury record 0, `p3` activity record 3, null nothing. */
type Causes = readonly (string | null)[];

async function order(activity: Causes, treasury: Causes): Promise<{ steps: string[]; found: string[] }> {
  const steps: string[] = [];
  const findings = new Findings();
  const run = (name: string, causes: Causes) => {
    let at = 0;
    return {
      next: () => Promise.resolve(at < causes.length ? at : null),
      cause: () => {
        const cause = causes[at] ?? null;
        const place = { partition: 0, treasury: 0, offset: Number(cause?.slice(1)) };
        return Promise.resolve(cause === null ? null : place);
      },
      step: () => Promise.resolve(void steps.push(`${name}${at++}`)),
    };
  };
  const partition = run('p', activity) as unknown as PartitionRun;
  await runInOrder([partition], [run('t', treasury) as unknown as TreasuryRun], findings);
  return { steps, found: findings.shown.map(({ where, what }) => `${where} ${what}`) };
}

test('everything comes after what led to it, and nothing is left out', async () => {
  const { steps, found } = await order([null, null, 't1', null, 't2', null], [null, 'p1', 'p3']);
  expect(steps).toEqual(['t0', 'p0', 'p1', 't1', 'p2', 'p3', 't2', 'p4', 'p5']);
  expect(found).toEqual([]);
});

test('a lease before the request that led to it is found, and all is read nevertheless', async () => {
  const { steps, found } = await order(['t0', null], ['p1']);
  expect(steps).toHaveLength(3);
  expect(found).toEqual(['treasury 0/0 leads to something that stands before it']);
});
