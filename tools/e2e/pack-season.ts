import { openEmbedded } from '#stage/backbone';
import type { ShapeName } from '#sim/marketplace/shapes';
import { createLog } from '#telemetry/log';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import { CommandUnderTest } from './command-under-test.ts';

/** How large a season is played. */
export interface PackSeason {
  readonly name: ShapeName;
  readonly merchants: number;
  /** Left out: the whole season. */
  readonly days?: number;
  /** Data directory, new. */
  readonly data: string;
  readonly msMax: number;
}

/** Plays a season as `npm start -- --pack NAME` does, ends it when its door is open, and gives what it printed. */
export async function playPackSeason({ name, merchants, days, data, msMax }: PackSeason): Promise<string> {
  const size = ['--merchants', String(merchants), ...(days === undefined ? [] : ['--days', String(days)])];
  const args = ['start', '--pack', name, ...size, '--data', data, '--port', '0'];
  const command = new CommandUnderTest(args, { UPDRAFT_PARTITIONS: '1' });
  try {
    await command.url(msMax);
    expect((await command.end('SIGINT')).code).toBe(0);
    return command.output();
  } finally {
    await command.end('SIGKILL');
  }
}

/** Prints what the season meant for its merchants; not to standard output, which a whole test run keeps quiet. */
export function tellIntent(name: ShapeName, output: string): void {
  const intent = output.slice(output.indexOf('  trained first')).split('\n\n')[0];
  process.stderr.write(`\n${name}\n${intent}\n`);
}

export function expectAMarket(
  output: string,
  { name, merchants }: Pick<PackSeason, 'name' | 'merchants'>,
): void {
  expect(output).toContain(`shaped like ${name}, from `);
  expect(output).not.toContain('HALTED');
  expect(output).toMatch(/ issue [1-9]/);
  expect(output).toMatch(/ withhold [1-9]/);
  const [, without] = /had nothing at all .*merchants (\d+)/.exec(output) ?? [];
  expect(Number(without)).toBeLessThan(merchants);
}

/** Replays all that the season wrote. */
export async function replayPackSeason({ name, data }: PackSeason): Promise<unknown> {
  const backbone = await openEmbedded(data, 'updraft', createLog('spec', { level: 'silent' }));
  try {
    return await replay(logSource(backbone.logs, name), { workers: 1 });
  } finally {
    await backbone.close();
  }
}
