// The whole of `npm test`: types and import direction, lint, format, then jest with what this machine offers.
// Kafka and PostgreSQL are looked for once and handed to the suites in the environment; what is missing is named
// at the start and at the end, and is a failure where CI=true. The last line is always `N passed, N failed`.
//
//   node tools/test.mjs                 the checks and every spec but *.long.spec.ts
//   node tools/test.mjs --long          only *.long.spec.ts
//   node tools/test.mjs --only ARGS     jest with ARGS, no checks
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setUp } from '../setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIN = join(ROOT, 'node_modules');
const JEST_WORKERS_MAX = 2;
const JEST_MAX_MS = 20 * 60_000;
const JEST_LONG_MAX_MS = 65 * 60_000;
const POSTGRES_CONNECT_MAX_MS = 3_000;
const SLOWEST_SHOWN = 20;
const KAFKA_ENV = 'UPDRAFT_TEST_KAFKA';
const POSTGRES_ENV = 'UPDRAFT_TEST_POSTGRES';

const CHECKS = [
  { name: 'types', args: ['typescript/bin/tsc', '-b'], remedy: 'npm run typecheck' },
  { name: 'lint', args: ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings'], remedy: 'npm run lint' },
  { name: 'format', args: ['prettier/bin/prettier.cjs', '--check', '.'], remedy: 'npm run format' },
];

const strict = process.env['CI'] === 'true';
let interruptedBy = null;
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interruptedBy ??= signal;
    for (const child of running) child.kill(signal);
  });
}

const startedAt = Date.now();
const asked = parse(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: 0, notes: [] };
const services = { env: {}, missing: [], stop: async () => {} };
try {
  await build();
  if (!asked.only && !asked.long) await Promise.all(CHECKS.map(runCheck));
  if (!interruptedBy && (!asked.only || (await selectionNeedsServices()))) await findServices();
  if (!interruptedBy) await runJest();
} catch (error) {
  fail(`the test run itself broke: ${error.stack ?? error}`);
} finally {
  await services.stop();
}
report();

/** @returns {{ only: boolean, long: boolean, args: string[] }} */
function parse(args) {
  const [first, ...rest] = args;
  if (first === '--only') return { only: true, long: false, args: rest };
  if (first === '--long') return { only: false, long: true, args: rest };
  return { only: false, long: false, args };
}

function fail(note) {
  total.failed += 1;
  total.notes.push(note);
  console.error(`\n✗ ${note}`);
}

// ----------------------------------------------------------------------------------------------------- checks

async function build() {
  if ((await setUp({ build: true })) !== 0) fail('build: npm run build fails');
}

/** The checks run side by side, two of them on one core each; what one has to say comes in one piece. */
async function runCheck({ name, args: [script, ...args], remedy }) {
  if (interruptedBy) return;
  const since = Date.now();
  const { code, stdout, stderr } = await run([join(BIN, script), ...args], { capture: true });
  if (code === 0) return console.log(`✓ ${name} (${seconds(since)})`);
  console.error(`${stdout}${stderr}`);
  fail(`${name}: see above, and try ${remedy}`);
}

// --------------------------------------------------------------------------------------------------- services

/** Only suites that look for a service are worth starting one for. */
async function selectionNeedsServices() {
  if (asked.long) return true;
  const { stdout } = await run(jest(['--listTests', ...asked.args]), { capture: true, env: jestEnv() });
  const files = stdout.split('\n').filter((line) => line.endsWith('.ts'));
  return files.some(
    (path) =>
      /\.(int|e2e|long)\.spec\.ts$/.test(path) || readFileSync(path, 'utf8').includes('UPDRAFT_TEST_'),
  );
}

async function findServices() {
  await findPostgres();
  await findKafka();
  for (const { suites, reason } of services.missing) console.log(`- ${suites} will be skipped: ${reason}`);
}

async function findPostgres() {
  const url = process.env[POSTGRES_ENV] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: POSTGRES_CONNECT_MAX_MS });
  // Without a listener a connection that breaks later would end this process before Kafka is stopped.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('show server_version');
    services.env[POSTGRES_ENV] = url;
    console.log(`- PostgreSQL ${rows[0].server_version} at ${withoutPassword(url)}`);
  } catch (error) {
    const cause = error.message || error.code || 'no answer';
    services.missing.push({
      suites: 'PostgreSQL suites',
      reason: `nothing answers at ${withoutPassword(url)} (${cause}); set ${POSTGRES_ENV} to a server`,
    });
  } finally {
    await client.end().catch(() => {});
  }
}

async function findKafka() {
  if (process.env[KAFKA_ENV]) {
    services.env[KAFKA_ENV] = process.env[KAFKA_ENV];
    console.log(`- Kafka at ${process.env[KAFKA_ENV]}`);
    return;
  }
  try {
    const launcher = await import(pathToFileURL(join(ROOT, 'dist/tools/kafka/launch.js')).href);
    const available = launcher.kafkaAvailable();
    if (!available.ok) throw new Error(available.why);
    const since = Date.now();
    const dir = mkdtempSync(join(tmpdir(), 'updraft-kafka-'));
    const kafka = await launcher.startKafka({ dir, isBrief: !asked.long, properties: launcher.PATIENT });
    services.stop = async () => {
      await kafka.stop();
      rmSync(dir, { recursive: true, force: true });
    };
    services.env[KAFKA_ENV] = kafka.brokers;
    console.log(`- Kafka started at ${kafka.brokers} (${seconds(since)})`);
  } catch (error) {
    services.missing.push({ suites: 'Kafka suites', reason: error.message });
  }
}

