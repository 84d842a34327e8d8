import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The logs of the embedded mode, the ownership and snapshots of stages, and the log that a workspace belongs to. */
export class LogsAndSnapshots1795392000000 implements MigrationInterface {
  readonly name = 'LogsAndSnapshots1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `drop table log_member, log_record, log_head, log, stage_chunk, stage_row, stage_snapshot, stage_head, workspace`,
    );
  }
}

const TABLES = [
  `create table workspace (
     id smallint primary key constraint workspace_one_row check (id = 1),
     log_id text not null,
     created_at timestamptz not null default now())`,
  `create table stage_head (
     stage text collate "C" not null,
     partition integer not null,
     takeover bigint not null,
     owner text,
     claimed_at timestamptz,
     primary key (stage, partition))`,
  `create table stage_snapshot (
     stage text collate "C" not null,
     partition integer not null,
     mark jsonb not null,
     root text not null,
     saved_at timestamptz not null default now(),
     primary key (stage, partition))`,
  // Pages keep room, so that most changes of a row stay on its page and need no new index entry.
  `create table stage_row (
     stage text collate "C" not null,
     partition integer not null,
     key text collate "C" not null,
     due bigint,
     held boolean not null,
     body text not null,
     primary key (stage, partition, key)) with (fillfactor = 70)`,
  `create table stage_chunk (
     stage text collate "C" not null,
     partition integer not null,
     hour integer not null,
     sequence integer not null,
     body bytea not null,
     primary key (stage, partition, hour, sequence))`,
  // The hashes in a chunk do not compress.
  `alter table stage_chunk alter column body set storage external`,
  `create table log (
     id integer primary key,
     name text collate "C" not null constraint log_name_key unique,
     partitions integer not null,
     compacted boolean not null)`,
  `create table log_head (
     log integer not null,
     partition integer not null,
     next_offset bigint not null default 0,
     compacted_offset bigint not null default 0,
     primary key (log, partition)) with (fillfactor = 50)`,
  `create table log_record (
     log integer not null,
     partition integer not null,
     "offset" bigint not null,
     key text collate "C",
     value bytea not null,
     primary key (log, partition, "offset"))`,
  `create index log_record_compacted_key on log_record (log, partition, key) where log < 0`,
  `create table log_member (
     log integer not null,
     group_name text collate "C" not null,
     member text collate "C" not null,
     seen_at timestamptz not null default now(),
     primary key (log, group_name, member))`,
];
