import type { StageReport } from '#stage/report';
import type { Audit } from './audit.ts';
import { partitionsOf, type Broker } from './broker.ts';
import type { Chance } from './chance.ts';
import type { LoudFault } from './loud-fault.ts';
import { evict, rebalance } from './modelled-group.ts';
import { loseSnapshot, type Tables } from './modelled-store.ts';
import { createProcess, STAGES, type ModelledProcess } from './process.ts';
import type { World } from './world.ts';

/** What a schedule plays with. */
export interface Scene {
  readonly chance: Chance;
  readonly world: World;
  readonly broker: Broker;
  readonly tables: Tables;
  readonly audit: Audit;
  readonly loud: LoudFault;
  /** Sixteen partitions: larger batches, or a schedule takes for ever. */
  readonly isWide: boolean;
  /** Partitions whose decisions lost their newest records: these were published a second time. */
  readonly tailsLost: Set<number>;
  /** Whether all of the workload stands in the log. */
  readonly isProduced: () => boolean;
  readonly violation: (text: string) => void;
  readonly trace: ((line: string) => void) | null;
}

/** The processes of all stages, and what happens to them. */
export class Cluster {
  private readonly processes: ModelledProcess[] = [];
  /** Evicted and awake: they go on until they notice, and end for good when the faults are over. */
  private readonly lame: ModelledProcess[] = [];
  private serial = 0;

  constructor(private readonly scene: Scene) {}

  spawn(stage: ModelledProcess['stage']): void {
    const name = `${stage.name}-${++this.serial}`;
    const process = createProcess(this.scene, name, stage, (partition, what) =>
      this.note(name, stage, partition, what),
    );
    this.processes.push(process);
    process.start();
  }

  private note(name: string, stage: ModelledProcess['stage'], partition: number, what: StageReport): void {
    const { world, loud, violation, trace } = this.scene;
    trace?.(`  ${name} ${partition} ${JSON.stringify(what)}`);
    switch (what.kind) {
      case 'halted':
        if (!loud.notice(stage.name, partition, what.why))
          violation(`${name} halted partition ${partition} at ${what.at}: ${what.why}`);
        return;
      case 'taken-over':
        world.met(what.from === null ? 'taken-over-genesis' : 'taken-over-snapshot');
        return;
      case 'lost':
        world.met(`lost-${what.why.split(':')[0]}`);
        return;
      case 'waiting':
        world.met(`waiting-for-${what.why.startsWith('bundle') ? 'bundle' : 'store'}`);
        return;
      case 'suppressed':
      case 'snapshot-ignored':
        world.met(what.kind);
        return;
      default:
    }
  }

  /** A little misfortune, perhaps. */
  disturb(): void {
    const { chance, world, broker } = this.scene;
    if (chance.of(0.008)) this.crash(chance.pick(this.processes));
    if (chance.of(0.006)) this.freeze(chance.pick(this.processes));
    if (chance.of(0.02)) this.thaw(chance.pick(this.processes));
    if (chance.of(0.006)) {
      world.met('rebalance');
      const stage = chance.pick(Object.values(STAGES));
      rebalance(broker, stage.input, stage.name, chance.below(2));
    }
    if (chance.of(0.003)) {
      const process = chance.pick(this.processes);
      if (!process.actor.isFrozen) void this.restart(process);
    }
  }

  private crash(process: ModelledProcess): void {
    const { world, chance, broker, tables, loud } = this.scene;
    this.met('crash', process);
    this.remove(process);
    process.actor.isAlive = false;
    evict(broker, process.actor);
    for (const [key, { owner, snapshot }] of tables) {
      if (owner !== process.actor.name || snapshot === null) continue;
      const partition = Number(key.split('/')[1]);
      if (loud.cause(this.scene, process.stage, partition)) world.forget(process.actor);
      else if (chance.of(0.2) && loseSnapshot(tables, key)) world.met('snapshot-lost');
      else if (
        process.stage.name === 'allocator' &&
        !loud.concerns('allocator', partition) &&
        chance.of(0.2)
      ) {
        // With the newest records goes whatever the dead process had on the wire: a log never gets a hole.
        world.forget(process.actor);
        this.loseTail('decisions', partition);
      }
    }
    this.spawn(process.stage);
  }

  /** The log forgets its newest records, as a broker that lost its disk would. */
  private loseTail(log: string, partition: number): void {
    const { broker, chance, world } = this.scene;
    const { entries, open } = partitionsOf(broker, log)[partition]!;
    if (open.size > 0 || entries.length === 0) return;
    entries.splice(-1 - chance.below(Math.min(6, entries.length)));
    this.scene.tailsLost.add(partition);
    world.met('log-tail-lost');
  }

  private freeze(process: ModelledProcess): void {
    const { chance, broker } = this.scene;
    const { actor } = process;
    if (actor.isFrozen) return;
    this.met('freeze', process);
    actor.isFrozen = true;
    if (!chance.of(0.7)) return;
    this.met('evicted-while-frozen', process);
    evict(broker, actor);
  }

  /** A frozen process wakes and thinks nothing happened; if it was evicted it joins again as a new one. */
  private thaw(process: ModelledProcess): void {
    const { actor, stage } = process;
    if (!actor.isFrozen) return;
    this.met('thaw', process);
    actor.isFrozen = false;
    const members = this.scene.broker.groups.get(`${stage.name}/${stage.input}`) ?? [];
    if (members.some((member) => member.actor === actor)) return;
    this.remove(process);
    this.lame.push(process);
    this.spawn(stage);
  }

  private async restart(process: ModelledProcess): Promise<void> {
    this.met('orderly-restart', process);
    this.remove(process);
    this.spawn(process.stage);
    await process.stop();
    process.actor.isAlive = false;
    // Whoever ended before it heard that it had joined never leaves: its session runs out.
    evict(this.scene.broker, process.actor);
  }

  private met(what: string, { actor }: ModelledProcess): void {
    this.scene.world.met(what);
    this.scene.trace?.(`  ${actor.name}: ${what}`);
  }

  private remove(process: ModelledProcess): void {
    this.processes.splice(this.processes.indexOf(process), 1);
  }

  /** No more misfortune: the frozen wake, and who was evicted is gone for good. */
  calm(): void {
    const frozen = this.processes.filter(({ actor }) => actor.isFrozen);
    for (const process of frozen) this.thaw(process);
    for (const { actor } of this.lame.splice(0)) {
      actor.isAlive = false;
      evict(this.scene.broker, actor);
    }
  }

  isCalm(): boolean {
    return this.lame.length === 0 && !this.processes.some(({ actor }) => actor.isFrozen);
  }

  /** Orderly end of all. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
  }

  /** Processes that have ended in an orderly way and left a publisher open. */
  leftOpen(): string[] {
    const ended = new Set(this.processes.map(({ actor }) => actor.name));
    return [...this.scene.broker.unclosed.values()].filter((name) => ended.has(name));
  }

  names(): string {
    return this.processes.map(({ actor }) => `${actor.name}${actor.isFrozen ? ' frozen' : ''}`).join(' ');
  }
}
