import type { Genesis } from '#domain/controls';
import type { ShadowReport } from '#domain/shadow/shadow-report';
import { dropLease, keepLease } from '#store/lease';
import { createShadowDesk, type ShadowDesk, type WantedShadow } from '#store/shadow-desk';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import type { Log } from '#telemetry/log';
import { counter, gauge, type Registry } from '#telemetry/metrics';
import { readGenesis } from '../begin-log.ts';
import { createBundleSource } from '../bundle-source.ts';
import type { Clock } from '../clock.ts';
import { sha256 } from '../sha256.ts';
import { startShadow, type ShadowChild } from './shadow-child.ts';
import { openShadowFeed } from './shadow-feed.ts';
import type { ShadowCost } from './shadow-message.ts';

// Runs the shadows that are asked for, each in a process of its own beside this one, and keeps their reports. Of
// several processes that could, the one that holds the lease does; two at once for a moment would only read twice. A
// shadow's state is a function of the logs: whoever begins it again reads from the beginning.

/** The summary of a report, as it is stored. */
export interface ShadowSummary extends Omit<ShadowReport, 'programmes'> {
  readonly cost: ShadowCost;
}

export interface ShadowHostPorts {
  readonly logs: Logs;
  readonly database: Database;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly log: Log;
  /** Of this process, unlike any other's. */
  readonly owner: string;
  /** Heap of one shadow. */
  readonly memoryMbMax: number;
}

export interface ShadowHost {
  run(): Promise<void>;
  stop(): Promise<void>;
}

const LEASE_NAME = 'shadow';
const LEASE_MS = 10_000;
const LOOK_EVERY_MS = 2_000;

interface Hosted {
  readonly wanted: WantedShadow;
  readonly child: ShadowChild;
}

export function createShadowHost(ports: ShadowHostPorts): ShadowHost {
  const { database, clock, log, owner } = ports;
  const desk = createShadowDesk(database);
  const hosted = new Map<string, Hosted>();
  const metrics = shadowMetrics(ports.registry);
  let isStopping = false;
  let isTold = false;
  let running: Promise<void> = Promise.resolve();
  let genesis: Genesis | null = null;
  let wake: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (wake = resolve));

  async function look(): Promise<void> {
    const wanted = await desk.wanted();
    // The lease is asked for only where there is something to do.
    const isOurs =
      wanted.length + hosted.size > 0 && (await keepLease(database, LEASE_NAME, owner, LEASE_MS)).isHeld;
    const mine = isOurs ? wanted : [];
    for (const { wanted: before, child } of hosted.values()) {
      const stays = mine.some(
        ({ hash, askedAtMs }) => hash === before.hash && askedAtMs === before.askedAtMs,
      );
      if (stays) continue;
      hosted.delete(before.hash);
      await child.stop();
      log.info({ shadow: before.hash }, 'a shadow was stopped');
    }
    if (mine.length > 0) genesis ??= await readGenesis(ports.logs);
    for (const shadow of mine) {
      if (genesis !== null && !hosted.has(shadow.hash)) begin(shadow, genesis);
    }
    metrics.running.set(hosted.size);
  }

  function begin(wanted: WantedShadow, began: Genesis): void {
    const { hash } = wanted;
    log.info({ shadow: hash }, 'a shadow begins to read');
    const child = startShadow(wanted, {
      ...ports,
      genesis: began,
      feed: openShadowFeed({ ...ports, store: ports.snapshots }),
      bundles: createBundleSource(ports.logs, clock, sha256),
      onReport({ report, cost }) {
        void save(desk, wanted, report, cost).catch((error: unknown) => {
          log.warn(
            { shadow: hash, error },
            'a report of a shadow was not saved; the next one takes its place',
          );
        });
      },
      onFailed(why) {
        log.error({ shadow: hash, why }, 'alarm: a shadow failed; the pipeline goes on without it');
        metrics.failures.inc();
        void desk.fail(wanted, why).catch((error: unknown) => {
          log.warn({ shadow: hash, error }, 'that a shadow failed was not saved; it begins again');
          hosted.delete(hash);
        });
      },
      onAway: (error) => log.warn({ shadow: hash, error }, 'a shadow waits: log or database are away'),
    });
    hosted.set(hash, { wanted, child });
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      try {
        await look();
        isTold = false;
      } catch (error) {
        if (!isTold) log.warn({ error }, 'shadows cannot be looked for and go on as they were');
        isTold = true;
      }
      await Promise.race([clock.sleep(LOOK_EVERY_MS), stopped]);
    }
    for (const { child } of hosted.values()) await child.stop();
    hosted.clear();
    // Whoever takes over need not wait for the lease to run out.
    await dropLease(database, LEASE_NAME, owner).catch(() => undefined);
  }

  return {
    run: () => (running = loop()),
    stop() {
      isStopping = true;
      wake();
      return running;
    },
  };
}

function save(desk: ShadowDesk, wanted: WantedShadow, report: ShadowReport, cost: ShadowCost): Promise<void> {
  const { programmes, ...rest } = report;
  const summary = { ...rest, cost } satisfies ShadowSummary;
  const bodies = programmes.map((each) => ({ programme: each.programme, body: JSON.stringify(each) }));
  return desk.save(wanted, JSON.stringify(summary), bodies);
}

export function shadowMetrics(registry: Registry) {
  return {
    running: gauge(registry, { name: 'shadow_running', help: 'Shadows whose processes run here.' }),
    failures: counter(registry, { name: 'shadow_failures_total', help: 'Shadows that failed here.' }),
  };
}
