import { describeWithKafka } from '#stream/kafka/jest-kafka';
import { updraft } from './cli-under-test.ts';

/** Each command is a process of its own. */
const SLOW_MS = 60_000;

describeWithKafka('a workspace on Kafka', (kafka) => {
  test(
    "takes simulated events into its log and into a platform's topic, and neither without what that needs",
    async () => {
      const env = { KAFKA_BROKERS: kafka.brokers.join(',') };
      const name = kafka.prefix().slice(0, -1);
      const simulate = (to: readonly string[], more: Readonly<Record<string, string>> = {}) =>
        updraft(['simulate', '--events', '100', '--rate', '500', '--json', '--to', ...to], {
          ...env,
          ...more,
        });
      await updraft(['topics', 'create', '--workspace', name, '--partitions', '2'], env);
      const intoLog = ['log', '--workspace', name, '--data', 'no-such-directory'];
      expect((await simulate(intoLog)).stderr).toContain("pseudonym.key: the key of the workspace's doors");
      const written = await simulate(intoLog, { UPDRAFT_PSEUDONYM_KEY: '01'.repeat(32) });
      expect(written.code).toBe(0);
      expect(JSON.parse(written.stdout)).toMatchObject({
        target: `workspace ${name} on Kafka`,
        accepted: 100,
      });
      const foreign = await simulate(['inbound', '--topic', `${name}-platform`, '--partitions', '3']);
      expect(foreign.code).toBe(0);
      expect(JSON.parse(foreign.stdout)).toMatchObject({ target: `topic ${name}-platform`, accepted: 100 });
      expect((await simulate(['inbound'])).stderr).toContain("--topic must name the platform's topic");
      const own = await simulate(['inbound', '--topic', `${name}.activity`]);
      expect(own.stderr).toContain("is named like a workspace's log activity");
    },
    SLOW_MS,
  );
});
