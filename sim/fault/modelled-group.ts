import type { Subscription, SubscriptionHandlers } from '#stream/log';
import { partitionsOf, slice, stableEnd, type Broker, type Member } from './broker.ts';
import type { Actor, Turns } from './world.ts';

// Groups of readers. Members that join or leave move partitions; the news reaches each member when the schedule says
// so, which may be long after somebody else has begun.

/** Spreads the partitions over the members; `shift` turns the wheel, so that a rebalance moves something. */
export function rebalance(broker: Broker, log: string, group: string, shift = 0): void {
  const members = broker.groups.get(`${group}/${log}`) ?? [];
  const partitions = partitionsOf(broker, log).length;
  members.forEach((member, place) => {
    const owns = new Set<number>();
    for (let partition = 0; partition < partitions; partition++) {
      if ((partition + shift) % members.length === place) owns.add(partition);
    }
    member.owns = owns;
    member.tell(owns);
  });
}

/** The group forgets the member without telling it: a session that ran out. */
export function evict(broker: Broker, actor: Actor): void {
  for (const [name, members] of broker.groups) {
    const left = members.filter((member) => member.actor !== actor);
    for (const member of members) if (member.actor === actor) member.isConfirmed = false;
    broker.groups.set(name, left);
    const [group, log] = name.split('/') as [string, string];
    if (left.length > 0 && left.length < members.length) rebalance(broker, log, group);
  }
}

export async function subscribeModelled(
  broker: Broker,
  turns: Turns,
  actor: Actor,
  log: string,
  group: string,
  handlers: SubscriptionHandlers,
): Promise<Subscription> {
  const name = `${group}/${log}`;
  const told = new Set<number>();
  const generations = new Map<number, number>();
  let isClosed = false;
  let news: Promise<unknown> = Promise.resolve();

  const member: Member = {
    actor,
    owns: new Set(),
    isConfirmed: true,
    tell(owns) {
      // News arrives late, but in order.
      news = news.then(() => turns.tell(actor, 'assignment', () => learn(owns)));
    },
  };

  function learn(owns: ReadonlySet<number>): void {
    if (isClosed) return;
    const gone = [...told].filter((partition) => !owns.has(partition));
    const come = [...owns].filter((partition) => !told.has(partition));
    for (const partition of gone) {
      told.delete(partition);
      stopReading(partition);
    }
    for (const partition of come) told.add(partition);
    if (gone.length > 0) handlers.revoked(gone);
    if (come.length > 0) handlers.assigned(come);
  }

  function stopReading(partition: number): number {
    const generation = (generations.get(partition) ?? 0) + 1;
    generations.set(partition, generation);
    return generation;
  }

  async function readOn(partition: number, from: number): Promise<void> {
    const generation = stopReading(partition);
    const modelled = partitionsOf(broker, log)[partition]!;
    let next = from;
    const isCurrent = (): boolean => !isClosed && generations.get(partition) === generation;
    while (isCurrent()) {
      const isEmpty = await turns.tell(actor, 'fetch', () => {
        if (!isCurrent()) return false;
        const end = stableEnd(modelled);
        let start = next;
        if (start > from && turns.chance.of(broker.faults.redelivery)) {
          turns.met('redelivery');
          start = from + turns.chance.below(start - from);
        }
        if (start >= end) return true;
        const batch = slice(
          log,
          partition,
          modelled,
          start,
          end,
          1 + turns.chance.below(broker.faults.batchMax),
        );
        next = batch.nextOffset;
        handlers.batch(batch);
        return false;
      });
      if (isEmpty) await new Promise<void>((resolve) => modelled.waiting.add(resolve));
    }
  }

  await turns.turn(actor, 'join', () => {
    // A member that died while joining has no session to keep.
    if (!actor.isAlive) return;
    broker.groups.set(name, [...(broker.groups.get(name) ?? []), member]);
    rebalance(broker, log, group);
  });

  return {
    resume: (partition, offset) => {
      if (told.has(partition)) void readOn(partition, offset);
    },
    pause: (partition) => void stopReading(partition),
    isMember: () => !isClosed && member.isConfirmed,
    async close() {
      isClosed = true;
      await turns.turn(actor, 'leave', () => {
        broker.groups.set(
          name,
          (broker.groups.get(name) ?? []).filter((each) => each !== member),
        );
        rebalance(broker, log, group);
      });
    },
  };
}
