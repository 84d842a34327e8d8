import { LeaseEntity } from './entity/lease.entity.ts';
import { LogHeadEntity } from './entity/log-head.entity.ts';
import { LogMemberEntity } from './entity/log-member.entity.ts';
import { LogRecordEntity } from './entity/log-record.entity.ts';
import { LogEntity } from './entity/log.entity.ts';
import { PolicyActivationEntity } from './entity/policy-activation.entity.ts';
import { PolicyStepEntity } from './entity/policy-step.entity.ts';
import { PolicyVersionEntity } from './entity/policy-version.entity.ts';
import { QuarantineRequestEntity } from './entity/quarantine-request.entity.ts';
import { ShadowReportEntity } from './entity/shadow-report.entity.ts';
import { ShadowEntity } from './entity/shadow.entity.ts';
import { StageChunkEntity } from './entity/stage-chunk.entity.ts';
import { StageHeadEntity } from './entity/stage-head.entity.ts';
import { StageRowEntity } from './entity/stage-row.entity.ts';
import { StageSnapshotEntity } from './entity/stage-snapshot.entity.ts';
import { WorkspaceEntity } from './entity/workspace.entity.ts';
import { LogsAndSnapshots1795392000000 } from './migration/1795392000000-logs-and-snapshots.ts';
import { Lease1795399200000 } from './migration/1795399200000-lease.ts';
import { QuarantineRequest1795402800000 } from './migration/1795402800000-quarantine-request.ts';
import { Waiting1795406400000 } from './migration/1795406400000-waiting.ts';
import { PolicyRegistry1795413600000 } from './migration/1795413600000-policy-registry.ts';
import { Shadow1795417000000 } from './migration/1795417000000-shadow.ts';
import { ReadSide1795395600000 } from './read/migration/1795395600000-read-side.ts';
import { GrantsAndAccounts1795410000000 } from './read/migration/1795410000000-grants-and-accounts.ts';
import { READ_ENTITIES } from './read/read.entity.ts';

// Listed by hand, never globbed: the same list under jest, in dist and in the drift test. The read side's entities
// (read/*.entity.ts) and migrations go at the end of the two lists; a migration that was released never changes.

export const ENTITIES = [
  WorkspaceEntity,
  LeaseEntity,
  StageHeadEntity,
  StageSnapshotEntity,
  StageRowEntity,
  StageChunkEntity,
  LogEntity,
  LogHeadEntity,
  LogRecordEntity,
  LogMemberEntity,
  QuarantineRequestEntity,
  PolicyVersionEntity,
  PolicyStepEntity,
  PolicyActivationEntity,
  ShadowEntity,
  ShadowReportEntity,
  ...READ_ENTITIES,
] as const;

export const MIGRATIONS = [
  LogsAndSnapshots1795392000000,
  ReadSide1795395600000,
  Lease1795399200000,
  QuarantineRequest1795402800000,
  Waiting1795406400000,
  GrantsAndAccounts1795410000000,
  PolicyRegistry1795413600000,
  Shadow1795417000000,
] as const;
