import { sha256, shown } from './canonical-text.ts';
import { createGrantCheck, type GrantCheck } from './check-grants.ts';
import { createLetterCheck } from './check-letters.ts';
import type { CauseRecord } from './check-outputs.ts';
import { createPurseCheck, type PurseCheck } from './check-purse.ts';
import { createFactCounter, type FactCounter } from './count-facts.ts';
import { cursorOver, readLines, type Event, type EventLine, type ExportManifest } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { followOutputs } from './follow-outputs.ts';
import { localDate } from './local-day.ts';
import { createProfiles } from './merchant-profiles.ts';
import { partitionOf } from './murmur2.ts';
import { createPartitionClock, type PartitionClock, type Verdict } from './partition-clock.ts';
import type { Bundles } from './policy-bundle.ts';
import { readMail } from './read-mail.ts';

// One partition, a record of activity at a time, and beside it whatever that caused, in the order of the positions.
// Nothing is held but merchants, grants, purses, and the ids of the lateness horizon.

export interface PartitionSummary {
  activity: number;
  counted: number;
  duplicates: number;
  refused: number;
  capability: number;
  decisions: number;
  grants: number;
}

export interface PartitionInput {
  readonly dir: string;
  readonly manifest: ExportManifest;
  readonly partition: number;
  readonly bundles: Bundles;
  readonly findings: Findings;
  /** By account, the treasury that leases of it; filled as requests are met. */
  readonly homes: Map<string, number>;
  /** A lease came in: the treasury must have given it. */
  readonly onLease: (where: string, account: string, holder: string, leasedIn: number) => void;
  /** What a holder has held, settling and spent of an account changed. */
  readonly onUsed: (where: string, account: string, change: number) => void;
}

/** One partition of activity, a record at a time. */
export interface PartitionRun {
  readonly summary: PartitionSummary;
  readonly facts: FactCounter;
  readonly purses: PurseCheck;
  /** Offset of the next record; null at the end. */
  next(): Promise<number | null>;
  /** The treasury's record that led to the next record, where that is a lease. */
  cause(): Promise<{ readonly treasury: number; readonly offset: number } | null>;
  step(): Promise<void>;
  finish(): Promise<{ readonly asOf: string; readonly today: string }>;
}

