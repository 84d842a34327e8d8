import { makeAdmit } from '#contracts/admit';
import { encodeGenesis, encodePolicyActivated, encodeTick, makeGenesis } from '#contracts/genesis';
import { allocator } from '#domain/allocator/allocator-machine';
import { ENGINE } from '#domain/engine';
import { compileBundle } from '#domain/policy/compile';
import { scoring } from '#domain/scoring/scoring-machine';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '#domain/time';
import { treasury } from '#domain/treasury/treasury-machine';
import { sha256 } from '#stage/sha256';
import { inputOf, stepOn } from './core-stages.ts';
import { FIXED_WORKLOAD } from './workload.ts';

// Every merchant applies at once, and the treasury answers only when all of them wait. What is measured is what it
// costs to let so many wait and to serve them, whether in the order in which they came, and what memory grows by for
// each of them.

export interface BurstFigures {
  readonly merchants: number;
  readonly waiting: number;
  /** Processor seconds until all of them waited, and from the first lease until the last was served or withheld. */
  readonly applySeconds: number;
  readonly serveSeconds: number;
  readonly requests: number;
  readonly issued: number;
  readonly withheld: number;
  /** Whether nobody was served before somebody who had come earlier. */
  readonly isInOrder: boolean;
  /** Heap once everybody waits less heap once everybody is registered, bytes. */
  readonly heapBytes: number;
}

const SIZE = 100;
const WAIT_MINUTES = 30;

/** Half of those who apply can be served. */
function policyFor(merchants: number): string {
  const result = compileBundle({
    bundle: 'burst',
    names: { en: 'Burst' },
    currency: 'CNY',
    metrics: [{ id: 'orders', names: { en: 'Orders' }, unit: 'count', sum: 'ordersPaid', window: '7d' }],
    ladders: [
      {
        id: 'ladder',
        names: { en: 'Ladder' },
        by: 'orders',
        minimum: { metric: 'orders', atLeast: 1 },
        tiers: [{ id: 'all', names: { en: 'All' }, enter: 0 }],
      },
    ],
    capacity: {
      window: '7d',
      growth: '100%',
      probe: 5,
      stockCover: '1d',
      grain: { edges: [0, 1], hysteresis: '0%' },
    },
    accounts: [
      {
        id: 'burst',
        names: { en: 'Burst' },
        unit: 'exposures',
        total: (merchants / 2) * SIZE,
        wait: `${WAIT_MINUTES}m`,
      },
    ],
    programmes: [
      {
        id: 'burst',
        names: { en: 'Burst' },
        kind: 'traffic',
        gives: { boost: { weight: '150%' } },
        who: { id: 'asked', survey: 'wants_traffic', is: 'yes' },
        account: 'burst',
        size: { fixed: SIZE },
        duration: '7d',
        settle: '1d',
        coolDown: 0,
        limits: { openings: 1, perMerchant: SIZE },
      },
    ],
  });
  if ('findings' in result) throw new Error(JSON.stringify(result.findings));
  return result.compiled.text;
}

export function measureBurst(merchants: number): BurstFigures {
  const world = openWorld(policyFor(merchants));
  const ids = Array.from(
    { length: merchants },
    (_, at) => `m${String((at * 7_919) % merchants).padStart(7, '0')}`,
  );
  for (const id of ids) {
    world.event(id, 'updraft.merchant.registered.v1', { category: 'toys', country: 'CN', currency: 'CNY' });
  }
  world.holdTreasury(true);
  const heapBefore = heap();
  const applyStart = process.cpuUsage();
  const answers = { survey: 'spring', answers: { wants_traffic: 'yes' } };
  for (const id of ids) world.event(id, 'updraft.survey.answered.v1', answers);
  const applySeconds = secondsSince(applyStart);
  const waiting = world.waiting();
  const heapBytes = heap() - heapBefore;
  const serveStart = process.cpuUsage();
  world.holdTreasury(false);
  for (let second = 0; second < WAIT_MINUTES * 60 + 600; second++) world.tick(SECOND_MS);
  const serveSeconds = secondsSince(serveStart);
  const { issued, withheld, requests } = world;
  const places = new Map(ids.map((id, at) => [id, at]));
  const isInOrder = issued.every((id, at) => at === 0 || places.get(id)! > places.get(issued[at - 1]!)!);
  return {
    merchants,
    waiting,
    applySeconds,
    serveSeconds,
    requests: requests.count,
    issued: issued.length,
    withheld: withheld.count,
    isInOrder,
    heapBytes,
  };
}

