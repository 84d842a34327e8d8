import type { StageDefinition } from '#domain/stage/stage';
import { lastCommitted, partitionsOf } from './broker.ts';
import type { Chance } from './chance.ts';
import type { Scene } from './cluster.ts';
import { causeOf } from './position-text.ts';

// Faults that nothing can repair: a record is gone or is not what was written. The partition must stop exactly there
// and say so; whoever goes on has lost something silently.

/**
 * hole: activity lacks a record in the middle. lost-input: activity lost its newest records, outputs of which stand.
 * changed-output: the newest output is not what was published.
 */
export type LoudKind = 'hole' | 'lost-input' | 'changed-output';

const KINDS: readonly LoudKind[] = ['hole', 'lost-input', 'changed-output'];
const SHARE = 0.08;

/** The hole comes before one of these records of the partition: after genesis, and so that something follows. */
const HOLE_FIRST = 5;
const HOLE_CHOICES = 25;

/** At most one such fault of a schedule. */
export interface LoudFault {
  /** Whether activity of this partition loses the record that would come as its `step`th. */
  isHole(partition: number, step: number): boolean;
  /** The hole was made. */
  made(scene: Scene): void;
  /** An owner of this partition has crashed: perhaps something else was lost with it. */
  cause(scene: Scene, stage: StageDefinition, partition: number): boolean;
  /** A partition has halted. True when that was to be expected. */
  notice(stage: string, partition: number, why: string): boolean;
  /** Whether this stage's partition cannot come to its end; once `isNoticed` it has stopped. */
  concerns(stage: string, partition: number): boolean;
  isNoticed(): boolean;
  /** The complaint about a partition that went on, or waits, as if nothing had been lost; null where none did. */
  silence(): string | null;
  /** Whether what stands in the logs of this partition can no longer be compared with a run over its activity. */
  spoils(partition: number): boolean;
}

export function planLoudFault(chance: Chance, partitions: number): LoudFault {
  const kind = chance.of(SHARE) ? chance.pick(KINDS) : null;
  const target = chance.below(partitions);
  const holeStep = HOLE_FIRST + chance.below(HOLE_CHOICES);
  // What was lost at the end may be written over before anybody looks: treasury and census go on, and so do their
  // numbers.
  const expected = {
    hole: /were lost/,
    'lost-input': /were lost|differs|some are missing|goes on with/,
    'changed-output': /differs/,
  };
  let stageName: string | null = null;
  let isNoticed = false;

  function begin(scene: Scene, stage: string): true {
    scene.world.met(`loud-${kind}`);
    stageName = stage;
    return true;
  }

  return {
    isHole: (partition, step) => kind === 'hole' && partition === target && step === holeStep,
    made: (scene) => void begin(scene, 'scoring'),
    cause(scene, stage, partition) {
      if (kind === null || kind === 'hole' || partition !== target || stageName !== null) return false;
      const isDone =
        kind === 'lost-input' ? loseInput(scene, stage, target) : changeOutput(scene, stage, target);
      return isDone && begin(scene, stage.name);
    },
    notice(stage, partition, why) {
      if (stage !== stageName || partition !== target || kind === null || !expected[kind].test(why))
        return false;
      isNoticed = true;
      return true;
    },
    concerns: (stage, partition) => stage === stageName && partition === target,
    isNoticed: () => isNoticed,
    silence: () =>
      stageName === null || isNoticed
        ? null
        : `${stageName} ${target} did not stop at what was lost: ${kind}`,
    spoils: (partition) => stageName !== null && kind !== 'hole' && partition === target,
  };
}

/** Takes records from the end of activity, at least one of which led to an output that stands. */
function loseInput(
  { broker, isProduced, chance }: Scene,
  stage: StageDefinition,
  partition: number,
): boolean {
  const last = lastCommitted(broker, 'capability', partition);
  const { entries } = partitionsOf(broker, 'activity')[partition]!;
  if (stage.name !== 'scoring' || last === null || !isProduced()) return false;
  const offset = causeOf('activity', last.value.toString('utf8'))[1]!;
  entries.splice(offset - chance.below(Math.min(3, offset)));
  return true;
}

/** Changes a digit of the newest output. */
function changeOutput({ broker }: Scene, stage: StageDefinition, partition: number): boolean {
  const log = stage.output;
  const last = log === null ? null : lastCommitted(broker, log, partition);
  if (log === null || last === null) return false;
  const { entries } = partitionsOf(broker, log)[partition]!;
  const text = last.value.toString('utf8');
  const changed = text.replace('"time":"20', '"time":"21');
  if (changed === text) throw new Error(`nothing to change in ${text}`);
  const { transaction } = entries[last.offset]!;
  entries[last.offset] = { record: { key: last.key, value: Buffer.from(changed) }, transaction };
  return true;
}
