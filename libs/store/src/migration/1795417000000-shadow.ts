import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Shadow1795417000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table shadow (
        hash text not null primary key,
        bundle_text text not null,
        since_ms bigint not null,
        asked_by text not null,
        asked_at timestamptz not null,
        state text not null,
        failure text,
        summary text,
        reported_at timestamptz
      )`);
    await runner.query(`
      create table shadow_report (
        hash text not null,
        programme text not null,
        body text not null,
        primary key (hash, programme)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table shadow_report`);
    await runner.query(`drop table shadow`);
  }
}