export async function openPartitionRun(input: PartitionInput): Promise<PartitionRun> {
  const { dir, manifest, partition, bundles, findings } = input;
  const lines = (log: string) => readLines(dir, manifest, log, partition, findings);
  const activity = cursorOver(lines('activity'));
  const clock = createPartitionClock(manifest.genesis, findings);
  const facts = createFactCounter();
  const profiles = createProfiles();
  const quarantined = await readQuarantined(lines('quarantine'));
  const grants = createGrantCheck(findings);
  const purses = createPurseCheck(findings, input.onUsed);
  const outputs = followOutputs(input, {
    grants,
    purses,
    profiles,
    clock,
    capability: cursorOver(lines('capability')),
    decisions: cursorOver(lines('decisions')),
    mail: readMail(dir, manifest, partition),
  });
  const letters = createLetterCheck(cursorOver(lines('dead-letters')), `scoring/${partition}`, findings);
  const summary = emptySummary();
  const chain = followActivity();

  return {
    summary,
    facts,
    purses,
    next: async () => ((await activity.peek()) === null ? null : summary.activity),
    async cause() {
      const { type, id } = (await activity.peek())?.event ?? { type: '', id: '' };
      if (type !== 'updraft.control.lease.v1') return null;
      const [treasury, offset] = (/^treasury\/(\d+)\/(\d+)\//.exec(id) ?? []).slice(1).map(Number);
      return offset === undefined ? null : { treasury: treasury!, offset };
    },
    async step() {
      const line = (await activity.take())!;
      const position = `${partition}/${line.offset}`;
      const { event, cause } = checkActivity(line, position, summary.activity, input);
      summary.activity += 1;
      chain.add(summary.activity - 1, line.key, cause.hash);
      const entry = quarantined.get(position);
      findings.expect(entry === undefined || entry === cause.hash, 'dead-letter', position, () => {
        return `quarantine is about a record with hash ${entry}`;
      });
      const before = clock.bundle;
      const verdict = clock.judge(event, line.value, position, entry !== undefined);
      const live = clock.bundle === before ? undefined : bundles.get(clock.bundle!);
      if (live !== undefined) grants.activated(live);
      note(verdict, event, clock, facts, summary);
      if (verdict.kind === 'counted') profiles.note(event);
      await letters.expect(verdict, line, position, outputs.end);
      const isTick =
        event.type === 'updraft.control.tick.v1' && verdict.kind === 'control' && verdict.isEffective;
      await outputs.follow(
        { ...cause, activityHash: isTick ? chain.close() : chain.closed() },
        event,
        verdict,
      );
    },
    async finish() {
      await outputs.finish(summary);
      await letters.finish();
      await checkGrantRecords(input, grants, outputs.end.decisions);
      summary.grants = grants.count();
      return { asOf: `${partition}/${summary.activity - 1}`, today: localDate(clock.nowMs, clock.zone) };
    },
  };
}

export function emptySummary(): PartitionSummary {
  return { activity: 0, counted: 0, duplicates: 0, refused: 0, capability: 0, decisions: 0, grants: 0 };
}

const LINK_RECORDS_MAX = 64;

/** The running hash over activity: links of up to 64 records, ended by each tick that moves time. */
function followActivity() {
  let hash = '';
  let link = '';
  let records = 0;
  const close = (): string => {
    if (records > 0) hash = sha256(`${hash}\n${link}`);
    link = '';
    records = 0;
    return hash;
  };
  return {
    add(offset: number, key: string | null, valueHash: string): void {
      link += `${offset}\n${key ?? ''}\n${valueHash}\n`;
      records += 1;
      if (records === LINK_RECORDS_MAX) close();
    },
    close,
    closed: (): string => hash,
  };
}

function note(
  verdict: Verdict,
  event: Event,
  clock: PartitionClock,
  facts: FactCounter,
  summary: PartitionSummary,
): void {
  if (verdict.kind === 'counted') {
    summary.counted += 1;
    facts.count(event, clock.nowMs, clock.zone);
  } else if (verdict.kind === 'duplicate') summary.duplicates += 1;
  else if (verdict.kind === 'refused') summary.refused += 1;
}

function checkActivity(
  line: EventLine,
  position: string,
  nextOffset: number,
  { manifest, partition, findings }: PartitionInput,
): { readonly event: Event; readonly cause: Omit<CauseRecord, 'activityHash'> } {
  findings.expect(line.offset === nextOffset, 'position', `activity ${position}`, () => {
    return `offset ${nextOffset} should come here`;
  });
  const event = line.event ?? { id: '', source: '', type: 'undecodable', time: '', data: {} };
  findings.expect((event.subject ?? null) === line.key, 'placement', `activity ${position}`, () => {
    return `key ${line.key} is not the subject ${event.subject}`;
  });
  if (line.key !== null) {
    const home = partitionOf(line.key, manifest.partitions);
    findings.expect(home === partition, 'placement', `activity ${position}`, () => {
      return `${line.key} lives in partition ${home}`;
    });
  }
  return { event, cause: { position, eventId: event.id, type: event.type, hash: sha256(line.value) } };
}

/** Positions that scoring passed over, with the hash of the record that is meant. */
async function readQuarantined(lines: AsyncIterable<EventLine>): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for await (const { event } of lines) {
    if (event?.data['stage'] !== 'scoring') continue;
    entries.set(shown(event.data['position']), shown(event.data['recordHash']));
  }
  return entries;
}

async function checkGrantRecords(
  input: PartitionInput,
  grants: GrantCheck,
  published: string | null,
): Promise<void> {
  const { dir, manifest, partition, findings } = input;
  for await (const line of readLines(dir, manifest, 'grants', partition, findings))
    grants.recorded(line, published);
  grants.finish(partition);
}
