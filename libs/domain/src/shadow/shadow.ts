import { allocator } from '../allocator/allocator-machine.ts';
import { canonicalJson, type Json } from '../canonical.ts';
import type { Genesis, PolicyActivated, Tick } from '../controls.ts';
import { scoring } from '../scoring/scoring-machine.ts';
import { formatPosition } from '../stage/position.ts';
import { openResident, type ResidentStage } from '../stage/resident-stage.ts';
import type { CloudEvent, Hash, InputRecord, OutputRecord } from '../stage/stage.ts';
import { formatInstant } from '../time.ts';
import { treasury } from '../treasury/treasury-machine.ts';
import { instantOrNull, programmeReports, type ShadowReport } from './shadow-report.ts';
import { createTally, type Tally } from './tally.ts';
import { toldIn, type Told } from './told.ts';
import { createUsageBook, type UsageBook } from './usage-book.ts';

// A candidate bundle beside the live one. A shadow reads what happened, all of activity from genesis, and what was
// decided, and writes nothing. It has machines of its own for every partition and treasury. Leases that stand in
// activity are left out and come from its own treasuries, which hear and answer at once. Until log time `sinceMs` the
// bundles govern it that governed live; then, partition by partition, the candidate is activated and what is activated
// live is left out. Partitions are merged by tick: the next record comes from the one whose log time is lowest, so that
// what a shadow does is a function of the log.

export interface ShadowTerms {
  readonly partitions: number;
  readonly treasuries: number;
  /** Hash of the candidate. */
  readonly bundle: string;
  /** The candidate governs after the first tick beyond this log time, ms; below genesis: from genesis on. */
  readonly sinceMs: number;
  readonly hash: Hash;
  /** Texts by hash, the candidate's among them; others are added before they are needed. */
  readonly bundles: ReadonlyMap<string, string>;
}

export interface Shadow {
  /** The partition whose next record must come. */
  next(): number;
  /** Hash of a bundle that must be among `bundles` before the record is stepped; null: none. */
  needsBundle(partition: number, record: InputRecord): string | null;
  /** A live decision, in the order of its log, before the partition's first record that it does not come from. */
  hearLive(partition: number, text: string): void;
  /** Throws where the record cannot be stepped: the shadow is of no more use. */
  step(partition: number, record: InputRecord): void;
  report(): ShadowReport;
}

interface Part {
  readonly number: number;
  readonly scoring: ResidentStage;
  readonly allocator: ResidentStage;
  readonly usage: UsageBook;
  readonly tally: Tally;
  /** Live decisions that come from records that are not stepped yet. */
  readonly ahead: Told[];
  offset: number;
  /** Own records that were stepped after the one at `offset`. */
  own: number;
  nowMs: number | null;
  hasCandidate: boolean;
  stepped: number;
}

interface Bank {
  readonly stage: ResidentStage;
  records: number;
}

interface Running {
  readonly terms: ShadowTerms;
  readonly parts: readonly Part[];
  readonly banks: readonly Bank[];
  /** What treasuries have not read yet. */
  readonly mail: { readonly to: number; readonly event: CloudEvent; readonly text: string }[];
}

/** Own records stand at the place of the last record of activity, behind whatever that led to. */
const OWN_PLACE = 1_000_000;
/** Records after which changed rows become text and the machine forgets most of them. */
const SETTLE_RECORDS = 4_000;
/** Letters that one record may lead to, to and fro; more is a conversation that never ends. */
const MAIL_MAX = 1_000_000;

/** What treasuries hear of as well. */
const FOR_TREASURIES: readonly string[] = [
  'updraft.control.genesis.v1',
  'updraft.control.tick.v1',
  'updraft.control.settings.v1',
  'updraft.control.policy-activated.v1',
];

