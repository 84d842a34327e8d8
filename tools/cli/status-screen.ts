import type { Status } from '#apps/console/src/partition-status';

type StageOfStatus = Status['partitions'][number]['stages'][string];

const STAGES = ['scoring', 'allocator'] as const;
/** A stage that works saves every few seconds, and one that cannot stops reading after 30 s. */
const SAVED_MS_MAX = 60_000;
const MS_PER_SECOND = 1_000;
const NOTHING = '-';

/** The screen: stages and read side by partition, dead letters, and what is wrong. */
export function statusLines(name: string, status: Status): string[] {
  const stages = [['partition', 'stage', 'owner', 'stands at', 'behind', 'saved', 'log time', '']];
  const reads = [['partition', 'capability', 'decisions', 'grants', 'dead letters']];
  for (const partition of status.partitions) {
    const { now, stages: of } = partition;
    for (const stage of STAGES) stages.push(stageCells(partition.partition, stage, of[stage], now));
    const { projections } = partition;
    const behind = ['capability', 'decisions', 'grants', 'dead-letters'].map((log) =>
      String(projections[log]?.lag ?? NOTHING),
    );
    reads.push([String(partition.partition), ...behind]);
  }
  for (const { partition, stage } of status.treasury) {
    stages.push(stageCells(partition, 'treasury', stage ?? undefined, null));
  }
  for (const { partition, stage } of status.census) {
    stages.push(stageCells(partition, 'census', stage ?? undefined, null));
  }
  const letters = Object.entries(status.deadLetters).map(([reason, count]) => `${count} ${reason}`);
  const faults = faultsOf(status);
  return [
    name,
    '',
    ...columns(stages),
    '',
    'Read side, records behind',
    ...columns(reads),
    '',
    `Dead letters: ${letters.length === 0 ? 'none' : letters.join(', ')}`,
    ...(faults.length === 0 ? ['All is well.'] : faults.map((fault) => `! ${fault}`)),
  ];
}

/** What somebody should look at. */
export function faultsOf({ partitions, treasury, census }: Status): string[] {
  const ofPartitions = partitions.flatMap(({ partition, stages, projections }) => [
    ...STAGES.flatMap((stage) => {
      const fault = stageFault(stages[stage]);
      return fault === null ? [] : [`${stage} ${partition} ${fault}`];
    }),
    ...Object.entries(projections).flatMap(([log, { alarm }]) =>
      alarm === null ? [] : [`read side of ${log} ${partition}: ${alarm}`],
    ),
  ]);
  const ofTreasury = treasury.flatMap(({ partition, stage, projection: { alarm } }) => {
    const fault = stageFault(stage ?? undefined);
    return [
      ...(fault === null ? [] : [`treasury ${partition} ${fault}`]),
      ...(alarm === null ? [] : [`read side of treasury ${partition}: ${alarm}`]),
    ];
  });
  const ofCensus = census.flatMap(({ partition, stage }) => {
    const fault = stageFault(stage ?? undefined);
    return fault === null ? [] : [`census ${partition} ${fault}`];
  });
  return [...ofPartitions, ...ofTreasury, ...ofCensus];
}

function stageFault(stage: StageOfStatus | undefined): string | null {
  if (stage === undefined || stage.owner === null) return 'has no owner';
  const isBehind = stage.inputBeyondSnapshot === null || stage.inputBeyondSnapshot > 0;
  if (!isBehind || stage.snapshotAgeMs === null || stage.snapshotAgeMs <= SAVED_MS_MAX) return null;
  return `has input and has not saved for ${seconds(stage.snapshotAgeMs)}: halted, waiting, or its owner is gone`;
}

function stageCells(
  partition: number,
  name: string,
  stage: StageOfStatus | undefined,
  now: string | null,
): string[] {
  if (stage === undefined) return [String(partition), name, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ''];
  return [
    String(partition),
    name,
    stage.owner ?? NOTHING,
    stage.snapshotPosition ?? 'genesis',
    String(stage.inputBeyondSnapshot ?? NOTHING),
    stage.snapshotAgeMs === null ? 'never' : `${seconds(stage.snapshotAgeMs)} ago`,
    now ?? NOTHING,
    stage.isCatchingUp === true ? 'catching up' : '',
  ];
}

function seconds(ms: number): string {
  return `${Math.round(ms / MS_PER_SECOND)} s`;
}

/** Cells padded to the widest of their column. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}
