import { sha256, shown } from './canonical-text.ts';
import { cursorOver, readLines, type EventLine, type ExportManifest } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { localDate, type ZoneTransition } from './local-day.ts';
import type { Bundles } from './policy-bundle.ts';
import { createTreasuryLedger, holderName, type TreasuryLedger } from './treasury-ledger.ts';
import type { LeaseLine } from './read-leases.ts';

/** One partition of the treasury log, a record at a time. */
export interface TreasuryRun {
  readonly ledger: TreasuryLedger;
  /** Offset of the next record; null at the end. */
  next(): Promise<number | null>;
  /** What led to the next record, where an allocator wrote it. */
  cause(): Promise<{ readonly partition: number; readonly offset: number } | null>;
  step(): Promise<void>;
  /** Leases that none of the records led to. */
  finish(): void;
}

interface Mail {
  readonly writer: string;
  readonly sequence: number;
  readonly position: string;
  readonly account: string;
  readonly holder: string | null;
  readonly amount?: number;
}

const REQUEST = 'updraft.treasury.request.v1';
const RETURN = 'updraft.treasury.return.v1';

export function openTreasuryRun(input: {
  readonly dir: string;
  readonly manifest: ExportManifest;
  readonly treasury: number;
  readonly bundles: Bundles;
  /** What stands in activity of this treasury, in order of what led to it. */
  readonly leases: readonly LeaseLine[];
  readonly findings: Findings;
}): TreasuryRun {
  const { dir, manifest, treasury, bundles, leases, findings } = input;
  const lines = cursorOver(readLines(dir, manifest, 'treasury', treasury, findings));
  const ledger = createTreasuryLedger(findings);
  const taken = new Map<string, string[]>();
  let offset = 0;
  let given = 0;
  let nowMs = 0;
  let zone: readonly ZoneTransition[] = [];
  let bundleSequence = 0;
  let settingsSequence = 0;

  /** Exactly the next of its writer is taken; what was taken before must be the same bytes. */
  function isNext({ writer, sequence }: Mail, line: EventLine, where: string): boolean {
    const hashes = taken.get(writer) ?? [];
    taken.set(writer, hashes);
    const hash = sha256(line.value);
    if (sequence <= hashes.length) {
      findings.expect(hashes[sequence - 1] === hash, 'treasury', where, () => {
        return `${writer} said something else as ${sequence} before`;
      });
      return false;
    }
    findings.expect(sequence === hashes.length + 1, 'treasury', where, () => {
      return `${writer} goes on with ${sequence} after ${hashes.length}`;
    });
    hashes[sequence - 1] = hash;
    return true;
  }

  function control(type: string, data: Readonly<Record<string, unknown>>, where: string): void {
    switch (type) {
      case 'updraft.control.genesis.v1':
        nowMs = Number(data['nowMs']);
        zone = data['zoneTransitions'] as readonly ZoneTransition[];
        break;
      case 'updraft.control.tick.v1':
        nowMs = Math.max(nowMs, Number(data['atMs']));
        break;
      case 'updraft.control.settings.v1':
        if (Number(data['sequence']) <= settingsSequence) break;
        settingsSequence = Number(data['sequence']);
        zone = (data['zoneTransitions'] as readonly ZoneTransition[] | undefined) ?? zone;
        break;
      case 'updraft.control.policy-activated.v1': {
        if (Number(data['sequence']) <= bundleSequence) break;
        bundleSequence = Number(data['sequence']);
        const bundle = bundles.get(shown(data['bundle'] as string));
        if (bundle === undefined) findings.add('treasury', where, 'activates a bundle that is not there');
        else ledger.activated(bundle);
        break;
      }
      default:
        findings.add('treasury', where, `record of type ${type} is not known`);
    }
    ledger.setToday(localDate(nowMs, zone));
  }

  function mail(type: string, data: Mail, line: EventLine, where: string): void {
    if (!isNext(data, line, where) || type !== RETURN) return;
    const partition = Number(data.writer.slice('allocator/'.length));
    ledger.takeBack(where, data.account, holderName(partition, data.holder), data.amount ?? 0);
  }

  /** What the record led to, in order. */
  function lease(cause: number): void {
    for (let ordinal = 0; leases[given]?.offset === cause; given += 1, ordinal += 1) {
      const { partition, account, holder, amount, ordinal: own } = leases[given]!;
      const where = `treasury/${treasury}/${cause}/${own}`;
      findings.expect(own === ordinal, 'treasury', where, () => `lease ${ordinal} should come here`);
      ledger.lease(where, account, holderName(partition, holder), amount);
    }
  }

  return {
    ledger,
    next: async () => ((await lines.peek()) === null ? null : offset),
    async cause() {
      const event = (await lines.peek())?.event;
      if (event?.type !== REQUEST && event?.type !== RETURN) return null;
      const [partition, at] = shown(event.data['position']).split('/').map(Number);
      const isOwn = event.data['writer'] === `allocator/${partition}`;
      findings.expect(
        isOwn && event.id === event.data['position'],
        'treasury',
        `treasury ${treasury}/${offset}`,
        () => {
          return `${shown(event.data['writer'])} speaks for ${shown(event.data['position'])}, id ${event.id}`;
        },
      );
      return at === undefined || Number.isNaN(at) ? null : { partition: partition!, offset: at };
    },
    async step() {
      const line = (await lines.take())!;
      const where = `treasury ${treasury}/${offset}`;
      findings.expect(line.offset === offset, 'position', where, () => `has offset ${line.offset}`);
      const { type = 'undecodable', data = {} } = line.event ?? {};
      if (type === REQUEST || type === RETURN) mail(type, data as unknown as Mail, line, where);
      else control(type, data, where);
      lease(offset);
      offset += 1;
    },
    finish() {
      for (const { offset: cause, ordinal } of leases.slice(given)) {
        findings.add(
          'treasury',
          `treasury/${treasury}/${cause}/${ordinal}`,
          'no record of the treasury led to it',
        );
      }
    },
  };
}
