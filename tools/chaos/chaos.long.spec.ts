import { join } from 'node:path';
import { readPlainToken } from '#contracts/tokens';
import { describeWithServices } from '#tools/cluster/describe-with-services';
import { openFreshServices, type FreshServices } from './fresh-services.ts';
import { PARTITIONS, playSmoke, WORKSPACE, type SmokeStory } from './play-smoke.ts';
import { eventIds, positionFaults, tableFaults } from './recorded-logs.ts';
import { updraft } from './run-command.ts';

// Real Kafka, real PostgreSQL, real processes. First everything is done to them (beforeAll), then it is held against
// what must always be so. Each test fails on its own.

const PLAY_MS_MAX = 8 * 60_000;
const COMMAND_MS_MAX = 3 * 60_000;

describeWithServices('separate processes on Kafka and PostgreSQL, killed at work', describeSmoke);

function describeSmoke(serverUrl: string): void {
  let services: FreshServices;
  let story: SmokeStory;
  let env: Record<string, string>;
  let declared = 0;
  let held = 0;

  beforeAll(async () => {
    services = await openFreshServices(serverUrl);
    env = { KAFKA_BROKERS: services.kafka.brokers, DATABASE_URL: services.databaseUrl };
    story = await playSmoke(services);
    process.stdout.write(`${storyLines(story).join('\n')}\n`);
  }, PLAY_MS_MAX);

  afterAll(async () => {
    await story?.close();
    // What the processes said, and the export, are kept where something went wrong.
    await services?.close(held < declared);
    if (held < declared) process.stdout.write(`what is left to look at: ${services?.directory}\n`);
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
    'three killed owners, a rebalance and a killed broker each had lag, and the work went on',
    promised(() => {
      expect(story.disturbed.map(({ what }) => what)).toEqual([
        expect.stringMatching(/^kill -9 scoring-.*owner of scoring/),
        expect.stringMatching(/^kill -9 allocator-.*owner of allocator/),
        expect.stringMatching(/^kill -9 of the broker/),
        expect.stringMatching(/^kill -9 scoring-.*owner of scoring/),
      ]);
      expect(story.disturbed.filter(({ lag }) => lag <= 0)).toEqual([]);
      expect(story.joined).toBeGreaterThan(0);
    }),
    COMMAND_MS_MAX,
  );

  test(
    'take-overs met outputs that stood in the log, and no partition was halted',
    promised(() => {
      const { takeOvers, suppressed, halted } = story.counts;
      expect(takeOvers).toBeGreaterThan(2 * PARTITIONS);
      expect(suppressed).toBeGreaterThan(0);
      expect(halted).toBe(0);
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
    promised(async () => {
      const { code, said } = await updraft(['replay', '--workspace', WORKSPACE], env);
      expect({ code, last: lastLine(said) }).toEqual({ code: 0, last: 'equal' });
    }),
    COMMAND_MS_MAX,
  );

  test(
    'an export and the state of every merchant pass the checker',
    promised(async () => {
      const dir = join(services.directory, 'export');
      const states = join(services.directory, 'state.ndjson');
      expect(await updraft(['export', '--workspace', WORKSPACE, '--out', dir], env)).toMatchObject({
        code: 0,
      });
      expect(await updraft(['state', '--all', '--export', dir], {}, states)).toMatchObject({ code: 0 });
      const { code, said } = await updraft(['check', dir, '--state', states], {});
      process.stdout.write(said);
      expect({ code, last: lastLine(said) }).toEqual({ code: 0, last: 'nothing found' });
    }),
    COMMAND_MS_MAX,
  );
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!;
}

function storyLines({ events, turnedAway, disturbed, drainSeconds, counts, joined }: SmokeStory): string[] {
  const { takeOvers, suppressed, lost } = counts;
  return [
    `fed      ${events.toLog} events into the log and ${events.toDoor} through the door (${turnedAway} batches ` +
      `turned away and sent again), ${events.ticks} ticks`,
    ...disturbed.map(
      ({ what, lag, ownLag, recoveryMs }) =>
        `${(recoveryMs / 1_000).toFixed(1).padStart(5)} s  ${what}: ${lag} records behind its snapshot` +
        (ownLag === null ? '' : `, ${ownLag} not stepped`),
    ),
    `moved    partitions to a process that joined: ${joined}`,
    `drained  in ${drainSeconds.toFixed(1)} s after the last event`,
    `counted  ${takeOvers} take-overs, ${suppressed} outputs suppressed, ${lost} times a partition was let go`,
  ];
}
