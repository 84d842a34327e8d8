import { SHARED } from '#contracts/logs';
import { setImmediate as drained } from 'node:timers/promises';
import { sha256 } from '#stage/sha256';
import { createAudit } from './audit.ts';
import { create, createBroker, lastCommitted, partitionsOf, stableEnd } from './broker.ts';
import { chanceFrom, type Chance } from './chance.ts';
import { Cluster, type Scene } from './cluster.ts';
import { violations } from './invariants.ts';
import { planLoudFault } from './loud-fault.ts';
import { createModelledLogs } from './modelled-log.ts';
import { isValid, type Tables } from './modelled-store.ts';
import { positionText } from './position-text.ts';
import { STAGES } from './process.ts';
import { makeWorkload, type Workload } from './workload.ts';
import { createWorld, type Trace, type World } from './world.ts';

// One schedule: a workload, processes that die, freeze, are evicted and come back, until everything has drained.

export interface ScheduleResult {
  readonly violations: readonly string[];
  readonly steps: number;
  readonly decisions: number;
}

/** A schedule that takes longer than this is stuck. */
const STEPS_MAX = 60_000;
/** After so many steps nothing more goes wrong, and everything must drain. */
const FAULTY_STEPS = 3_000;
/** Looking costs more than a step. */
const DRAINED_EVERY = 25;
/** With as many partitions as activity. */
const LOGS = ['activity', 'capability', 'decisions', 'grants', 'quarantine', 'dead-letters'] as const;
const WIDE_PARTITIONS = 16;
/** How often the last ticks are sent: once more after what they led to, and after what that led to. */
const ROUNDS_MIN = 3;
const ROUNDS_MAX = 8;
/** They cost as much as five others. */
const WIDE_SHARE = 0.02;

export async function runSchedule(
  seed: number,
  counts: Map<string, number>,
  trace: Trace | null = null,
): Promise<ScheduleResult> {
  const chance = chanceFrom(seed ^ 0x5eed);
  const world = createWorld(seed, counts, trace);
  const isWide = chance.of(WIDE_SHARE);
  if (isWide) world.met('split-activation-7-of-16');
  const partitions = isWide ? WIDE_PARTITIONS : 2;
  const workload = makeWorkload(chance, sha256, partitions, isWide ? 1 : 1 + chance.below(2), world.met);
  const run = new Run(chance, world, workload, trace);
  await run.play();
  const count = (partition: number): number =>
    partitionsOf(run.scene.broker, 'decisions')[partition]!.entries.length;
  let decisions = 0;
  for (let partition = 0; partition < partitions; partition++) decisions += count(partition);
  return { violations: run.found, steps: run.steps, decisions };
}

class Run {
  steps = 0;
  found: string[] = [];
  readonly scene: Scene;
  private readonly cluster: Cluster;
  private isProduced = false;
  /** How often the last ticks were sent, and what sends them again. */
  private rounds = 0;
  private goOn: () => void = () => undefined;

  constructor(
    private readonly chance: Chance,
    private readonly world: World,
    private readonly workload: Workload,
    trace: Trace | null,
  ) {
    this.scene = this.setScene(trace);
    this.cluster = new Cluster(this.scene);
  }

  private setScene(trace: Trace | null): Scene {
    const { chance, world, workload } = this;
    const violation = (text: string): void => void this.found.push(text);
    const tables: Tables = new Map();
    const audit = createAudit(violation);
    const claimsFence = chance.of(0.4);
    world.met(claimsFence ? 'fenced-by-claim' : 'fenced-by-epoch');
    const isWide = workload.partitions === WIDE_PARTITIONS;
    const faults = {
      away: 0.004,
      ambiguousCommit: 0.04,
      appendedTwice: 0.03,
      redelivery: 0.05,
      batchMax: 1 + chance.below(isWide ? 200 : 20),
    };
    const isClaimValid = claimsFence
      ? (claim: Parameters<typeof isValid>[1]) => isValid(tables, claim)
      : null;
    return {
      chance,
      world,
      broker: createBroker(isClaimValid, faults, audit.published),
      tables,
      audit,
      loud: planLoudFault(chance, workload.partitions),
      isWide,
      tailsLost: new Set(),
      isProduced: () => this.isProduced,
      violation,
      trace,
    };
  }

  async play(): Promise<void> {
    const { cluster, world, scene } = this;
    const specs = LOGS.map((log) => ({ log, partitions: this.workload.partitions }));
    const shared = SHARED.map((log) => ({ log, partitions: this.workload.treasuries }));
    create(scene.broker, [...specs, ...shared, { log: 'policies', partitions: 1 }]);
    void this.produce();
    for (const stage of Object.values(STAGES)) {
      cluster.spawn(stage);
      cluster.spawn(stage);
    }
    while (this.found.length === 0 && (this.steps % DRAINED_EVERY !== 0 || !(await this.isOver()))) {
      this.steps += 1;
      if (this.steps > STEPS_MAX) this.complain(`stuck after ${STEPS_MAX} steps`);
      if (this.steps < FAULTY_STEPS) cluster.disturb();
      else cluster.calm();
      if (await world.step()) continue;
      if (!cluster.isCalm()) cluster.calm();
      else if (this.isDrained() ? await this.isOver() : !(await this.tickAgain())) break;
    }
    if (this.found.length === 0 && !this.isDrained())
      this.complain('nothing can happen any more, and not everything is decided');
    if (this.found.length === 0) await this.settle();
    if (this.found.length === 0) this.found.push(...violations(scene, this.workload));
  }

