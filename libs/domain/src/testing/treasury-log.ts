import { canonicalJson, type Json } from '../canonical.ts';
import type { CloudEvent, Hash, InputRecord, OutputRecord } from '../stage/stage.ts';
import { treasury } from '../treasury/treasury-machine.ts';
import { drive, type Driven } from './drive.ts';

/** What is written to the treasury's log as well as to activity. */
export const TREASURY_CONTROLS: readonly string[] = [
  'updraft.control.genesis.v1',
  'updraft.control.tick.v1',
  'updraft.control.settings.v1',
  'updraft.control.policy-activated.v1',
];

/** The same of the census's log, which hears of no activation. */
export const CENSUS_CONTROLS: readonly string[] = TREASURY_CONTROLS.slice(0, 3);

/** The treasury of a workspace, with its log: the partitions of the workspace write to it and hear from it. */
export interface TreasuryLog {
  readonly driven: Driven;
  /** What the log holds, in order. */
  readonly mail: InputRecord[];
  /** While true nobody reads the log, and it grows. */
  isAway: boolean;
  /** All of the log was read. */
  isAtRest(): boolean;
  write(event: CloudEvent): void;
  /** What the treasury says to a partition is stepped there. */
  connect(partition: number, deliver: (output: OutputRecord) => readonly OutputRecord[]): void;
  /** Reads the log to its end; what that led to in the partitions is returned. */
  read(): OutputRecord[];
}

/** Records of one burst of letters; more is a conversation that never ends. */
const MAIL_MAX = 2_000;

export function createTreasuryLog(hash: Hash, bundles: ReadonlyMap<string, string>): TreasuryLog {
  const deliveries = new Map<number, (output: OutputRecord) => readonly OutputRecord[]>();
  let read = 0;
  let isReading = false;
  const log: TreasuryLog = {
    driven: drive(treasury, hash, bundles, 0),
    mail: [],
    isAway: false,
    isAtRest: () => read === log.mail.length,
    write(event) {
      const text = canonicalJson(event as unknown as Json);
      log.mail.push({ position: [0, log.mail.length], key: null, text, event });
    },
    connect: (partition, deliver) => void deliveries.set(partition, deliver),
    read() {
      // What a partition answers is read after all that the treasury had said before.
      if (isReading) return [];
      isReading = true;
      const caused: OutputRecord[] = [];
      const last = log.mail.length + MAIL_MAX;
      while (!log.isAway && read < log.mail.length) {
        if (read > last) throw new Error('partition and treasury write to each other without end');
        for (const output of log.driven.step(log.mail[read++]!)) {
          caused.push(...(deliveries.get(output.partition!)?.(output) ?? []));
        }
      }
      isReading = false;
      return caused;
    },
  };
  return log;
}