function openWorld(policy: string) {
  const hash = sha256(policy);
  const machines = {
    scoring: scoring.open(0, null, sha256),
    allocator: allocator.open(0, null, sha256),
    treasury: treasury.open(0, null, sha256),
  };
  const admit = makeAdmit({ partitions: 1, pseudonymKey: Buffer.alloc(32, 1) });
  const genesis = makeGenesis({
    logId: 'bench',
    partitions: 1,
    zone: 'Asia/Shanghai',
    latenessMs: 7 * DAY_MS,
    futureMs: MINUTE_MS,
    nowMs: FIXED_WORKLOAD.startMs,
    engine: ENGINE,
  });
  const issued: string[] = [];
  const withheld = { count: 0 };
  const requests = { count: 0 };
  let nowMs = genesis.nowMs;
  let offset = 0;
  let mails = 0;
  let events = 0;
  let isHeld = false;
  let mail: string[] = [];

  function step(key: string | null, text: string): void {
    for (const said of stepOn(machines.scoring, inputOf([0, offset++], key, text), policy)) {
      if (said.log !== 'capability') continue;
      for (const { log, key: merchant, text: out } of stepOn(
        machines.allocator,
        inputOf(said.position, said.key, said.text),
        policy,
      )) {
        if (log === 'treasury') {
          requests.count += 1;
          mail.push(out);
        }
        if (log !== 'decisions') continue;
        if (out.includes('"outcome":"issue"')) issued.push(merchant!);
        if (out.includes('"reasons":["budget-'))
          withheld.count += out.includes('"outcome":"withhold"') ? 1 : 0;
      }
    }
    while (!isHeld && mail.length > 0) {
      const read = mail;
      mail = [];
      for (const each of read) {
        for (const lease of stepOn(machines.treasury, inputOf([0, mails++], null, each), policy))
          step(null, lease.text);
      }
    }
  }
  const control = (text: string): void => {
    mail.push(text);
    step(null, text);
  };
  control(String(encodeGenesis(genesis)));
  control(
    String(encodePolicyActivated('bench', { sequence: 1, bundle: hash, approvedBy: ['one', 'two'] }, nowMs)),
  );
  return {
    issued,
    withheld,
    requests,
    waiting: () => machines.allocator.gauges()['waiting']!,
    holdTreasury: (hold: boolean) => void (isHeld = hold),
    tick(ms: number): void {
      nowMs += ms;
      control(String(encodeTick('bench', { atMs: nowMs, catchingUp: false })));
    },
    event(merchant: string, type: string, data: object): void {
      const outcome = admit({
        specversion: '1.0',
        id: `e${events++}`,
        source: '/bench',
        type,
        subject: merchant,
        time: new Date(nowMs).toISOString(),
        data,
      });
      if (!outcome.admitted) throw new Error(JSON.stringify(outcome.problems));
      step(merchant, outcome.value.toString('utf8'));
    },
  };
}

/** Heap in use after a collection where the process may ask for one (`--expose-gc`). */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

export function burstLines(figures: BurstFigures): string[] {
  const { merchants, waiting, applySeconds, serveSeconds, requests, issued, withheld, isInOrder, heapBytes } =
    figures;
  return [
    'Burst: every merchant applies at once, and half of them can be served',
    `  ${waiting} of ${merchants} waited, after ${applySeconds.toFixed(1)} CPU-seconds; ` +
      `${requests} records to the treasury`,
    `  ${issued} served ${isInOrder ? 'in the order in which they came' : 'OUT OF ORDER'}, ${withheld} withheld for ` +
      `want of money, after ${serveSeconds.toFixed(1)} CPU-seconds`,
    `  ${Math.round(heapBytes / merchants)} bytes of heap for each that waits`,
  ];
}