export function openShadow(terms: ShadowTerms): Shadow {
  const { partitions, treasuries, hash, bundles } = terms;
  const open = (stage: Parameters<typeof openResident>[0], partition: number): ResidentStage =>
    openResident(stage, { partition, hash, bundles });
  const running: Running = {
    terms,
    parts: Array.from({ length: partitions }, (_, number) => ({
      number,
      scoring: open(scoring, number),
      allocator: open(allocator, number),
      usage: createUsageBook(),
      tally: createTally(),
      ahead: [],
      offset: -1,
      own: 0,
      nowMs: null,
      hasCandidate: false,
      stepped: 0,
    })),
    banks: Array.from({ length: treasuries }, (_, number) => ({ stage: open(treasury, number), records: 0 })),
    mail: [],
  };
  const { parts } = running;
  return {
    next: () => furthestBehind(parts),
    needsBundle(partition, record) {
      if (isLeftOut(parts[partition]!, record)) return null;
      const wanted = parts[partition]!.scoring.machine.needsBundle(record);
      return wanted === null || bundles.has(wanted) ? null : wanted;
    },
    hearLive: (partition, text) => void parts[partition]!.ahead.push(toldIn(text)),
    step: (partition, record) => stepLive(running, parts[partition]!, record),
    report: () => reportOf(running),
  };
}

/** The partition whose log time is lowest, the first of several. */
function furthestBehind(parts: readonly Part[]): number {
  let behind = parts[0]!;
  for (const part of parts) {
    if ((part.nowMs ?? -1) < (behind.nowMs ?? -1)) behind = part;
  }
  return behind.number;
}

function stepLive(running: Running, part: Part, record: InputRecord): void {
  const { event } = record;
  part.offset = record.position[1]!;
  part.own = 0;
  hearUpTo(part, part.offset - 1);
  if (!isLeftOut(part, record)) {
    const isTold = event.subject === undefined && record.quarantined === undefined;
    if (isTold && FOR_TREASURIES.includes(event.type)) tellTreasuries(running, event);
    stepPart(running, part, part.usage.translate(record));
    deliver(running);
  }
  hearUpTo(part, part.offset);
  if (moveTime(part, record) && !part.hasCandidate && part.nowMs! > running.terms.sinceMs) {
    beginComparing(running, part);
  }
  part.stepped += 1;
  if (part.stepped % SETTLE_RECORDS === 0) {
    part.scoring.settle();
    part.allocator.settle();
  }
}

/**
 * Money comes from own treasuries; what is activated live once the candidate governs, and how groups stand by that, is
 * another's affair. Until then groups stand as they did live.
 */
function isLeftOut(part: Part, { event, quarantined }: InputRecord): boolean {
  if (quarantined !== undefined) return false;
  const isActivation = event.type === 'updraft.control.policy-activated.v1';
  const isOfLive = isActivation || event.type === 'updraft.control.statistics.v1';
  return event.type === 'updraft.control.lease.v1' || (isOfLive && part.hasCandidate);
}

function hearUpTo(part: Part, offset: number): void {
  const { ahead, usage, tally } = part;
  let heard = 0;
  for (; heard < ahead.length && ahead[heard]!.offset <= offset; heard++) {
    usage.hearLive(ahead[heard]!);
    tally.hear('live', ahead[heard]!);
  }
  if (heard > 0) ahead.splice(0, heard);
}

/** Whether the record is one that says what time it is. */
function moveTime(part: Part, { event, quarantined }: InputRecord): boolean {
  if (quarantined !== undefined) return false;
  if (event.type === 'updraft.control.genesis.v1') {
    part.nowMs ??= (event.data as unknown as Genesis).nowMs;
    return true;
  }
  if (event.type !== 'updraft.control.tick.v1') return false;
  part.nowMs = Math.max(part.nowMs ?? 0, (event.data as unknown as Tick).atMs);
  return true;
}

function stepPart(running: Running, part: Part, record: InputRecord): void {
  for (const output of part.scoring.step(record)) {
    if (output.log !== 'capability') continue;
    for (const caused of part.allocator.step(asInput(output))) {
      if (caused.log === 'treasury') {
        const event = JSON.parse(caused.text) as CloudEvent;
        running.mail.push({ to: caused.partition!, event, text: caused.text });
      } else if (caused.log === 'decisions') {
        const told = toldIn(caused.text);
        part.usage.hearShadow(told);
        part.tally.hear('shadow', told);
      }
    }
  }
}

