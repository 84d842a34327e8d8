import { endPolicyActivation, type PolicyActivation } from '#store/policy/policy-activations';
import { addPolicyStep } from '#store/policy/policy-steps';
import { setPolicyState, supersedeLivePolicy } from '#store/policy/policy-versions';
import type { Sql } from '#store/sql';

/** Every partition has confirmed. Nothing happens where another activation has taken its place meanwhile. */
export async function goLive(sql: Sql, { id, hash, sequence }: PolicyActivation): Promise<void> {
  if (!(await endPolicyActivation(sql, id, 'confirmed'))) return;
  for (const before of await supersedeLivePolicy(sql)) {
    if (before === hash) continue;
    await addPolicyStep(sql, {
      hash: before,
      step: 'superseded',
      people: [],
      why: '',
      details: { by: hash },
    });
  }
  await setPolicyState(sql, hash, 'live');
  await addPolicyStep(sql, { hash, step: 'live', people: [], why: '', details: { sequence } });
}
