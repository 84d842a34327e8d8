import { shown } from './canonical-text.ts';
import type { BudgetCheck } from './check-budget.ts';
import type { DecisionContent, GrantCheck } from './check-grants.ts';
import { checkOutput, createDecisionChain, createPositionOrder, type CauseRecord } from './check-outputs.ts';
import type { PartitionInput, PartitionSummary } from './check-partition.ts';
import type { Event, EventLine, LineCursor } from './export-reader.ts';
import type { Verdict } from './partition-clock.ts';

/** What activity caused, beside it. */
export interface Outputs {
  /** How far the logs go, by what was read so far. */
  readonly end: { capability: string | null; decisions: string | null };
  /** Checks everything that a record of activity caused. */
  follow(cause: CauseRecord, event: Event, verdict: Verdict): Promise<void>;
  /** What is left was caused by nothing in the export. */
  finish(summary: PartitionSummary): Promise<void>;
}

export interface OutputLogs {
  readonly grants: GrantCheck;
  readonly budget: BudgetCheck;
  readonly capability: LineCursor;
  readonly decisions: LineCursor;
}

export function followOutputs(input: PartitionInput, logs: OutputLogs): Outputs {
  const { manifest, partition, findings } = input;
  const { grants, budget, capability, decisions } = logs;
  const end: Outputs['end'] = { capability: null, decisions: null };
  const counts = { capability: 0, decisions: 0 };
  const capabilityOrder = createPositionOrder('capability', findings);
  const decisionOrder = createPositionOrder('decisions', findings);
  const chain = createDecisionChain(partition, manifest.logId, findings);
  /** Activity hash that the last forwarded tick carried. */
  let tickHash = '';

  function onCapability(line: EventLine, cause: CauseRecord, event: Event): void {
    const where = `capability ${line.position}`;
    counts.capability += 1;
    end.capability = line.position ?? null;
    capabilityOrder.check(line);
    checkOutput(line, 'capability', cause, manifest, partition, findings);
    const data = line.event?.data ?? {};
    grants.nextRecord();
    if (line.event?.type === 'updraft.capability.usage.v1') {
      const reported = event.data['exposures'];
      findings.expect(data['exposures'] === reported, 'cause', where, () => {
        return `reports ${shown(data['exposures'])}, the event ${shown(reported)}`;
      });
      grants.used(line.key ?? '', shown(data['grantId']), Number(data['exposures']));
    }
    if (isControl(line) && data['type'] === 'updraft.control.tick.v1') {
      tickHash = cause.activityHash;
      findings.expect(data['activityHash'] === tickHash, 'activity-hash', where, () => {
        return `says ${shown(data['activityHash'])}, activity has ${tickHash}`;
      });
    }
  }

  function onDecision(line: EventLine, cause: CauseRecord): void {
    const where = `decisions ${line.position}`;
    counts.decisions += 1;
    end.decisions = line.position ?? null;
    decisionOrder.check(line);
    chain.check(line);
    checkOutput(line, 'decisions', cause, manifest, partition, findings);
    if (line.event === null) return;
    const { data, time } = line.event;
    findings.expect(data['activityHash'] === tickHash, 'activity-hash', where, () => {
      return `says ${shown(data['activityHash'])}, the last tick has ${tickHash}`;
    });
    const content = data as unknown as DecisionContent;
    const movements = grants.decided(where, line.key ?? '', Date.parse(time), content);
    if (content.budget === null) return;
    budget.decided(where, content.budget, movements, grants.usageOf(content.budget.account));
  }

  async function follow(cause: CauseRecord, event: Event, verdict: Verdict): Promise<void> {
    let isForwarded = false;
    for await (const line of causedBy(capability, cause.position)) {
      onCapability(line, cause, event);
      isForwarded ||= isControl(line);
      for await (const decision of causedBy(decisions, line.position!)) onDecision(decision, cause);
    }
    const isWanted = verdict.kind === 'control' && verdict.isEffective;
    // Beyond the end of the log nothing can be missed.
    if (isForwarded || !isWanted || (await capability.peek()) === null) return;
    findings.add('cause', `capability ${cause.position}`, `${cause.type} is in effect and was not forwarded`);
  }

  async function finish(summary: PartitionSummary): Promise<void> {
    for (const log of ['capability', 'decisions'] as const) {
      for (let line = await logs[log].take(); line !== null; line = await logs[log].take()) {
        counts[log] += 1;
        if (log === 'decisions') chain.check(line);
        const where = `${log} ${line.position}`;
        findings.add('position', where, 'stands out of order, or what caused it is not there');
      }
    }
    chain.finish(manifest.chainHeads.find((head) => head.partition === partition));
    Object.assign(summary, counts);
  }

  return { end, follow, finish };
}

function isControl(line: EventLine): boolean {
  return line.event?.type === 'updraft.capability.control.v1';
}

/** Takes the lines that stand next and were caused by the record at `position`. */
async function* causedBy(cursor: LineCursor, position: string): AsyncGenerator<EventLine, void, undefined> {
  for (let line = await cursor.peek(); line !== null; line = await cursor.peek()) {
    if (!`${line.position}/`.startsWith(`${position}/`)) return;
    await cursor.take();
    yield line;
  }
}