function tellTreasuries({ banks, mail, parts }: Running, event: CloudEvent): void {
  const isActivation = event.type === 'updraft.control.policy-activated.v1';
  // Once the candidate governs somewhere, it governs what treasuries do.
  if (isActivation && parts.some(({ hasCandidate }) => hasCandidate)) return;
  const text = canonicalJson(event as unknown as Json);
  for (const to of banks.keys()) mail.push({ to, event, text });
}

/** Treasuries read what they were sent, and what they lease arrives at once, until nobody has anything to say. */
function deliver(running: Running): void {
  const { mail, banks, parts } = running;
  for (let read = 0; read < mail.length; read++) {
    if (read > MAIL_MAX) throw new Error('partition and treasury write to each other without end');
    const { to, event, text } = mail[read]!;
    const bank = banks[to]!;
    const outputs = bank.stage.step({ position: [to, bank.records], key: null, text, event });
    bank.records += 1;
    if (bank.records % SETTLE_RECORDS === 0) bank.stage.settle();
    for (const output of outputs) stepOwn(running, parts[output.partition!]!, output.text);
  }
  mail.length = 0;
}

/** A record that stands in no log: a lease, the activation of the candidate. */
function stepOwn(running: Running, part: Part, text: string): void {
  const event = JSON.parse(text) as CloudEvent;
  const position = [part.number, part.offset, OWN_PLACE + part.own++];
  stepPart(running, part, { position, key: null, text, event });
}

/** Where the live bundle is the candidate already, nothing is activated: it governs. */
function beginComparing(running: Running, part: Part): void {
  const { bundle } = running.terms;
  part.tally.begin();
  const isFirst = running.parts.every(({ hasCandidate }) => !hasCandidate);
  part.hasCandidate = true;
  if (isFirst) {
    for (const [to, { stage }] of running.banks.entries()) {
      const event = activationOf(running, part, stage);
      if (event === null) continue;
      running.mail.push({ to, event, text: canonicalJson(event as unknown as Json) });
    }
  }
  const event = activationOf(running, part, part.scoring);
  if (event !== null) stepOwn(running, part, canonicalJson(event as unknown as Json));
  deliver(running);
  if (part.scoring.machine.liveBundle() !== bundle) throw new Error(`bundle ${bundle} was not activated`);
}

function activationOf({ terms }: Running, part: Part, { machine }: ResidentStage): CloudEvent | null {
  if (machine.liveBundle() === terms.bundle) return null;
  const sequence = machine.gauges()['bundleSequence']! + 1;
  const data = { sequence, bundle: terms.bundle, approvedBy: ['shadow'] } satisfies PolicyActivated;
  return {
    specversion: '1.0',
    id: `shadow/${sequence}`,
    source: '/updraft/shadow',
    type: 'updraft.control.policy-activated.v1',
    time: formatInstant(part.nowMs!),
    data,
  };
}

function asInput({ position, key, text }: OutputRecord): InputRecord {
  return { position, key, text, event: JSON.parse(text) as CloudEvent };
}

function reportOf({ terms, parts }: Running): ShadowReport {
  const tallies = parts.map(({ tally }) => tally);
  const usages = parts.map(({ usage }) => usage.counts());
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0);
  const before = (of: keyof Tally['before']): number => sum(tallies.map((tally) => tally.before[of]));
  const now = parts.some(({ nowMs }) => nowMs === null)
    ? null
    : Math.min(...parts.map(({ nowMs }) => nowMs!));
  return {
    bundle: terms.bundle,
    since: formatInstant(terms.sinceMs),
    isComparing: parts.every(({ hasCandidate }) => hasCandidate),
    liveBundles: [...new Set(tallies.flatMap(({ liveBundles }) => [...liveBundles]))],
    asOf: {
      positions: parts.map(({ number, offset }) => (offset < 0 ? null : formatPosition([number, offset]))),
      now: instantOrNull(now),
    },
    records: sum(parts.map(({ stepped }) => stepped)),
    before: { pairs: before('pairs'), differing: before('differing'), byMoneyOnly: before('byMoneyOnly') },
    usage: {
      attributed: sum(usages.map(({ attributed }) => attributed)),
      unattributed: sum(usages.map(({ unattributed }) => unattributed)),
    },
    programmes: programmeReports(tallies),
  };
}
