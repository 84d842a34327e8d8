// `npm run bench`: first figures of the stages, on Kafka and PostgreSQL or embedded. Its options are those of measure.
import '#tools/smoke/measure';
