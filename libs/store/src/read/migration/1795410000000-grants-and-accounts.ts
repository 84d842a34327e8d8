import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Grants by programme, kind and account, the decisions of a grant, and money: balances, postings, who waits, leases.
 * The tables are emptied, and the console projects the logs from their beginning: rows of before lack the columns.
 */
export class GrantsAndAccounts1795410000000 implements MigrationInterface {
  readonly name = 'GrantsAndAccounts1795410000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `truncate "read_decision", "read_grant", "read_merchant", "read_dead_letter", "read_progress"`,
  `alter table "read_decision" add column "grant_id" text collate "C"`,
  `create index "read_decision_grant" on "read_decision" ("grant_id", "position")`,
  `alter table "read_grant"
     add column "programme" text collate "C" not null,
     add column "kind" text collate "C" not null,
     add column "account" text collate "C"`,
  `create index "read_grant_programme" on "read_grant" ("programme", "grant_id")`,
  `create index "read_grant_account" on "read_grant" ("account", "grant_id")`,
  `create table "read_account" (
     "account" text collate "C" not null,
     "partition" integer not null,
     "holder" text collate "C" not null,
     "position" bigint[] not null,
     "at_ms" bigint not null,
     "leased_in" bigint not null,
     "free" bigint not null,
     "held" bigint not null,
     "settling" bigint not null,
     "spent" bigint not null,
     "returned" bigint not null,
     "overrun" bigint not null,
     "clawed_back" bigint not null,
     constraint "read_account_pkey" primary key ("account", "partition", "holder"))`,
  `create table "read_account_hour" (
     "account" text collate "C" not null,
     "partition" integer not null,
     "holder" text collate "C" not null,
     "hour" integer not null,
     "position" bigint[] not null,
     "free" bigint not null,
     "held" bigint not null,
     "settling" bigint not null,
     "spent" bigint not null,
     constraint "read_account_hour_pkey" primary key ("account", "partition", "holder", "hour"))`,
  `create table "read_posting" (
     "position" bigint[] not null,
     "partition" integer not null,
     "account" text collate "C" not null,
     "holder" text collate "C" not null,
     "unit" text not null,
     "merchant" text collate "C",
     "programme" text collate "C" not null,
     "outcome" text collate "C" not null,
     "grant_id" text collate "C",
     "at_ms" bigint not null,
     "moved" text not null,
     constraint "read_posting_pkey" primary key ("position"))`,
  `create index "read_posting_account" on "read_posting" ("account", "at_ms", "position")`,
  `create table "read_pending" (
     "merchant" text collate "C" not null,
     "programme" text collate "C" not null,
     "partition" integer not null,
     "position" bigint[] not null,
     "at_ms" bigint not null,
     "account" text collate "C" not null,
     "why" text not null,
     "until_ms" bigint,
     "refills_at_ms" bigint,
     constraint "read_pending_pkey" primary key ("merchant", "programme"))`,
  `create index "read_pending_oldest" on "read_pending" ("at_ms", "position")`,
  `create table "read_lease" (
     "position" bigint[] not null,
     "partition" integer not null,
     "account" text collate "C" not null,
     "holder" text collate "C" not null,
     "writer" text not null,
     "sequence" bigint not null,
     "amount" bigint not null,
     "answers" bigint,
     "is_scarce" boolean not null,
     "at_ms" bigint not null,
     constraint "read_lease_pkey" primary key ("position"))`,
  `create index "read_lease_newest" on "read_lease" ("at_ms", "position")`,
  `create index "read_lease_account" on "read_lease" ("account", "at_ms", "position")`,
  `create table "read_usage" (
     "grant_id" text collate "C" not null,
     "merchant" text collate "C" not null,
     "used" bigint not null,
     "clicks" bigint not null,
     "orders" bigint not null,
     constraint "read_usage_pkey" primary key ("grant_id", "merchant"))`,
];

const DOWN = [
  ...['account', 'account_hour', 'posting', 'pending', 'lease', 'usage'].map(
    (table) => `drop table "read_${table}"`,
  ),
  `drop index "read_grant_programme"`,
  `drop index "read_grant_account"`,
  `alter table "read_grant" drop column "programme", drop column "kind", drop column "account"`,
  `drop index "read_decision_grant"`,
  `alter table "read_decision" drop column "grant_id"`,
];