function withoutPassword(url) {
  return url.replace(/:[^:@/]*@/, ':***@');
}

// ------------------------------------------------------------------------------------------------------- jest

function jest(args) {
  return [join(BIN, 'jest/bin/jest.js'), ...args];
}

function jestEnv() {
  const options = '--experimental-vm-modules --disable-warning=ExperimentalWarning';
  return {
    ...process.env,
    ...services.env,
    NODE_OPTIONS: [process.env['NODE_OPTIONS'], options].filter(Boolean).join(' '),
  };
}

/**
 * Long suites whose processes keep all cores busy come first, one after the other. They wait a lot, for sessions that
 * must time out: those that only reckon take what is left of the cores meanwhile, and give way to anybody.
 */
async function runJest() {
  if (!asked.long) return await runJestOn(asked.args, {});
  const anyArgs = ['--passWithNoTests', ...asked.args];
  const reckoning = runJestOn(
    ['--runInBand', ...anyArgs],
    { UPDRAFT_TEST_LONG: 'reckoning' },
    { isNice: true },
  );
  await runJestOn(['--runInBand', ...anyArgs], { UPDRAFT_TEST_LONG: 'alone' });
  if (!interruptedBy) await runJestOn(anyArgs, { UPDRAFT_TEST_LONG: 'beside' });
  await reckoning;
  if (total.passed + total.failed + total.skipped === 0) fail(`no long suite: ${asked.args.join(' ')}`);
}

async function runJestOn(jestArgs, env, { isNice = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-test-'));
  const outputFile = join(folder, 'jest.json');
  try {
    const workers = jestArgs.some((arg) => /^(-w|-i$|--maxWorkers|--runInBand)/.test(arg))
      ? []
      : [`--maxWorkers=${JEST_WORKERS_MAX}`];
    const args = [...workers, '--json', `--outputFile=${outputFile}`, ...jestArgs];
    const maxMs = asked.long ? JEST_LONG_MAX_MS + enduranceMs() : JEST_MAX_MS;
    const { code, timedOut } = await run(jest(args), {
      env: { ...jestEnv(), ...env },
      maxMs,
      quietStdout: true,
      isNice,
    });
    if (timedOut) fail(`jest was stopped after ${maxMs / 60_000} minutes`);
    else countJest(code, outputFile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An endurance run that was asked to be long may be, and what it wrote is read and replayed afterwards. */
function enduranceMs() {
  return 3 * 60_000 * Number(process.env['UPDRAFT_ENDURANCE_MINUTES'] ?? 2);
}

function countJest(code, outputFile) {
  let result;
  try {
    result = JSON.parse(readFileSync(outputFile, 'utf8'));
  } catch {
    fail(`jest ended with exit code ${code} and no result`);
    return;
  }
  // A suite that could not be loaded has no tests to count; it is one failure all the same.
  const broken = result.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.length,
  );
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + broken.length;
  total.skipped += result.numPendingTests + result.numTodoTests;
  for (const suite of result.testResults) {
    if (suite.status === 'failed') total.notes.push(relative(ROOT, suite.name));
  }
  if (code !== 0 && result.numFailedTests + broken.length === 0) fail(`jest ended with exit code ${code}`);
  const slowest = result.testResults
    .map((suite) => ({ name: relative(ROOT, suite.name), ms: suite.endTime - suite.startTime }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST_SHOWN)
    .map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
  if (!asked.only) console.log(`\nslowest:\n${slowest.map((each) => `  ${each}`).join('\n')}`);
}

// -------------------------------------------------------------------------------------------------- the last line

function report() {
  for (const { suites, reason } of services.missing) {
    if (strict) fail(`skipped: ${suites}, because ${reason}`);
    else console.log(`skipped: ${suites}, because ${reason}`);
  }
  if (interruptedBy) fail(`interrupted by ${interruptedBy}`);
  if (total.notes.length > 0) console.log(`\nfailed:\n${total.notes.map((note) => `  ${note}`).join('\n')}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${seconds(startedAt)}`);
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = interruptedBy ? 130 : total.failed > 0 ? 1 : 0;
}

/** Runs `node ARGS` with our output; resolves with how it ended, never rejects. */
function run(
  args,
  { env = process.env, capture = false, quietStdout = false, isNice = false, maxMs = JEST_MAX_MS },
) {
  const stdio = capture
    ? ['ignore', 'pipe', 'pipe']
    : ['ignore', quietStdout ? 'ignore' : 'inherit', 'inherit'];
  // By the command, so that every thread of it gives way, and not the first alone.
  const [command, ...before] =
    isNice && process.platform !== 'win32' ? ['nice', '-n', '19', process.execPath] : [process.execPath];
  const child = spawn(command, [...before, ...args], { cwd: ROOT, env, stdio });
  running.add(child);
  const text = { stdout: '', stderr: '' };
  let timedOut = false;
  for (const name of ['stdout', 'stderr']) child[name]?.on('data', (chunk) => (text[name] += chunk));
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, maxMs);
  return new Promise((resolve) => {
    child.on('error', () => resolve({ code: 127, timedOut, ...text }));
    child.on('close', (code) => resolve({ code: code ?? 1, timedOut, ...text }));
  }).finally(() => {
    clearTimeout(timer);
    running.delete(child);
  });
}

function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}
