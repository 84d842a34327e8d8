import { makeAdmit } from '#contracts/admit';
import { MALFORMED_ROUND, malformedEvents } from '#contracts/testing/malformed';
import { randomFrom } from '#contracts/testing/mutation';
import { isFaultNamed } from './testing/named-fault.ts';

// malformed.long.spec.ts sends 100,000 of these through the door; here each field of each event type has a few turns.

const SEED = 40;
const ROUNDS = 4;

test(`an event with one fault in any field of any type is refused, and the fault named (seed ${SEED})`, () => {
  const admit = makeAdmit({ partitions: 4, pseudonymKey: Buffer.alloc(32, 1) });
  const draw = malformedEvents(randomFrom(SEED));
  for (let serial = 0; serial < ROUNDS * MALFORMED_ROUND; serial += 1) {
    const { text, field, value } = draw(serial);
    const answer = admit(JSON.parse(text));
    if (!answer.admitted && isFaultNamed({ field, value }, answer.problems)) continue;
    throw new Error(`${field} is ${value}, but ${JSON.stringify(answer)} came to ${text.slice(0, 500)}`);
  }
});
