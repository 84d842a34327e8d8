import { canonicalText, sha256, type JsonValue } from './canonical-text.ts';
import type { Event } from './export-reader.ts';
import type { Findings } from './finding.ts';
import type { ZoneTransition } from './local-day.ts';

// What the control records of a partition say, read straight through: log time, limits, zone, the live bundle. And
// with it, of each event, whether it counts.

export type Verdict =
  | { readonly kind: 'counted' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused'; readonly reason: 'too-late' | 'from-the-future' | 'conflict' | 'quarantined' }
  /** A control record; `isEffective` ones are forwarded to the allocator. */
  | { readonly kind: 'control'; readonly isEffective: boolean };

export interface PartitionClock {
  readonly nowMs: number;
  readonly zone: readonly ZoneTransition[];
  readonly bundle: string | null;
  judge(event: Event, text: string, position: string, quarantined: boolean): Verdict;
}

const HOUR_MS = 3_600_000;

interface Genesis {
  readonly nowMs: number;
  readonly latenessMs: number;
  readonly futureMs: number;
  readonly zoneTransitions: readonly ZoneTransition[];
}
type Settings = Partial<Genesis> & { readonly sequence: number };

export function createPartitionClock(genesisOfExport: JsonValue, findings: Findings): PartitionClock {
  let genesis: string | null = null;
  let settingsSequence = 0;
  let bundleSequence = 0;
  let stopSequence = 0;
  /** By treasury, hashes of what it said, by sequence. */
  const leases = new Map<string, string[]>();
  let latenessMs = 0;
  let futureMs = 0;
  /** Never moves back: beyond it ids are forgotten, so nothing from there may count. */
  let horizonMs = 0;
  const state = { nowMs: 0, zone: [] as readonly ZoneTransition[], bundle: null as string | null };
  const seen = createSeenIds();

  function set(settings: Partial<Genesis>): void {
    latenessMs = settings.latenessMs ?? latenessMs;
    futureMs = settings.futureMs ?? futureMs;
    state.zone = settings.zoneTransitions ?? state.zone;
    moveHorizon();
  }

  function moveHorizon(): void {
    horizonMs = Math.max(horizonMs, state.nowMs - latenessMs);
    seen.forgetBefore(horizonMs);
  }

  /** Exactly the next of its writer is taken; what was taken before must say the same. */
  function isNext(said: { writer: string; sequence: number }, text: string, position: string): boolean {
    const { writer, sequence } = said;
    const hashes = leases.get(writer) ?? [];
    leases.set(writer, hashes);
    const hash = sha256(text);
    if (sequence <= hashes.length) {
      findings.expect(hashes[sequence - 1] === hash, 'treasury', position, () => {
        return `${writer} said something else as ${sequence} before`;
      });
      return false;
    }
    findings.expect(sequence === hashes.length + 1, 'treasury', position, () => {
      return `${writer} goes on with ${sequence} after ${hashes.length}`;
    });
    hashes[sequence - 1] = hash;
    return true;
  }

  function control(event: Event, position: string): boolean {
    const data = event.data as unknown;
    switch (event.type) {
      case 'updraft.control.genesis.v1': {
        const text = canonicalText(event.data);
        findings.expect(text === canonicalText(genesisOfExport), 'genesis', position, () => {
          return 'differs from the genesis of the manifest';
        });
        if (genesis !== null) return false;
        genesis = text;
        state.nowMs = (data as Genesis).nowMs;
        set(data as Genesis);
        return true;
      }
      case 'updraft.control.tick.v1': {
        const { atMs } = data as { atMs: number };
        if (atMs < state.nowMs) return false;
        state.nowMs = atMs;
        moveHorizon();
        return true;
      }
      case 'updraft.control.settings.v1': {
        const settings = data as Settings;
        if (settings.sequence <= settingsSequence) return false;
        settingsSequence = settings.sequence;
        set(settings);
        return true;
      }
      case 'updraft.control.policy-activated.v1': {
        const { sequence, bundle } = data as { sequence: number; bundle: string };
        if (sequence <= bundleSequence) return false;
        bundleSequence = sequence;
        state.bundle = bundle;
        return true;
      }
      case 'updraft.control.lease.v1':
        return isNext(data as { writer: string; sequence: number }, canonicalText(event.data), position);
      case 'updraft.control.statistics.v1':
        // Taken, and not forwarded.
        isNext(data as { writer: string; sequence: number }, canonicalText(event.data), position);
        return false;
      case 'updraft.control.stop.v1': {
        const { sequence } = data as { sequence: number };
        if (sequence <= stopSequence) return false;
        stopSequence = sequence;
        return true;
      }
      default:
        findings.add('genesis', position, `control record of type ${event.type} is not known`);
        return false;
    }
  }

  return {
    get nowMs() {
      return state.nowMs;
    },
    get zone() {
      return state.zone;
    },
    get bundle() {
      return state.bundle;
    },
    judge(event, text, position, quarantined) {
      const isFirst = genesis === null;
      findings.expect(!isFirst || event.type === 'updraft.control.genesis.v1', 'genesis', position, () => {
        return `the partition begins with ${event.type}`;
      });
      if (quarantined) return { kind: 'refused', reason: 'quarantined' };
      if (event.subject === undefined) return { kind: 'control', isEffective: control(event, position) };
      const atMs = Date.parse(event.time);
      if (atMs < horizonMs) return { kind: 'refused', reason: 'too-late' };
      if (atMs > state.nowMs + futureMs) return { kind: 'refused', reason: 'from-the-future' };
      const before = seen.contentOf(event.source, event.id);
      if (before === null) {
        seen.remember(event.source, event.id, text, atMs);
        return { kind: 'counted' };
      }
      return before === sha256(text) ? { kind: 'duplicate' } : { kind: 'refused', reason: 'conflict' };
    },
  };
}

interface SeenIds {
  /** Hash of the content that the id was first seen with; null: new. */
  contentOf(source: string, id: string): string | null;
  remember(source: string, id: string, text: string, atMs: number): void;
  forgetBefore(ms: number): void;
}

/** Ids by the hour in which their event occurred; whole hours are forgotten. */
function createSeenIds(): SeenIds {
  const contents = new Map<string, { readonly hash: string; readonly hour: number }>();
  const byHour = new Map<number, string[]>();
  return {
    contentOf: (source, id) => contents.get(`${source}\n${id}`)?.hash ?? null,
    remember(source, id, text, atMs) {
      const name = `${source}\n${id}`;
      const hour = Math.floor(atMs / HOUR_MS);
      contents.set(name, { hash: sha256(text), hour });
      const names = byHour.get(hour);
      if (names === undefined) byHour.set(hour, [name]);
      else names.push(name);
    },
    forgetBefore(ms) {
      const first = Math.floor(ms / HOUR_MS);
      for (const [hour, names] of byHour) {
        if (hour >= first) continue;
        for (const name of names) if (contents.get(name)?.hour === hour) contents.delete(name);
        byHour.delete(hour);
      }
    },
  };
}
