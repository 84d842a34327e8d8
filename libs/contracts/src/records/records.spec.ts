import { Ajv } from 'ajv';
import { CAPABILITY_TYPES, CENSUS_TYPES, CONTROL_TYPES, TREASURY_TYPES } from '../event-types.ts';
import { isInstant } from '../instant.ts';
import { CONTROL_RECORDS } from './control-records.ts';
import { OUTPUT_RECORDS } from './output-records.ts';

const ajv = new Ajv({ strict: true, allErrors: true, formats: { 'date-time': isInstant } });
const RECORDS = Object.entries({ ...CONTROL_RECORDS, ...OUTPUT_RECORDS });

describe('the records that Updraft writes', () => {
  test.each(RECORDS)('the example of %s satisfies its schema', (_type, { schema, example }) => {
    const validate = ajv.compile(schema);
    validate(example);
    expect(validate.errors).toBeNull();
  });

  test.each(RECORDS)(
    '%s refuses an unknown member and the lack of a required one',
    (_type, { schema, example }) => {
      const validate = ajv.compile(schema);
      expect(validate({ ...example, surprise: 1 })).toBe(false);
      for (const name of schema.required ?? []) {
        const lacking: Record<string, unknown> = { ...example };
        delete lacking[name];
        expect(validate(lacking)).toBe(false);
      }
    },
  );

  test('every control, capability, treasury and census type has its contract, and every type its version', () => {
    expect(Object.keys(CONTROL_RECORDS)).toEqual(CONTROL_TYPES);
    expect(Object.keys(OUTPUT_RECORDS)).toEqual(expect.arrayContaining([...CAPABILITY_TYPES]));
    expect(RECORDS.map(([type]) => type)).toEqual(expect.arrayContaining([...TREASURY_TYPES]));
    expect(RECORDS.map(([type]) => type)).toEqual(expect.arrayContaining([...CENSUS_TYPES]));
    for (const [type] of RECORDS) expect(type).toMatch(/^updraft\.[a-z.-]+\.v1$/);
  });
});
