import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPlainToken } from '#contracts/tokens';
import { describeWithServices } from '#tools/cluster/describe-with-services';
import { askCommands, type Verdicts } from './ask-commands.ts';
import { openFreshServices, type FreshServices } from './fresh-services.ts';
import type { PlanOptions } from './plan.ts';
import { PARTITIONS, playChaos, WORKSPACE, type ChaosStory } from './play-chaos.ts';
import { reportOf } from './report.ts';
import { eventIds, positionFaults, tableFaults } from './recorded-logs.ts';

// Real Kafka, real PostgreSQL, real processes. First everything is done to them (beforeAll), then it is held against
// what must always be so. Each test fails on its own.

/** A file that the report is written to, in Markdown. */
const REPORT = process.env['UPDRAFT_CHAOS_REPORT'];
const PLAY_MS_MAX = 40 * 60_000;
const COMMAND_MS_MAX = 12 * 60_000;

/** What the run must have met to mean anything. */
const ABORTED_MIN = 10;
const SUPPRESSING_MIN = 10;
const REFUSED_MIN = 1;
const UPGRADE_DECISIONS_MIN = 100;
const LATE_MS_MAX = 10_000;
const LATE_KILLED_MS_MAX = 60_000;

/** Fewer kills are for trying out a change; a run with fewer proves nothing. */
const KILLS_DEFAULT = 60;
const kills = Number(process.env['UPDRAFT_CHAOS_KILLS'] ?? KILLS_DEFAULT);
const PLAN: PlanOptions = {
  seed: Number(process.env['UPDRAFT_CHAOS_SEED'] ?? 1),
  kills,
  brokerRestarts: 5,
  databaseCuts: 5,
  rebalances: 10,
  freezes: 4,
  treasuryKills: 5,
  censusKills: 3,
  bystanders: 2,
};

describeWithServices('separate processes on Kafka and PostgreSQL, killed at work', describeChaos);

