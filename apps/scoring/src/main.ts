import 'reflect-metadata';
import { scoring } from '#domain/scoring/scoring-machine';
import { INBOX_GROUP } from '#stream/inbox';
import { openKafkaInboxAge, type InboxAge } from '#stream/kafka/kafka-inbox-age';
import { startLiveTime } from '#stage/live-time';
import { runStageProcess } from '#stage/stage-process';
import { readScoringConfig } from './scoring.config.ts';
import { ScoringModule } from './scoring.module.ts';

// Scoring as a process. It also offers to be the ticker: of all scoring processes the one with the lease ticks.

const outcome = readScoringConfig(process.env);
await runStageProcess({
  stage: scoring,
  outcome,
  moduleOf: (service) => ScoringModule.forRoot(service),
  companion: (backbone, owner, health) => startLiveTime(backbone, owner, health, openInbound()),
});

function openInbound(): InboxAge | null {
  const { config } = outcome;
  if (config === null || config.inboundTopic === null) return null;
  const { brokers, prefix, inboundTopic: topic } = config;
  return openKafkaInboxAge({
    brokers: brokers!,
    prefix,
    clientId: 'updraft-ticker',
    topic,
    group: INBOX_GROUP,
  });
}
