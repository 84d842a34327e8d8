import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PolicyRegistry1795413600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table policy_version (
        hash text not null,
        bundle text not null,
        content text not null,
        sources text not null,
        state text not null,
        submitted_by text not null,
        submitted_at timestamptz not null,
        why text not null,
        approved_by text,
        primary key (hash),
        constraint policy_version_state
          check (state in ('draft', 'checked', 'shadow', 'live', 'superseded', 'retired')),
        constraint policy_version_two_people check (approved_by <> submitted_by)
      )`);
    await runner.query(`create index policy_version_by_time on policy_version (submitted_at, hash)`);
    await runner.query(
      `create unique index policy_version_one_live on policy_version (state) where state = 'live'`,
    );
    await runner.query(`
      create table policy_step (
        id bigint generated always as identity,
        hash text not null,
        step text not null,
        people text[] not null,
        at timestamptz not null,
        why text not null,
        details text not null,
        primary key (id)
      )`);
    await runner.query(`create index policy_step_of_version on policy_step (hash, id)`);
    await runner.query(`
      create table policy_activation (
        id bigint generated always as identity,
        hash text not null,
        sequence bigint not null,
        state text not null,
        approved_by text[] not null,
        asked_at timestamptz not null,
        primary key (id),
        constraint policy_activation_state check (state in ('pending', 'confirmed', 'superseded'))
      )`);
    await runner.query(`create unique index policy_activation_sequence on policy_activation (sequence)`);
    await runner.query(
      `create unique index policy_activation_one_pending on policy_activation (state) where state = 'pending'`,
    );
    await this.keepHistory(runner);
  }

  /** What was submitted and what was done about it can't be rewritten, whoever has the connection in hands. */
  private async keepHistory(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function policy_history_is_kept() returns trigger language plpgsql as $$
      begin
        raise exception 'rows of % are kept as they were written', tg_table_name;
      end $$`);
    await runner.query(`
      create trigger policy_step_is_kept before update or delete on policy_step
      for each row execute function policy_history_is_kept()`);
    await runner.query(`
      create trigger policy_content_is_kept before update of hash, bundle, content, sources on policy_version
      for each row execute function policy_history_is_kept()`);
    await runner.query(`
      create trigger policy_version_is_kept before delete on policy_version
      for each row execute function policy_history_is_kept()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table policy_activation`);
    await runner.query(`drop table policy_step`);
    await runner.query(`drop table policy_version`);
    await runner.query(`drop function policy_history_is_kept()`);
  }
}
