import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the read side. They hold nothing that the logs do not hold. */
export class ReadSide1795395600000 implements MigrationInterface {
  readonly name = 'ReadSide1795395600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'read_decision',
      'read_grant',
      'read_merchant',
      'read_dead_letter',
      'read_progress',
    ]) {
      await runner.query(`drop table "${table}"`);
    }
  }
}

const UP = [
  `create table "read_decision" (
     "position" bigint[] not null,
     "partition" integer not null,
     "sequence" bigint not null,
     "merchant" text collate "C",
     "programme" text collate "C" not null,
     "outcome" text collate "C" not null,
     "at_ms" bigint not null,
     "hash" text not null,
     "previous_hash" text not null,
     "record" text not null,
     constraint "read_decision_pkey" primary key ("position"))`,
  `create index "read_decision_chain" on "read_decision" ("partition", "sequence")`,
  `create index "read_decision_newest" on "read_decision" ("at_ms", "position")`,
  `create index "read_decision_merchant" on "read_decision" ("merchant", "at_ms", "position")`,
  `create index "read_decision_programme" on "read_decision" ("programme", "at_ms", "position")`,
  `create index "read_decision_outcome" on "read_decision" ("outcome", "at_ms", "position")`,
  `create table "read_grant" (
     "grant_id" text collate "C" not null,
     "partition" integer not null,
     "position" bigint[] not null,
     "merchant" text collate "C",
     "status" text collate "C" not null,
     "record" text not null,
     constraint "read_grant_pkey" primary key ("grant_id"))`,
  `create index "read_grant_merchant" on "read_grant" ("merchant", "grant_id")`,
  `create index "read_grant_status" on "read_grant" ("status", "grant_id")`,
  `create table "read_merchant" (
     "merchant" text collate "C" not null,
     "partition" integer not null,
     "position" bigint[] not null,
     "tier" text collate "C",
     "record" text not null,
     constraint "read_merchant_pkey" primary key ("merchant"))`,
  `create index "read_merchant_tier" on "read_merchant" ("tier", "merchant")`,
  `create table "read_dead_letter" (
     "partition" integer not null,
     "writer" text collate "C" not null,
     "sequence" bigint not null,
     "position" bigint[] not null,
     "merchant" text collate "C",
     "reason" text collate "C" not null,
     "at_ms" bigint not null,
     "record" text not null,
     constraint "read_dead_letter_pkey" primary key ("partition", "writer", "sequence"))`,
  `create index "read_dead_letter_newest" on "read_dead_letter" ("at_ms", "position")`,
  `create table "read_progress" (
     "projection" text collate "C" not null,
     "partition" integer not null,
     "next_offset" bigint not null,
     "position" bigint[],
     "marks" text not null,
     constraint "read_progress_pkey" primary key ("projection", "partition"))`,
];
