import type { LogBatch, Logs } from '#stream/log';
import { check, create, partitionsOf, slice, stableEnd, type Broker } from './broker.ts';
import { subscribeModelled } from './modelled-group.ts';
import { createModelledPublisher, createModelledWriter, maybeAway } from './modelled-publisher.ts';
import type { Actor, Turns } from './world.ts';

/** The log port as one process sees it. It passes the same contract suite as the real ones. */
export function createModelledLogs(broker: Broker, turns: Turns, actor: Actor): Logs {
  return {
    create: (specs) => turns.turn(actor, 'create', () => create(broker, specs)),
    check: (specs) => turns.turn(actor, 'check', () => check(broker, specs)),
    partitions: (log) => turns.turn(actor, 'partitions', () => partitionsOf(broker, log).length),
    endOffsets: (log) =>
      turns.turn(actor, 'ends', () => {
        maybeAway(broker, turns);
        return partitionsOf(broker, log).map(stableEnd);
      }),
    read: (log, partition, from) => read(broker, turns, actor, log, partition, from),
    writer: () => createModelledWriter(broker, turns, actor),
    publisher: (name) => createModelledPublisher(broker, turns, actor, name),
    subscribe: (log, group, handlers) => subscribeModelled(broker, turns, actor, log, group, handlers),
    close: () => Promise.resolve(),
  };
}

async function* read(
  broker: Broker,
  turns: Turns,
  actor: Actor,
  log: string,
  partition: number,
  from: number,
): AsyncGenerator<LogBatch> {
  const modelled = partitionsOf(broker, log)[partition]!;
  const end = await turns.turn(actor, 'read-end', () => {
    maybeAway(broker, turns);
    return stableEnd(modelled);
  });
  for (let next = from; next < end;) {
    const start = next;
    const count = 1 + turns.chance.below(broker.faults.batchMax);
    const batch = await turns.turn(actor, 'read', () => slice(log, partition, modelled, start, end, count));
    if (batch.nextOffset === next) return;
    next = batch.nextOffset;
    yield batch;
  }
}
