import type { Controls, Genesis, Stop, ZoneTransition } from '#domain/controls';
import { encodeControl } from './codec.ts';

// The control records that start a partition and move it on. Ids are made from what the records say, so that the
// same record written twice is the same record.

/** An account lives in one partition of the treasury log: more help only where there are many accounts, or groups. */
export const TREASURIES_DEFAULT = 1;
export const LATENESS_MS_DEFAULT = 7 * 24 * 3_600_000;
export const FUTURE_MS_DEFAULT = 10 * 60_000;
/** Zone transitions are looked up for this span; the domain has no Intl. */
const ZONE_FROM_MS = Date.UTC(2000, 0, 1);
const ZONE_UNTIL_MS = Date.UTC(2045, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface GenesisOptions {
  readonly logId: string;
  readonly partitions: number;
  /** Partitions of the treasury log and of the census log each, default TREASURIES_DEFAULT. */
  readonly treasuries?: number;
  /** IANA name. */
  readonly zone: string;
  readonly latenessMs?: number;
  readonly futureMs?: number;
  readonly nowMs: number;
  readonly engine: number;
}

export function makeGenesis(options: GenesisOptions): Genesis {
  return {
    logId: options.logId,
    partitions: positive('partitions', options.partitions),
    treasuries: positive('treasuries', options.treasuries ?? TREASURIES_DEFAULT),
    hashFunction: 'murmur2',
    zone: options.zone,
    zoneTransitions: zoneTransitions(options.zone),
    latenessMs: options.latenessMs ?? LATENESS_MS_DEFAULT,
    futureMs: options.futureMs ?? FUTURE_MS_DEFAULT,
    nowMs: options.nowMs,
    engine: options.engine,
  };
}

export function encodeGenesis(genesis: Genesis): Buffer {
  return control('updraft.control.genesis.v1', 'genesis', genesis.logId, 'genesis', genesis.nowMs, genesis);
}

export function encodeTick(logId: string, tick: Controls['updraft.control.tick.v1']): Buffer {
  return control('updraft.control.tick.v1', `tick-${tick.atMs}`, logId, 'ticker', tick.atMs, tick);
}

export function encodeSettings(
  logId: string,
  settings: Controls['updraft.control.settings.v1'],
  atMs: number,
): Buffer {
  return control(
    'updraft.control.settings.v1',
    `settings-${settings.sequence}`,
    logId,
    'settings',
    atMs,
    settings,
  );
}

export function encodePolicyActivated(
  logId: string,
  activation: Controls['updraft.control.policy-activated.v1'],
  atMs: number,
): Buffer {
  const id = `activation-${activation.sequence}`;
  return control('updraft.control.policy-activated.v1', id, logId, 'registry', atMs, activation);
}

export function encodeStop(logId: string, stop: Stop, atMs: number): Buffer {
  return control('updraft.control.stop.v1', `stop-${stop.sequence}`, logId, 'stop', atMs, stop);
}

/** By zone: looking for them takes a third of a second. */
const KNOWN_TRANSITIONS = new Map<string, readonly ZoneTransition[]>();

/** The zone's offsets from UTC, 2000 to 2045; the first one applies since ever. */
export function zoneTransitions(zone: string): readonly ZoneTransition[] {
  const known = KNOWN_TRANSITIONS.get(zone) ?? findTransitions(zone);
  KNOWN_TRANSITIONS.set(zone, known);
  return known;
}

function findTransitions(zone: string): readonly ZoneTransition[] {
  const offsetAt = offsetReader(zone);
  let offsetMinutes = offsetAt(ZONE_FROM_MS);
  const transitions: ZoneTransition[] = [{ fromMs: 0, offsetMinutes }];
  for (let atMs = ZONE_FROM_MS; atMs < ZONE_UNTIL_MS; atMs += DAY_MS) {
    const next = offsetAt(atMs + DAY_MS);
    if (next === offsetMinutes) continue;
    transitions.push({
      fromMs: firstMinuteWith(offsetAt, atMs, atMs + DAY_MS, offsetMinutes),
      offsetMinutes: next,
    });
    offsetMinutes = next;
  }
  return transitions;
}

/** The first minute in (fromMs, untilMs] whose offset is no longer `before`. */
function firstMinuteWith(
  offsetAt: (ms: number) => number,
  fromMs: number,
  untilMs: number,
  before: number,
): number {
  let low = fromMs / MINUTE_MS;
  let high = untilMs / MINUTE_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

function offsetReader(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (ms) => {
    const name = format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name);
    if (match === null) throw new Error(`zone ${zone}: offset ${name} is not in whole minutes`);
    const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
    return match[1] === '-' ? -minutes : minutes;
  };
}

function control<Type extends keyof Controls>(
  type: Type,
  id: string,
  logId: string,
  writer: string,
  atMs: number,
  data: Controls[Type],
): Buffer {
  return encodeControl(type, id, `/updraft/${logId}/${writer}`, new Date(atMs).toISOString(), data);
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error(`${name}: ${value} is not a positive integer`);
}