  /** Appends the workload, a little at a time. Contents of bundles may come after their activation. */
  private async produce(): Promise<void> {
    const { scene, chance, workload } = this;
    const logs = createModelledLogs(scene.broker, this.world, {
      name: 'outside',
      isAlive: true,
      isFrozen: false,
    });
    const writer = logs.writer('outside');
    const isContentLate = chance.of(0.3);
    const publish = async (): Promise<void> => {
      for (const { hash, text } of workload.bundles)
        await writer.append('policies', 0, [{ key: hash, value: Buffer.from(text) }]);
    };
    if (!isContentLate) await publish();
    const appended = new Array<number>(workload.partitions).fill(0);
    for (const [i, { log, partition, records }] of workload.steps.entries()) {
      if (log === 'activity' && scene.loud.isHole(partition, appended[partition]!++)) {
        partitionsOf(scene.broker, 'activity')[partition]!.entries.push({ record: null, transaction: null });
        scene.loud.made(scene);
      }
      await writer.append(log, partition, records);
      if (isContentLate && i === workload.partitions * 4) {
        this.world.met('content-after-activation');
        await publish();
      }
    }
    for (;;) {
      for (const { log, partition, records } of workload.lastTicks)
        await writer.append(log, partition, records);
      this.rounds += 1;
      this.isProduced = true;
      await new Promise<void>((resolve) => (this.goOn = resolve));
    }
  }

  /** Drained for the last time. Before, what is drained is told the last tick again: leases may have come after it. */
  private async isOver(): Promise<boolean> {
    if (!this.isDrained()) return false;
    if (this.rounds >= ROUNDS_MIN) return true;
    await this.tickAgain();
    return false;
  }

  /** Ticks never end: by one of them an owner that was followed, and has had nothing to do since, notices. */
  private async tickAgain(): Promise<boolean> {
    if (!this.isProduced || this.rounds >= ROUNDS_MAX) return false;
    this.isProduced = false;
    this.goOn();
    await drained();
    return true;
  }

  private isDrained(): boolean {
    if (!this.isProduced) return false;
    const { tables, broker, loud } = this.scene;
    for (const { name, input, output } of Object.values(STAGES)) {
      for (const [partition, modelled] of partitionsOf(broker, input).entries()) {
        if (loud.concerns(name, partition)) {
          if (!loud.isNoticed()) return false;
          continue;
        }
        const mark = tables.get(`${name}/${partition}`)?.snapshot?.mark;
        if ((mark?.inputOffset ?? 0) < stableEnd(modelled)) return false;
        if (output === null) continue;
        // A log that lost its tail must have been repaired.
        const last = lastCommitted(broker, output, partition);
        const position = last === null ? null : positionText(last.value.toString('utf8'));
        if (position !== (mark?.published?.position ?? null)) return false;
      }
    }
    return true;
  }

  private complain(what: string): void {
    this.found.push(this.scene.loud.silence() ?? `${what}: ${this.situation()}`);
  }

  /** Who owns what and how far it came, in words, for a schedule that doesn't end. */
  private situation(): string {
    const { broker, tables } = this.scene;
    const parts: string[] = [`produced ${this.isProduced}`];
    for (const [name, members] of broker.groups) {
      const owned = members.map((member) => `${member.actor.name}=[${[...member.owns].join(',')}]`);
      const ends = partitionsOf(broker, name.split('/')[1]!).map(stableEnd);
      parts.push(`${name} ${owned.join(' ')} ends ${ends.join(',')}`);
    }
    for (const [key, { owner, takeover, snapshot }] of tables)
      parts.push(`${key} owner ${owner} takeover ${takeover} at ${snapshot?.mark.inputOffset ?? 'genesis'}`);
    parts.push(`alive ${this.cluster.names()}`, `open ${[...broker.open.keys()].join(' ')}`);
    return parts.join('; ');
  }

  /** Everything has drained: the processes end in an orderly way. */
  private async settle(): Promise<void> {
    this.cluster.calm();
    let isStopped = false;
    void this.cluster.stop().then(() => (isStopped = true));
    for (let steps = 0; !isStopped && steps < STEPS_MAX; steps++) await this.world.step();
    if (!isStopped) this.complain('the processes did not stop');
    const left = this.cluster.leftOpen();
    if (left.length > 0) this.found.push(`publishers were never closed: ${left.join(' ')}`);
  }
}
