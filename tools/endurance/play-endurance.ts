import { setTimeout as sleep } from 'node:timers/promises';
import { readPlainToken } from '#contracts/tokens';
import { readCpuSeconds } from '#tools/cluster/cpu-time';
import { postBatch } from '#tools/door/post-batch';
import { CommandUnderTest } from '#tools/e2e/command-under-test';
import { until } from '#tools/e2e/process-under-test';
import { relationFiles, sizesOf } from './directory-sizes.ts';
import { startFullSpeed, type FullSpeed } from './full-speed.ts';
import { scoringLag } from './lag.ts';
import type { NumberSet } from './number-set.ts';
import { idTableBytes, readResidentBytes, type Sample } from './samples.ts';
import { newcomer } from './traffic.ts';

// One run: an empty workspace, full speed for so long, looked at from outside; then kill -9 in the middle of it, and
// the next start is timed.

export const WORKSPACE = 'updraft';
export const PARTITIONS = 4;
const SAMPLE_MS = 2_000;
/** After a long run a start reads millions of ids and what no snapshot holds; a test that waits less proves less. */
const DECIDED_MS_MAX = 10 * 60_000;

export interface EnduranceStory {
  readonly samples: readonly Sample[];
  readonly acknowledged: NumberSet;
  readonly turnedAway: number;
  /** Records that scoring had not stepped when the process was killed, at the last look. */
  readonly lagAtDeath: number;
  /** Until its door was open, with nothing to recover: what a start costs at least. */
  readonly emptyStart: Spent;
  /** After the kill, until its door was open. */
  readonly ready: Spent;
  /** After the kill, until an event that was posted then was decided and readable. */
  readonly decided: Spent;
}

/** Since a process was started. Where others have most of a machine, the second says what the first cannot. */
export interface Spent {
  readonly ms: number;
  readonly cpuSeconds: number;
}

/** `told` is given each sample as it is taken. */
export async function playEndurance(
  directory: string,
  minutes: number,
  told: (sample: Sample) => void,
): Promise<EnduranceStory> {
  const files = await makeWorkspace(directory);
  const startedAt = performance.now();
  const command = start(directory);
  try {
    const url = await command.url();
    const emptyStart = spentBy(command, startedAt);
    const traffic = startFullSpeed(url, readPlainToken(directory, 'producer')!, PARTITIONS);
    const look = lookingAt({ command, url, traffic, directory, files });
    const samples = await sample(look, minutes * 60_000, told);
    traffic.expectDeath();
    await command.end('SIGKILL');
    await traffic.stop();
    return {
      samples,
      acknowledged: traffic.acknowledged,
      turnedAway: traffic.turnedAway(),
      lagAtDeath: samples.at(-1)!.lagRecords,
      emptyStart,
      ...(await startAgain(directory)),
    };
  } finally {
    await command.end('SIGKILL');
  }
}

function start(directory: string): CommandUnderTest {
  return new CommandUnderTest(['start', '--no-demo', '--data', directory, '--port', '0'], {
    UPDRAFT_PARTITIONS: String(PARTITIONS),
  });
}

/** Made and ended once, so that the files of each table are known. */
async function makeWorkspace(directory: string): Promise<ReadonlyMap<string, string>> {
  const command = start(directory);
  try {
    await command.url();
    await command.end('SIGINT');
  } finally {
    await command.end('SIGKILL');
  }
  return relationFiles(directory, WORKSPACE);
}

interface Watched {
  readonly command: CommandUnderTest;
  readonly url: string;
  readonly traffic: FullSpeed;
  readonly directory: string;
  readonly files: ReadonlyMap<string, string>;
}

function lookingAt({ command, url, traffic, directory, files }: Watched): () => Promise<Sample> {
  const startedAt = performance.now();
  return async () => {
    const lag = await scoringLag(url, PARTITIONS);
    const counted = lag.map((records, partition) => Math.max(0, traffic.acknowledgedIn(partition) - records));
    return {
      seconds: (performance.now() - startedAt) / 1_000,
      accepted: traffic.acknowledged.size,
      residentBytes: readResidentBytes(command.pid()),
      idTableBytes: counted.reduce((sum, ids) => sum + idTableBytes(ids), 0),
      sizes: sizesOf(directory, files),
      lagRecords: lag.reduce((sum, records) => sum + records, 0),
    };
  };
}

async function sample(
  look: () => Promise<Sample>,
  forMs: number,
  told: (sample: Sample) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const endsAt = performance.now() + forMs;
  while (performance.now() < endsAt) {
    await sleep(SAMPLE_MS);
    const seen = await look();
    samples.push(seen);
    told(seen);
  }
  return samples;
}

function spentBy(command: CommandUnderTest, startedAt: number): Spent {
  return { ms: performance.now() - startedAt, cpuSeconds: readCpuSeconds(command.pid()) };
}

async function startAgain(directory: string): Promise<Pick<EnduranceStory, 'ready' | 'decided'>> {
  const startedAt = performance.now();
  const command = start(directory);
  try {
    const url = await command.url(DECIDED_MS_MAX);
    await until('ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    const ready = spentBy(command, startedAt);
    const merchant = 'newcomer-after-the-kill';
    const token = readPlainToken(directory, 'producer')!;
    const answer = await postBatch(url, token, [newcomer(merchant, Date.now())]);
    if (answer.kind !== 'judged' || answer.refusals.length > 0) {
      throw new Error(`after the kill the door answered ${JSON.stringify(answer)}`);
    }
    await isDecided(url, directory, merchant);
    const decided = spentBy(command, startedAt);
    await command.end('SIGINT');
    return { ready, decided };
  } finally {
    await command.end('SIGKILL');
  }
}

async function isDecided(url: string, directory: string, merchant: string): Promise<void> {
  const headers = { authorization: `Bearer ${readPlainToken(directory, 'auditor')!}` };
  const look = async (): Promise<boolean> => {
    const answer = await fetch(`${url}/v1/decisions?merchant=${merchant}`, { headers });
    return ((await answer.json()) as { decisions: object[] }).decisions.length > 0;
  };
  await until(`a decision on ${merchant}`, look, DECIDED_MS_MAX);
}
