import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Lease1795399200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table lease (
        name text not null,
        holder text not null,
        held_until timestamptz not null,
        state text not null default '{}',
        primary key (name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table lease`);
  }
}
