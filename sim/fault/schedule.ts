import { sha256 } from '#stage/sha256';
import { chanceFrom, type Chance } from './chance.ts';
import { lastPosition, outputsOf, violations } from './invariants.ts';
import { evict, rebalance } from './modelled-group.ts';
import {
  create,
  createBroker,
  createModelledLogs,
  stableEnd,
  partitionsOf,
  type Broker,
} from './modelled-log.ts';
import { isValid, loseSnapshot, type Tables } from './modelled-store.ts';
import { createProcess, STAGES, type ModelledProcess } from './process.ts';
import { makeWorkload, type Workload } from './workload.ts';
import { createWorld, type Actor, type World } from './world.ts';

// One schedule: a workload, processes that die, freeze, are evicted and come back, until everything has drained.

export interface ScheduleResult {
  readonly violations: readonly string[];
  readonly steps: number;
  readonly decisions: number;
}

/** A schedule that takes longer than this is stuck. */
const STEPS_MAX = 60_000;
const FAULTY_STEPS = 3_000;
/** Looking costs more than a step. */
const DRAINED_EVERY = 25;
const LOGS = ['capability', 'decisions', 'grants', 'quarantine', 'dead-letters'] as const;

export async function runSchedule(seed: number, counts: Map<string, number>): Promise<ScheduleResult> {
  const chance = chanceFrom(seed ^ 0x5eed);
  const world = createWorld(seed, counts);
  const tables: Tables = new Map();
  const claimsFence = chance.of(0.4);
  world.met(claimsFence ? 'fenced-by-claim' : 'fenced-by-epoch');
  const broker = createBroker(claimsFence ? (claim) => isValid(tables, claim) : null, {
    ambiguousCommit: 0.04,
    appendedTwice: 0.03,
    redelivery: 0.05,
    batchMax: 1 + chance.below(20),
  });
  const isSplit = chance.of(0.03);
  if (isSplit) world.met('split-activation-7-of-16');
  const workload = makeWorkload(chance, sha256, isSplit ? 16 : 2, isSplit ? 1 : 2 + chance.below(3));
  const run = new Run(seed, chance, world, broker, tables, workload);
  await run.play();
  return { violations: run.found, steps: run.steps, decisions: outputsOf(broker, workload, 'decisions') };
}

class Run {
  steps = 0;
  found: string[] = [];
  private readonly outside: Actor = { name: 'outside', isAlive: true, isFrozen: false };
  private readonly processes: ModelledProcess[] = [];
  private serial = 0;
  private isProduced = false;

  constructor(
    private readonly seed: number,
    private readonly chance: Chance,
    private readonly world: World,
    private readonly broker: Broker,
    private readonly tables: Tables,
    private readonly workload: Workload,
  ) {}

  async play(): Promise<void> {
    const { partitions } = this.workload;
    const specs = [...LOGS, 'activity'].map((log) => ({ log, partitions }));
    create(this.broker, [...specs, { log: 'policies', partitions: 1 }]);
    void this.produce();
    for (const stage of [STAGES.scoring, STAGES.allocator]) {
      this.spawn(stage);
      this.spawn(stage);
    }
    while ((this.steps % DRAINED_EVERY !== 0 || !this.isDrained()) && this.found.length === 0) {
      this.steps += 1;
      if (this.steps > STEPS_MAX) {
        this.found.push(`stuck after ${STEPS_MAX} steps: ${this.situation()}`);
        break;
      }
      if (this.steps < FAULTY_STEPS) this.disturb();
      else this.calm();
      if (!(await this.world.step())) {
        if (this.lame.length > 0 || this.processes.some(({ actor }) => actor.isFrozen)) {
          this.calm();
          continue;
        }
        if (!this.isDrained())
          this.found.push(`nothing can happen any more, and not everything is decided: ${this.situation()}`);
        break;
      }
    }
    if (this.found.length === 0) await this.settle();
    if (this.found.length === 0) this.found.push(...violations(this.broker, this.workload));
  }

  /** Appends the workload, a little at a time. Contents of bundles may come after their activation. */
  private async produce(): Promise<void> {
    const logs = createModelledLogs(this.broker, this.world, this.outside);
    const { partitions, bundles, steps } = this.workload;
    const writer = logs.writer('outside');
    const isContentLate = this.chance.of(0.3);
    const publish = async (): Promise<void> => {
      for (const { hash, text } of bundles) {
        await writer.append('policies', 0, [{ key: hash, value: Buffer.from(text) }]);
      }
    };
    if (!isContentLate) await publish();
    for (const [i, { partition, records }] of steps.entries()) {
      await writer.append('activity', partition, records);
      if (isContentLate && i === partitions * 4) {
        this.world.met('content-after-activation');
        await publish();
      }
    }
    this.isProduced = true;
  }

  private spawn(stage: ModelledProcess['stage']): void {
    const name = `${stage.name}-${++this.serial}`;
    const process = createProcess(
      this.world,
      this.broker,
      this.tables,
      name,
      stage,
      (_process, _stage, partition, what) => {
        if (what.kind === 'halted')
          this.found.push(`${name} halted partition ${partition} at ${what.at}: ${what.why}`);
        if (what.kind === 'suppressed') this.world.met('suppressed');
        if (what.kind === 'snapshot-ignored') this.world.met('snapshot-ignored');
        if (what.kind === 'taken-over')
          this.world.met(what.from === null ? 'taken-over-genesis' : 'taken-over-snapshot');
        if (what.kind === 'lost') this.world.met(`lost-${what.why.split(':')[0]}`);
      },
    );
    this.processes.push(process);
    process.start();
  }

