import { describeLogContract } from '../log-contract.ts';
import { describeWithKafka } from './jest-kafka.ts';
import { KAFKA_FAULTS, openKafkaSubject } from './kafka-subject.ts';

describeWithKafka('the log port on Kafka', (kafka) => {
  describeLogContract(
    'fulfils the contract',
    () => Promise.resolve(openKafkaSubject(kafka.brokers, kafka.prefix())),
    KAFKA_FAULTS,
  );
});
