import { createHash } from 'node:crypto';
import { allocator } from '#domain/allocator/allocator-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import type { CloudEvent } from '#domain/stage/stage';
import { drive } from '#domain/testing/drive';
import { digestOutputs, inputOf, type CompiledPolicy } from './pipeline-fixture.ts';

// For specs: what a partition read once more, and nothing else, through machines that forget all but their snapshots.

/** So that a season has several of them in each partition. */
const REOPENED_AFTER_RECORDS = 2_500;

/** Digest of all that scoring and the allocator of a partition say to its activity. */
export function replayedDigest(
  partition: number,
  activity: readonly CloudEvent[],
  { hash, text }: CompiledPolicy,
): string {
  const bundles = new Map([[hash, text]]);
  const [scores, allocates] = [scoring, allocator].map((stage) => drive(stage, sha256, bundles, partition));
  const said = digestOutputs();
  for (const [offset, event] of activity.entries()) {
    const record = {
      position: [partition, offset],
      key: event.subject ?? null,
      text: JSON.stringify(event),
      event,
    };
    for (const output of scores!.step(record)) {
      said.add(output);
      if (output.log !== 'capability') continue;
      for (const decided of allocates!.step(inputOf(output))) said.add(decided);
    }
    if ((offset + 1) % REOPENED_AFTER_RECORDS > 0) continue;
    scores!.reopen();
    allocates!.reopen();
  }
  return said.digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