  private disturb(): void {
    const { chance, world } = this;
    if (chance.of(0.008)) this.crash(chance.pick(this.processes));
    if (chance.of(0.006)) {
      const frozen = chance.pick(this.processes);
      if (!frozen.actor.isFrozen) world.met('freeze');
      frozen.actor.isFrozen = true;
      if (chance.of(0.7)) {
        world.met('evicted-while-frozen');
        evict(this.broker, frozen.actor);
      }
    }
    if (chance.of(0.02)) this.thaw(chance.pick(this.processes));
    if (chance.of(0.006)) {
      world.met('rebalance');
      const stage = chance.pick([STAGES.scoring, STAGES.allocator]);
      if (this.broker.logs.has(stage.input)) rebalance(this.broker, stage.input, stage.name, chance.below(2));
    }
    if (chance.of(0.003)) {
      const process = chance.pick(this.processes);
      if (!process.actor.isFrozen) void this.restart(process);
    }
  }

  private crash(process: ModelledProcess): void {
    this.world.met('crash');
    this.remove(process);
    process.actor.isAlive = false;
    evict(this.broker, process.actor);
    for (const [key, { owner, snapshot }] of this.tables) {
      if (owner !== process.actor.name || snapshot === null) continue;
      const partition = Number(key.split('/')[1]);
      if (this.chance.of(0.2) && loseSnapshot(this.tables, key)) this.world.met('snapshot-lost');
      else if (process.stage.name === 'allocator' && this.chance.of(0.2)) {
        // With the newest records goes whatever the dead process had on the wire: a log never gets a hole.
        this.world.forget(process.actor);
        this.loseTail('decisions', partition);
      }
    }
    this.spawn(process.stage);
  }

  /** The log forgets its newest records, as a broker that lost its disk would. */
  private loseTail(log: string, partition: number): void {
    const { entries, open } = partitionsOf(this.broker, log)[partition]!;
    if (open.size > 0 || entries.length === 0) return;
    entries.splice(-1 - this.chance.below(Math.min(6, entries.length)));
    this.world.met('log-tail-lost');
  }

  private async restart(process: ModelledProcess): Promise<void> {
    this.world.met('orderly-restart');
    this.remove(process);
    this.spawn(process.stage);
    await process.stop();
    process.actor.isAlive = false;
  }

  private remove(process: ModelledProcess): void {
    this.processes.splice(this.processes.indexOf(process), 1);
  }

  /** A frozen process wakes and thinks nothing happened; if it was evicted it joins again as a new one. */
  private thaw({ actor, stage }: ModelledProcess): void {
    if (!actor.isFrozen) return;
    this.world.met('thaw');
    actor.isFrozen = false;
    const members = this.broker.groups.get(`${stage.name}/${stage.input}`) ?? [];
    if (members.some((member) => member.actor === actor)) return;
    const process = this.processes.find((each) => each.actor === actor)!;
    this.remove(process);
    this.lame.push(process);
    this.spawn(stage);
  }

  /** Evicted and awake: they go on until they notice, and end for good when the faults are over. */
  private readonly lame: ModelledProcess[] = [];

  private calm(): void {
    for (const process of [...this.processes]) this.thaw(process);
    for (const { actor } of this.lame.splice(0)) {
      actor.isAlive = false;
      evict(this.broker, actor);
    }
  }

  private isDrained(): boolean {
    if (!this.isProduced) return false;
    for (let partition = 0; partition < this.workload.partitions; partition++) {
      for (const { name, input, output } of Object.values(STAGES)) {
        const mark = this.tables.get(`${name}/${partition}`)?.snapshot?.mark;
        const end = stableEnd(partitionsOf(this.broker, input)[partition]!);
        if ((mark?.inputOffset ?? 0) < end) return false;
        // A log that lost its tail must have been repaired.
        if (lastPosition(this.broker, output, partition) !== (mark?.published?.position ?? null))
          return false;
      }
    }
    return true;
  }

  /** Who owns what and how far it came, in words, for a schedule that doesn't end. */
  private situation(): string {
    const parts: string[] = [`produced ${this.isProduced}`];
    for (const [name, members] of this.broker.groups) {
      const owned = members.map((member) => `${member.actor.name}=[${[...member.owns].join(',')}]`);
      const ends = partitionsOf(this.broker, name.split('/')[1]!).map(stableEnd);
      parts.push(`${name} ${owned.join(' ')} ends ${ends.join(',')}`);
    }
    for (const [key, { owner, takeover, snapshot }] of this.tables) {
      parts.push(`${key} owner ${owner} takeover ${takeover} at ${snapshot?.mark.inputOffset ?? 'genesis'}`);
    }
    const alive = this.processes.map(({ actor }) => `${actor.name}${actor.isFrozen ? ' frozen' : ''}`);
    return [...parts, `alive ${alive.join(' ')}`, `open ${[...this.broker.open.keys()].join(' ')}`].join(
      '; ',
    );
  }

  private async settle(): Promise<void> {
    const stopping = Promise.all(this.processes.map((process) => process.stop()));
    let isStopped = false;
    void stopping.then(() => (isStopped = true));
    for (let steps = 0; !isStopped && steps < STEPS_MAX; steps++) await this.world.step();
    if (!isStopped) this.found.push(`seed ${this.seed}: the processes did not stop`);
  }
}
