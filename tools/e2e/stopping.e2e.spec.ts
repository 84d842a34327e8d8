import { writeGenesis } from '#stage/begin-log';
import { describeInBothModes, type BackboneUnderTest } from './backbone-under-test.ts';
import { merchantIn, registered, trained } from './events-to-send.ts';
import { ProcessUnderTest, SECOND_OPERATOR, tokenOf, type Answer } from './process-under-test.ts';

// One operator stops issuing over HTTP, two resume it. The tests follow each other.

const PARTITIONS = 2;
const PROGRAMME = 'welcome-boost';
const REASON = 'exposures are counted twice';
const SECOND = { 'x-second-authorization': `Bearer ${tokenOf(SECOND_OPERATOR)}` };
const SLOW_MS = 60_000;

describeInBothModes('stopping and resuming over HTTP', (open) => {
  let workspace: BackboneUnderTest;
  let running: ProcessUnderTest;

  beforeAll(async () => {
    workspace = await open();
    const { logs, database, close } = workspace.connect();
    const wish = { logId: 'stopping', partitions: PARTITIONS };
    const { genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true });
    await close();
    running = await ProcessUnderTest.start(workspace.connect(), genesis);
    await running.goLive();
  }, SLOW_MS);

  afterAll(async () => {
    await running?.stop();
    await workspace?.close();
  }, 30_000);

  const arrives = async (partition: number, name: string): Promise<string> => {
    const shop = merchantIn(partition, PARTITIONS, name);
    await running.post(registered(shop), trained(shop));
    return shop;
  };
  const stopped = (isSo: (stops: Answer[]) => boolean): Promise<Answer> =>
    running.known('/v1/stops', ({ stops }: Answer) => isSo(stops));

  test(
    'one operator stops everything; who comes then is withheld, and the list says by whom and why',
    async () => {
      const { status, body } = await running.order('/v1/stops', { scope: 'all', reason: REASON });
      expect([status, body]).toEqual([202, { scope: 'all', confirmed: 2, partitions: 2 }]);
      for (const partition of [0, 1]) {
        const { reasons } = await running.decision(await arrives(partition, 'during'), PROGRAMME, 'withhold');
        expect(reasons).toContain('stopped:all');
      }
      const { stops } = await stopped(([first]) => first?.confirmed === 2);
      expect(stops).toEqual([
        {
          scope: 'all',
          by: ['operator'],
          reason: REASON,
          since: expect.any(String),
          confirmed: 2,
          partitions: 2,
        },
      ]);
    },
    SLOW_MS,
  );

  test.each([
    ['/v1/stops', 'programme:nothing', 'the live bundle has no such programme, only '],
    ['/v1/stops', 'account:nothing', 'the live bundle has no such account, only '],
    ['/v1/resumptions', 'programme:nothing', 'the live bundle has no such programme, only '],
  ])('%s of %s, which the live bundle does not have, is refused', async (path, scope, rule) => {
    const { status, body } = await running.order(path, { scope, reason: REASON }, SECOND);
    const expected = { field: 'scope', value: `"${scope}"`, rule: expect.stringContaining(rule) as string };
    expect([status, body.problems]).toEqual([422, [expected]]);
  });

  test(
    'two stops at once are both done',
    async () => {
      const scopes = [`programme:${PROGRAMME}`, 'programme:growth-boost'];
      const answers = await Promise.all(
        scopes.map((scope) => running.order('/v1/stops', { scope, reason: REASON })),
      );
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
      await stopped((stops) => stops.length === 3 && stops.every(({ confirmed }) => confirmed === 2));
    },
    SLOW_MS,
  );

  test(
    'two operators resume, and who waited is looked at again',
    async () => {
      for (const scope of ['all', `programme:${PROGRAMME}`, 'programme:growth-boost']) {
        const { status, body } = await running.order('/v1/resumptions', { scope, reason: REASON }, SECOND);
        expect([status, body]).toEqual([202, { scope, confirmed: 2, partitions: 2 }]);
      }
      for (const partition of [0, 1])
        await running.decision(merchantIn(partition, PARTITIONS, 'during'), PROGRAMME, 'issue');
      await stopped((stops) => stops.length === 0);
    },
    SLOW_MS,
  );
});
