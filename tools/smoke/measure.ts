import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { kafkaAvailable } from '#tools/kafka/launch';
import { figureLines } from './figures.ts';
import { POSTGRES_DEFAULT } from './fresh-services.ts';
import { measureEmbedded } from './measure-embedded.ts';
import { measureOnKafka } from './measure-kafka.ts';
import type { SelfTime } from './profile-summary.ts';

// First figures: `node dist/tools/smoke/measure.js --events 100000 [--embedded]`.

const USAGE = `measure --events N [--embedded] [--partitions N] [--merchants N] [--profile]
  --events      events of a simulated season to write before the stages start (default 100000)
  --embedded    one process over PGlite; else a broker and a database of its own, on this machine
  --partitions  default 4
  --merchants   default: one per 100 events
  --profile     also the largest self times of scoring and the allocator (not with --embedded)
The PostgreSQL server is UPDRAFT_TEST_POSTGRES, or ${POSTGRES_DEFAULT}.
`;
const EXIT_USAGE = 2;
const EVENTS_PER_MERCHANT = 100;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    embedded: { type: 'boolean', default: false },
    partitions: { type: 'string', default: '4' },
    merchants: { type: 'string' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const events = Number(values.events);
const partitions = Number(values.partitions);
const merchants = Number(values.merchants ?? Math.max(1, Math.round(events / EVENTS_PER_MERCHANT)));
const areCounts = [events, partitions, merchants].every((count) => Number.isSafeInteger(count) && count > 0);

if (values.help || !areCounts) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : EXIT_USAGE;
} else if (values.embedded) {
  print(figureLines(await measureEmbedded({ events, merchants, partitions })));
} else {
  await onKafka();
}

async function onKafka(): Promise<void> {
  const kafka = kafkaAvailable();
  if (!kafka.ok) throw new Error(`no Kafka here: ${kafka.why}`);
  const postgresUrl = process.env['UPDRAFT_TEST_POSTGRES'] ?? POSTGRES_DEFAULT;
  const { figures, profiles } = await measureOnKafka({
    events,
    merchants,
    partitions,
    postgresUrl,
    isProfiled: values.profile,
  });
  print(figureLines(figures));
  for (const [name, { areas, functions }] of profiles) {
    print(['', `  ${name}: self time by folder and package, of what was not idle`, ...areas.map(timeLine)]);
    print(['', `  ${name}: self time by function`, ...functions.map(timeLine)]);
  }
}

function timeLine({ where, ms, share }: SelfTime): string {
  return `  ${(share * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(7)} ms  ${where}`;
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
