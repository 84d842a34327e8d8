// `*.long.spec.ts` belong to `npm run test:long`: they run when asked for, all together or one by its name.
// Those whose own processes keep all cores busy run alone: whatever wants the same makes both slow, or fail. Those that
// only reckon, with no process, clock or service, take what the others leave (tools/test.mjs).
const long = process.env['UPDRAFT_TEST_LONG'];
const under = (folder) => `<rootDir>/${folder}/`;
const ALONE = ['tools/chaos', 'tools/cluster', 'tools/endurance', 'bench'].map(under);
const RECKONING = ['libs/domain', 'sim'].map(under);
const named = process.argv.some((argument) => argument.includes('.long.spec'));

/** @type {import('jest').Config} */
export default {
  rootDir: import.meta.dirname,
  roots: { alone: ALONE, reckoning: RECKONING }[long] ?? [
    '<rootDir>/apps',
    '<rootDir>/libs',
    '<rootDir>/sim',
    '<rootDir>/tools',
    '<rootDir>/docs',
    '<rootDir>/deploy',
    '<rootDir>/bench',
  ],
  testMatch: [long ? '**/*.long.spec.ts' : '**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(long === 'beside' ? [...ALONE, ...RECKONING] : []),
    ...(long || named ? [] : ['\\.long\\.spec\\.ts$']),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  // Every file leaves memory behind in its worker, and promises get slower by it: a worker that holds so much gives
  // way to a fresh one.
  workerIdleMemoryLimit: '500MB',
  testSequencer: '<rootDir>/tools/longest-first.mjs',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.tsc'],
  // A bound against hanging, not a measure of speed: two cores may be busy with a broker and a database.
  testTimeout: 90_000,
};
