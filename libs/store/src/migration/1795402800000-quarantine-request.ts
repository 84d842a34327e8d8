import type { MigrationInterface, QueryRunner } from 'typeorm';

export class QuarantineRequest1795402800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table quarantine_request (
        partition integer not null,
        record_offset bigint not null,
        record_hash text not null,
        reason text not null,
        requested_by text not null,
        requested_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        primary key (partition, record_offset)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table quarantine_request`);
  }
}
