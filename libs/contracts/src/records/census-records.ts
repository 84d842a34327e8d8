import type { CensusCounted, CensusValue } from '#domain/census/census-record';
import { BUNDLE } from './evidence.ts';
import {
  count,
  integer,
  list,
  object,
  orNull,
  position,
  text,
  type RecordContract,
} from './record-schema.ts';

// What scoring says to the census. What it answers is a control record of every activity partition.

export interface CensusRecords {
  'updraft.census.value.v1': CensusValue;
  'updraft.census.counted.v1': CensusCounted;
}

const number = { type: 'integer', minimum: 1 };
const address = { writer: text, sequence: number, position, bundle: text, activation: number };

export const CENSUS_RECORDS: {
  readonly [Type in keyof CensusRecords]: RecordContract<CensusRecords[Type]>;
} = {
  'updraft.census.value.v1': {
    description: 'A merchant has another value in a group of a statistic than was said before.',
    schema: object({
      ...address,
      statistic: text,
      group: text,
      merchant: text,
      before: orNull(integer),
      value: orNull(integer),
    }),
    example: {
      writer: 'scoring/3',
      sequence: 412,
      position: '3/18842/1',
      bundle: BUNDLE,
      activation: 2,
      statistic: 'sales_30d~category',
      group: 'home.kitchen',
      merchant: 'merchant-42',
      before: 310_000,
      value: 334_900,
    },
  },
  'updraft.census.counted.v1': {
    description: 'A partition has said the values of all its merchants under a bundle.',
    schema: object({ ...address, statistics: list(object({ id: text, cutsBps: list(count) })) }),
    example: {
      writer: 'scoring/3',
      sequence: 413,
      position: '3/18850/0',
      bundle: BUNDLE,
      activation: 2,
      statistics: [{ id: 'sales_30d~category', cutsBps: [4_000] }],
    },
  },
};
