import type { Bundle } from '#domain/policy/bundle';
import type { Head, SnapshotStore } from '#store/snapshot-store';
import { lastPolicyActivation, type PolicyActivation } from '#store/policy/policy-activations';
import { findPolicyVersions } from '#store/policy/policy-versions';
import { describeOnBoth, type TestDatabase } from '#store/testing/test-database';
import { decode } from '#contracts/codec';
import type { PolicyActivated } from '#domain/controls';
import { readBundleFile } from '../bundle-file.ts';
import { sha256 } from '../sha256.ts';
import { listedLogs } from '../testing/listed-logs.ts';
import { askActivation, askRollback } from './ask-activation.ts';
import { activateByTwo, enterFirstPolicy } from './enter-policy.ts';
import { followActivation } from './follow-activation.ts';
import { findPolicy, policySeen } from './readings.ts';
import { registryPorts, type RegistryPorts } from './registry-ports.ts';
import { approvePolicy, noteShadowEnded, noteShadowStarted, retirePolicy } from './steps.ts';
import { submissionOf, submitPolicy, type Submission } from './submit.ts';

const STARTER = new URL('../../../../policies/starter/bundle.yaml', import.meta.url).pathname;
const PARTITIONS = 2;
const PLACES = PARTITIONS + 1;

describeOnBoth('the registry of policies', (open) => {
  let opened: TestDatabase;
  let first: Submission;
  let ports: RegistryPorts;
  /** What the snapshots say is live: of both partitions of activity, then of the treasury's. */
  let facts: ({ bundle: string; bundleSequence: number } | null)[];
  let listed: ReturnType<typeof listedLogs>;

  beforeAll(async () => {
    opened = await open();
    first = submissionOf(await readBundleFile(STARTER));
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    const { database } = opened;
    await database.query('truncate policy_activation, policy_step, policy_version');
    facts = [null, null, null];
    listed = listedLogs();
    const store = {
      heads: () => Promise.resolve(facts.map(headOf)),
    } as Partial<SnapshotStore> as SnapshotStore;
    const genesis = { logId: 'spec', partitions: PARTITIONS, treasuries: 1 };
    const writer = listed.logs.writer('registry');
    ports = registryPorts({ logs: listed.logs, writer, database, store, genesis });
  });

  /** The starter bundle under another id: another content, and so another hash. */
  const named = (id: string): Submission => {
    const text = first.text.replace('"id":"starter"', `"id":"${id}"`);
    return { ...first, text, hash: sha256(text), bundle: JSON.parse(text) as Bundle };
  };
  const submit = (submission: Submission, by = 'lin') =>
    submitPolicy(opened.database, submission, by, 'spec');
  const approve = (hash: string, by = 'wang') => approvePolicy(opened.database, hash, by, 'spec');
  const activate = (hash: string) => askActivation(ports, hash, 'lin', 'spec');
  const confirmed = (hash: string, bundleSequence: number): void => {
    facts = Array.from({ length: PLACES }, () => ({ bundle: hash, bundleSequence }));
  };
  const goesLive = async (activation: PolicyActivation): Promise<void> => {
    confirmed(activation.hash, activation.sequence);
    expect(await followActivation(ports, activation, () => undefined)).toBe('confirmed');
  };
  const made = async (submission: Submission): Promise<string> => {
    await submit(submission);
    await approve(submission.hash);
    await goesLive(await activate(submission.hash));
    return submission.hash;
  };
  const stateOf = async (hash: string): Promise<string> => (await findPolicy(opened.database, hash)).state;
  const sent = (): PolicyActivated[] =>
    listed.records('activity', 0).map(({ value }) => decode(value).data as unknown as PolicyActivated);

  test('a bundle is submitted once: again changes nothing, and its files begin where the bundle is', async () => {
    const { hash } = first;
    expect(await submit(first)).toMatchObject({ isNew: true, version: { hash, state: 'checked' } });
    expect(await submit(first, 'wang')).toMatchObject({ isNew: false, version: { submittedBy: 'lin' } });
    expect(Object.keys(first.sources.files)).toContain('bundle.yaml');
    const { steps } = await policySeen(ports, await findPolicy(opened.database, hash.slice(0, 8)));
    expect(steps.map(({ step, by, reason, details }) => [step, by, reason, details])).toEqual([
      ['submitted', ['lin'], 'spec', {}],
      ['checked', [], '', { findings: [] }],
    ]);
  });

  test.each(['lin', 'Lin', 'LIN'])('who submitted it does not approve it as %s either', async (name) => {
    await submit(first);
    await expect(approve(first.hash, name)).rejects.toThrow(
      `${name}: submitted ${first.hash}; another person must approve it`,
    );
    await expect(activate(first.hash)).rejects.toThrow('a second person must approve it before it goes live');
    expect(listed.records('policies', 0)).toEqual([]);
  });

  test('an approved bundle is live when every partition has confirmed, and not before', async () => {
    await submit(first);
    await approve(first.hash);
    expect(await approve(first.hash, 'zhao')).toMatchObject({ approvedBy: 'wang' });
    const asked = await activate(first.hash);
    expect(asked).toMatchObject({ sequence: 1, state: 'pending', approvedBy: ['lin', 'wang'] });
    expect((await activate(first.hash)).id).toBe(asked.id);
    expect(listed.records('policies', 0).map(({ key }) => key)).toEqual([first.hash]);
    let looks = 0;
    const progress: number[] = [];
    const left = await followActivation(
      ports,
      asked,
      (count) => progress.push(count),
      () => {
        if (looks === 2) facts[1] = { bundle: first.hash, bundleSequence: 1 };
        return looks++ < 3;
      },
    );
    expect([left, progress]).toEqual(['left', [0, 1]]);
    expect(await stateOf(first.hash)).toBe('checked');
    expect(sent()).toEqual([{ sequence: 1, bundle: first.hash, approvedBy: ['lin', 'wang'] }]);
    await goesLive(asked);
    expect(await stateOf(first.hash)).toBe('live');
    expect(await activate(first.hash)).toMatchObject({ id: asked.id, state: 'confirmed' });
  });

  test('what is replaced is superseded, and two people bring it back under a higher number', async () => {
    const [one, other] = [await made(first), await made(named('other'))];
    expect([await stateOf(one), await stateOf(other)]).toEqual(['superseded', 'live']);
    await expect(activate(one)).rejects.toThrow('is superseded, and so nobody can activate it: it was live');
    for (const people of [['lin'], ['lin', 'Lin'], []])
      await expect(askRollback(ports, one, people, 'spec')).rejects.toThrow('takes two different people');
    const back = await askRollback(ports, one, ['zhao', 'wang'], 'spec');
    expect(back).toMatchObject({ sequence: 3, approvedBy: ['zhao', 'wang'] });
    await goesLive(back);
    expect([await stateOf(one), await stateOf(other)]).toEqual(['live', 'superseded']);
    const { steps } = await policySeen(ports, await findPolicy(opened.database, one));
    const life = 'submitted checked approved activation-asked live superseded rollback-asked live';
    expect(steps.map(({ step }) => step).join(' ')).toBe(life);
  });

  test('a rollback takes the place of an activation that does not get on, though its records stand in the log', async () => {
    const one = await made(first);
    const bad = named('bad');
    await submit(bad);
    await approve(bad.hash);
    const stuck = await activate(bad.hash);
    // Sent everywhere, and confirmed by nobody.
    let looks = 0;
    await followActivation(
      ports,
      stuck,
      () => undefined,
      () => looks++ < 2,
    );
    const back = await askRollback(ports, one, ['lin', 'wang'], 'spec');
    expect([stuck.sequence, back.sequence]).toEqual([2, 3]);
    expect(await followActivation(ports, stuck, () => undefined)).toBe('superseded');
    await goesLive(back);
    expect([await stateOf(one), await stateOf(bad.hash)]).toEqual(['live', 'checked']);
    expect(sent().map(({ sequence }) => sequence)).toEqual([2]);
  });

  test('a number that partitions know as another bundle is not confirmed: a higher one is written down', async () => {
    await submit(first);
    await approve(first.hash);
    const asked = await activate(first.hash);
    confirmed('f'.repeat(64), 7);
    let looks = 0;
    await followActivation(
      ports,
      asked,
      () => undefined,
      () => looks++ < 3,
    );
    expect(await lastPolicyActivation(opened.database, first.hash)).toMatchObject({ sequence: 8 });
    expect(sent().at(-1)).toMatchObject({ sequence: 8, bundle: first.hash });
  });

  test('what was live before the registry was is taken over without being sent again', async () => {
    confirmed(first.hash, 4);
    await submit(first);
    await approve(first.hash);
    expect(await activate(first.hash)).toMatchObject({ sequence: 4, state: 'confirmed' });
    expect(await stateOf(first.hash)).toBe('live');
    expect(sent()).toEqual([]);
  });

  test('a live bundle is not retired; a retired one comes back as a draft of whoever submits it again', async () => {
    const one = await made(first);
    await expect(retirePolicy(opened.database, one, 'lin', 'spec')).rejects.toThrow(
      'activate another one first',
    );
    await made(named('other'));
    await retirePolicy(opened.database, one, 'lin', 'spec');
    await expect(askRollback(ports, one, ['lin', 'wang'], 'spec')).rejects.toThrow('submit it again');
    const { version } = await submit(first, 'wang');
    expect(version).toMatchObject({ state: 'checked', submittedBy: 'wang', approvedBy: null });
    await expect(approve(one, 'wang')).rejects.toThrow('another person must approve it');
  });

  test('a checked bundle is a shadow for a while, and may be approved as one', async () => {
    await submit(first);
    const { hash } = first;
    expect(await noteShadowStarted(opened.database, hash, 'lin', 'spec')).toMatchObject({ state: 'shadow' });
    await expect(retirePolicy(opened.database, hash, 'lin', 'spec')).rejects.toThrow('end its shadow first');
    await approve(hash);
    expect(await noteShadowEnded(opened.database, hash, 'lin', 'spec')).toMatchObject({ state: 'checked' });
    expect(await noteShadowEnded(opened.database, hash, 'lin', 'spec')).toMatchObject({ state: 'checked' });
  });

  test('two names do it all at once, and once more is a no-op', async () => {
    const asked = await activateByTwo(ports, first, ['lin', 'wang'], 'spec');
    expect(asked).toMatchObject({ sequence: 1, approvedBy: ['lin', 'wang'] });
    await goesLive(asked);
    expect(await activateByTwo(ports, first, ['zhao', 'qian'], 'spec')).toMatchObject({ id: asked.id });
    await goesLive(await activateByTwo(ports, named('other'), ['lin', 'wang'], 'spec'));
    const back = await activateByTwo(ports, first, ['zhao', 'qian'], 'spec');
    expect(back).toMatchObject({ sequence: 3, approvedBy: ['zhao', 'qian'] });
  });

  test('a process puts its own policy live, replaces it by its next one, and leaves what people put live', async () => {
    const asked = await enterFirstPolicy(ports, first, 'start');
    expect(asked).toMatchObject({ approvedBy: ['start'] });
    await goesLive(asked!);
    const next = await enterFirstPolicy(ports, named('next'), 'start');
    await goesLive(next!);
    await submit(named('ours'));
    await approve(named('ours').hash);
    const pending = await activate(named('ours').hash);
    expect(await enterFirstPolicy(ports, first, 'start')).toBeNull();
    await goesLive(pending);
    expect(await enterFirstPolicy(ports, first, 'start')).toBeNull();
    const live = await findPolicyVersions(opened.database, 'live', null, 5);
    expect(live.map(({ bundle }) => bundle)).toEqual(['ours']);
  });

  test.each([
    ['deadbeef', 'deadbeef: no such policy was submitted'],
    ['dead', 'dead: must be live, or a hash or its first digits, at least 8'],
    ['live', 'live: no policy is live as far as is confirmed'],
  ])('%s names none', async (name, why) => {
    await expect(findPolicy(opened.database, name)).rejects.toThrow(why);
  });

  test.each([
    [`update policy_step set why = 'another'`],
    ['delete from policy_step'],
    [`update policy_version set content = '{}'`],
    [`update policy_version set sources = '{}'`],
    ['delete from policy_version'],
  ])('nobody rewrites history: %s', async (statement) => {
    await submit(first);
    await expect(opened.database.query(statement)).rejects.toThrow('are kept as they were written');
  });

  test('lists go on where the page before ended, newest first', async () => {
    const hashes: string[] = [];
    for (const id of ['a', 'b', 'c', 'd']) hashes.unshift((await submit(named(id))).version.hash);
    const { database } = opened;
    const page = await findPolicyVersions(database, 'checked', null, 2);
    const next = await findPolicyVersions(database, 'checked', page.at(-1)!.hash, 5);
    expect([...page, ...next].map(({ hash }) => hash)).toEqual(hashes);
    expect(await findPolicyVersions(database, 'live', null, 5)).toEqual([]);
  });
});

function headOf(
  facts: { bundle: string; bundleSequence: number } | null,
  index: number,
): Head & { stage: string; partition: number; savedAt: null } {
  const [stage, partition] = index < PARTITIONS ? ['scoring', index] : ['treasury', 0];
  const mark = { position: '0/1', inputOffset: 1, published: null, format: 1, engine: 1 };
  const snapshot = facts === null ? null : { mark: { ...mark, facts: { ...facts } }, root: '{}' };
  return {
    takeover: 1,
    owner: 'me',
    snapshot,
    stage: stage as string,
    partition: partition as number,
    savedAt: null,
  };
}
