import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Waiting1795406400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table stage_row add column waiting bigint`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table stage_row drop column waiting`);
  }
}