function describeChaos(serverUrl: string): void {
  let services: FreshServices;
  let story: ChaosStory;
  let verdicts: Verdicts;
  let declared = 0;
  let held = 0;

  beforeAll(async () => {
    services = await openFreshServices(serverUrl);
    story = await playChaos(services, PLAN);
    process.stderr.write(`${reportOf(story, PLAN)}\n`);
    if (REPORT !== undefined) writeFileSync(REPORT, reportOf(story, PLAN));
    verdicts = await askCommands(services, WORKSPACE);
  }, PLAY_MS_MAX + COMMAND_MS_MAX);

  afterAll(async () => {
    await story?.close();
    // What the processes said, and the export, are kept where something went wrong.
    await services?.close(held < declared);
    if (held < declared) process.stderr.write(`what is left to look at: ${services?.directory}\n`);
  }, COMMAND_MS_MAX);

  /** Counts what was declared and what held. */
  function promised(check: () => void | Promise<void>): () => Promise<void> {
    declared += 1;
    return async () => {
      await check();
      held += 1;
    };
  }

  test(
    'everything of the plan was done, and every killed owner had lag',
    promised(() => {
      const killed = story.disturbed.filter(({ what }) => /^kill -9 (scoring|allocator)-/.test(what));
      expect(killed).toHaveLength(PLAN.kills);
      expect(killed.filter(({ lag, ownLag }) => lag <= 0 || (ownLag ?? 0) <= 0)).toEqual([]);
      const count = (part: string): number =>
        story.disturbed.filter(({ what }) => what.includes(part)).length;
      expect(count('of the broker')).toBe(PLAN.brokerRestarts);
      expect(count('connection to the database')).toBe(PLAN.databaseCuts);
      expect(count('joined, and left')).toBe(PLAN.rebalances / 2);
      expect(count('kill -9 treasury')).toBe(PLAN.treasuryKills);
      expect(count('kill -9 census')).toBe(PLAN.censusKills);
      expect(count('stood still')).toBeGreaterThanOrEqual(PLAN.freezes);
    }),
    COMMAND_MS_MAX,
  );

  test(
    'transactions were aborted, published outputs met again, a late snapshot refused, and no partition halted',
    promised(() => {
      const { aborted, suppressing, refused, halted } = story.counts;
      const share = Math.min(1, PLAN.kills / KILLS_DEFAULT);
      expect(aborted).toBeGreaterThanOrEqual(ABORTED_MIN * share);
      expect(suppressing).toBeGreaterThanOrEqual(SUPPRESSING_MIN * share);
      expect(refused).toBeGreaterThanOrEqual(REFUSED_MIN);
      expect(halted).toBe(0);
    }),
    COMMAND_MS_MAX,
  );

  test(
    'a rolling upgrade made no decision late by more than 10 s where every process ended in order',
    promised(() => {
      const { processes, killed, lateness } = story.upgrade;
      expect([...processes].sort()).toEqual([
        'allocator-1',
        'allocator-2',
        'census-1',
        'console-1',
        'ingest-1',
        'scoring-1',
        'scoring-2',
        'treasury-1',
      ]);
      expect(lateness.count).toBeGreaterThan(UPGRADE_DECISIONS_MIN);
      // Whoever had to be killed held its partitions for half a minute: that is told in the report, and not hidden.
      expect(lateness.max).toBeLessThan(killed.length === 0 ? LATE_MS_MAX : LATE_KILLED_MS_MAX);
    }),
    COMMAND_MS_MAX,
  );

  test(
    'every acknowledged event stands in activity',
    promised(async () => {
      const { backbone, acknowledged, events } = story;
      const recorded = await eventIds(backbone.logs, PARTITIONS);
      expect([...acknowledged].filter((id) => !recorded.has(id))).toEqual([]);
      expect(events.toDoor).toBeGreaterThan(0);
      // Some were sent twice.
      expect(acknowledged.size).toBeLessThan(events.toLog + events.toDoor);
    }),
    COMMAND_MS_MAX,
  );

  for (const log of ['capability', 'decisions']) {
    test(
      `positions in ${log} strictly increase, none stands twice`,
      promised(async () => {
        for (let partition = 0; partition < PARTITIONS; partition += 1) {
          const { records, faults } = await positionFaults(story.backbone.logs, log, partition);
          expect(faults).toEqual([]);
          expect(records).toBeGreaterThan(0);
        }
      }),
      COMMAND_MS_MAX,
    );
  }

  test(
    'the decisions in the tables are those in the log, and the console explains the newest',
    promised(async () => {
      const { logs, database } = story.backbone;
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        expect(await tableFaults(logs, database, partition)).toEqual([]);
      }
      const [newest] = (await ask('/v1/decisions?limit=1'))['decisions'] as { id: string }[];
      const explained = await ask(`/v1/decisions/${encodeURIComponent(newest!.id)}`);
      expect(explained['id']).toBe(newest!.id);
      expect(JSON.stringify(explained['explanation'])).toMatch(
        /issued|withheld|renewed|shrank|enlarged|revoked|ended/,
      );
    }),
    COMMAND_MS_MAX,
  );

  async function ask(path: string): Promise<Record<string, unknown>> {
    const token = readPlainToken(join(services.directory, 'data'), 'auditor');
    const { url } = story.cluster.running('console')[0]!;
    const answer = await fetch(url + path, {
      headers: { authorization: `Bearer ${token}`, 'accept-language': 'en' },
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  }

  test(
    'replay from Kafka says equal',
    promised(() => {
      const { code, said } = verdicts.replayed;
      expect({ code, last: lastLine(said) }).toEqual({ code: 0, last: 'equal' });
    }),
    COMMAND_MS_MAX,
  );

  test(
    'an export and the state of every merchant pass the checker',
    promised(() => {
      const { exported, told, checked } = verdicts;
      expect([exported, told]).toMatchObject([{ code: 0 }, { code: 0 }]);
      process.stderr.write(checked.said);
      expect({ code: checked.code, last: lastLine(checked.said) }).toEqual({
        code: 0,
        last: 'nothing found',
      });
    }),
    COMMAND_MS_MAX,
  );
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!;
}
