import type { MerchantRows } from '../stage/merchant-rows.ts';
import type { Position } from '../stage/position.ts';
import type { OutputRecord } from '../stage/stage.ts';
import type { GroupRow } from './group-row.ts';
import type { CensusRoot } from './root.ts';

/** The census of one partition while it steps: its state and what the current record has led to so far. */
export interface CensusPartition {
  readonly partition: number;
  readonly root: CensusRoot;
  readonly rows: MerchantRows<GroupRow>;
  outputs: OutputRecord[];
  /** Of the record that is stepped. */
  position: Position;
}
