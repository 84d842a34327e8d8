import type { Command } from 'commander';
import type { ProgrammeReport } from '#domain/shadow/shadow-report';
import type { ShadowSummary } from '#stage/shadow/shadow-host';
import type { ShadowWishPorts } from '#stage/shadow/shadow-wish';
import type { StoredShadow } from '#store/shadow-desk';
import { CommandError } from './command-error.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface StartOptions extends WorkspaceOptions {
  readonly by: string;
  readonly since?: string;
}

interface StopOptions extends WorkspaceOptions {
  readonly by: string;
}

interface ReportOptions extends WorkspaceOptions {
  readonly json?: boolean;
}

const HASH = /^[0-9a-f]{64}$/;
const WHICH = ['<bundle>', 'hash of a bundle, or its file or folder'] as const;

export function addShadowCommands(policy: Command): void {
  const shadow = policy
    .command('shadow')
    .description(
      'try a candidate beside the live bundle: it decides without effects, and tells how it differs',
    );

  addWorkspaceOptions(shadow.command('start'))
    .description('begin a shadow, or begin it anew')
    .argument(...WHICH)
    .requiredOption('--by <name>', 'who wants it')
    .option('--since <instant>', 'log time from which on the candidate governs, or genesis', 'now')
    .addHelpText(
      'after',
      `
A console must be running: it hosts the shadow, in a process of its own. Nothing has to be submitted or published: a
shadow writes nothing but its report. The embedded database has room for one process: ask the running one, by
POST /v1/policies/HASH/shadow with an operator's token.`,
    )
    .action(start);
  addWorkspaceOptions(shadow.command('stop'))
    .description('end a shadow; its last report stays')
    .argument(...WHICH)
    .requiredOption('--by <name>', 'who ends it')
    .action(stop);
  addWorkspaceOptions(shadow.command('report'))
    .description('say how a candidate differs from what was live')
    .argument(...WHICH)
    .option('--json', 'as JSON')
    .action(report);
}

async function start(which: string, options: StartOptions): Promise<void> {
  const { by } = options;
  const sinceMs = await readSince(options.since ?? 'now');
  const [{ beginShadow }, { SHADOWS_MAX }] = await Promise.all([
    import('#stage/shadow/shadow-wish'),
    import('#store/shadow-desk'),
  ]);
  const { hash, text } = HASH.test(which) ? { hash: which, text: null } : await readFile(which);
  await within(options, async (place) => {
    const outcome = await beginShadow(place, { hash, text, sinceMs, by });
    if (outcome === 'unknown')
      throw new CommandError(`${hash}: no bundle with this hash was submitted or published`);
    if (outcome === 'full') {
      throw new CommandError(`${SHADOWS_MAX} shadows read already, and no more may at once; stop one first`);
    }
    process.stdout.write(
      `${hash}: ${outcome === 'begun' ? 'a shadow begins' : 'its shadow reads already'}\n`,
    );
  });
}

async function stop(which: string, options: StopOptions): Promise<void> {
  const hash = await hashOf(which);
  const { endShadow } = await import('#stage/shadow/shadow-wish');
  await within(options, async ({ database }) => {
    if (!(await endShadow(database, hash, options.by))) throw unknown(hash);
    process.stdout.write(`${hash}: its shadow ends\n`);
  });
}

async function report(which: string, options: ReportOptions): Promise<void> {
  const hash = await hashOf(which);
  const { createShadowDesk } = await import('#store/shadow-desk');
  await within(options, async ({ database }) => {
    const stored = await createShadowDesk(database).find(hash);
    if (stored === null) throw unknown(hash);
    const told = toldOf(stored);
    process.stdout.write(
      options.json === true ? `${JSON.stringify(told)}\n` : `${linesOf(told).join('\n')}\n`,
    );
  });
}

/** Null: from log time now on. */
async function readSince(since: string): Promise<number | null> {
  if (since === 'now') return null;
  if (since === 'genesis') return 0;
  const { INSTANT_RULE, normaliseInstant } = await import('#contracts/instant');
  const normal = normaliseInstant(since);
  if (normal === null)
    throw new CommandError(`--since ${since}: must be now, genesis, or an instant: ${INSTANT_RULE}`);
  return Date.parse(normal);
}

async function readFile(path: string): Promise<{ readonly hash: string; readonly text: string }> {
  const { readBundleFile } = await import('#stage/bundle-file');
  return readBundleFile(path, 'trial');
}

async function hashOf(which: string): Promise<string> {
  return HASH.test(which) ? which : (await readFile(which)).hash;
}

async function within(
  options: WorkspaceOptions,
  work: (place: ShadowWishPorts) => Promise<void>,
): Promise<void> {
  const [{ openWorkspace }, { createSnapshotStore }] = await Promise.all([
    import('./open-workspace.ts'),
    import('#store/postgres-snapshot-store'),
  ]);
  const { logs, database, close } = await openWorkspace({ ...options, for: 'existing' });
  try {
    if (database === null)
      throw new CommandError('DATABASE_URL: must be set: reports of shadows stand there');
    await work({ logs, database, snapshots: createSnapshotStore(database) });
  } finally {
    await close();
  }
}

function unknown(hash: string): CommandError {
  return new CommandError(`${hash}: no shadow of this bundle was ever asked for`);
}

interface Told extends Omit<StoredShadow, 'summary' | 'programmes'> {
  readonly summary: ShadowSummary | null;
  readonly programmes: readonly ProgrammeReport[];
}

function toldOf(stored: StoredShadow): Told {
  return {
    ...stored,
    summary: stored.summary === null ? null : (JSON.parse(stored.summary) as ShadowSummary),
    programmes: stored.programmes.map(({ body }) => JSON.parse(body) as ProgrammeReport),
  };
}

function linesOf({ hash, state, failure, summary, programmes }: Told): string[] {
  const head = `${hash}: ${state}${failure === null ? '' : `, ${failure}`}`;
  if (summary === null) return [head, 'no report yet'];
  const { records, asOf, before, usage, cost, isComparing, since } = summary;
  const megabytes = Math.round(cost.memoryBytes / 1_048_576);
  return [
    head,
    `${records} records read, log time ${asOf.now ?? 'none yet'}; ` +
      (isComparing ? `compared since ${since}` : `the candidate governs from ${since} on`),
    `before that ${before.differing} of ${before.pairs} merchants and programmes were decided otherwise than live, ` +
      `and ${before.byMoneyOnly} had the same grants and other words about money`,
    `usage of ${usage.attributed} live grants counts for grants of the shadow, of ${usage.unattributed} for none`,
    `it costs ${cost.cpuUsPer1000Records} µs of CPU per 1,000 records, ${megabytes} MB`,
    ...programmes.flatMap(programmeLines),
  ];
}

function programmeLines(each: ProgrammeReport): string[] {
  const { programme, live, shadow, differing, byMoneyOnly, newlyGet, noLongerGet, examples } = each;
  return [
    `${programme}: ${live.grants} → ${shadow.grants} grants, ${live.granted} → ${shadow.granted} units, ` +
      `${differing} merchants differ: ${newlyGet} would newly get, ${noLongerGet} no longer; ` +
      `${byMoneyOnly} by money only`,
    ...examples.map((example) => {
      const [was, is] = [example.live, example.shadow].map((last) =>
        last === null
          ? 'nothing'
          : [last.outcome, last.size > 0 ? last.size : '', ...last.reasons].join(' ').trim(),
      );
      return `  ${example.merchant}: ${was} → ${is}`;
    }),
  ];
}
