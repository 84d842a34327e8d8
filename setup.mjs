// Makes a clone ready to run: installs the locked dependencies and, with --build, compiles everything to dist/.
// It runs before anything is installed, so it uses nothing but Node. Both steps are skipped when their stamp says
// that nothing changed; two runs at once are safe, the second waits for the first.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const INSTALL_STAMP = join(ROOT, 'node_modules', '.setup');
const DIST = join(ROOT, 'dist');
const BUILD_STAMP = join(DIST, '.stamp');
const BUILD_INFO = join(DIST, '.tsbuildinfo');
const LOCK = join(ROOT, '.setup.lock');

const SOURCE_FOLDERS = ['apps', 'libs', 'sim', 'tools', 'bench'];
const BUILD_SETTINGS = ['tsconfig.dist.json', 'tsconfig.base.json', 'package.json', 'package-lock.json'];
const OUTPUT_SUFFIX = /\.js(\.map)?$/;

const NODE_MIN = [20, 19];
/** The holder touches its lock this often; one untouched for LOCK_STALE_MS has no holder. */
const LOCK_BEAT_MS = 2_000;
const LOCK_STALE_MS = 30_000;
const LOCK_RETRY_MS = 200;
const LOCK_WAIT_MAX_MS = 15 * 60_000;

/**
 * Brings the clone up to date; resolves with the exit code of the first step that failed, or 0. `say` gets one line
 * per step; `output` is where the output of npm and the compiler goes, 'stdout' or 'stderr'.
 */
export async function setUp({ build = false, say = console.log, output = 'stdout' } = {}) {
  if (!isNodeRecentEnough()) {
    console.error(`setup: Updraft needs Node ${NODE_MIN.join('.')} or newer; this is ${process.version}`);
    return 1;
  }
  if (isInstalled() && (!build || isBuilt())) return 0;
  const release = await takeLock(say);
  try {
    if (!isInstalled()) {
      const code = await install(say, output);
      if (code !== 0) return code;
    }
    return build && !isBuilt() ? await compile(say, output) : 0;
  } finally {
    release();
  }
}

function isNodeRecentEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
}

// ---------------------------------------------------------------------------------------------- dependencies

function isInstalled() {
  return readOr(INSTALL_STAMP) === installHash();
}

function installHash() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  return sha256([process.version, process.platform, process.arch, lock]);
}

async function install(say, output) {
  const startedAt = Date.now();
  say('setup: installing dependencies (npm ci)');
  rmSync(INSTALL_STAMP, { force: true });
  // --include=dev: the compiler is a development dependency and NODE_ENV=production would leave it out.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, ...prefix] = npmCommand();
  const code = await run(command, [...prefix, ...args], output);
  if (code !== 0) {
    console.error(`setup: npm ci failed with exit code ${code}`);
    return code;
  }
  writeFileSync(INSTALL_STAMP, installHash());
  say(`setup: dependencies installed in ${seconds(startedAt)}`);
  return 0;
}

/** The npm that started us, so that a version manager's choice holds; else the one on the path. */
function npmCommand() {
  const running = process.env['npm_execpath'];
  if (running?.endsWith('npm-cli.js') && existsSync(running)) return [process.execPath, running];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

// ------------------------------------------------------------------------------------------------------ dist

function isBuilt() {
  const stamp = readBuildStamp();
  return stamp?.sources === sourcesHash() && stamp.outputs === outputsHash();
}

/** Contents, not times: a checkout that changes nothing must not cost a build. */
function sourcesHash() {
  const files = BUILD_SETTINGS.map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  for (const folder of SOURCE_FOLDERS) files.push(...filesBelow(join(ROOT, folder), isSource));
  return hashOf(files, [process.version]);
}

/** `nest build` writes the same files: hashing them shows when dist no longer is what was compiled last. */
function outputsHash() {
  return hashOf(
    filesBelow(DIST, (name) => OUTPUT_SUFFIX.test(name)),
    [],
  );
}

function isSource(name) {
  return name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('.d.ts');
}

function readBuildStamp() {
  try {
    return JSON.parse(readOr(BUILD_STAMP) ?? 'null');
  } catch {
    return null;
  }
}

async function compile(say, output) {
  const startedAt = Date.now();
  const stamp = readBuildStamp();
  // The compiler's incremental record knows what it wrote, not what has happened to it since.
  if (stamp === null || stamp.outputs !== outputsHash()) rmSync(BUILD_INFO, { force: true });
  rmSync(BUILD_STAMP, { force: true });
  const sources = sourcesHash();
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await run(process.execPath, [tsc, '-p', 'tsconfig.dist.json'], output);
  if (code !== 0) {
    console.error(`setup: compiling to dist failed with exit code ${code}`);
    return code;
  }
  removeOrphans();
  writeFileSync(BUILD_STAMP, JSON.stringify({ sources, outputs: outputsHash() }));
  say(`setup: compiled to dist in ${seconds(startedAt)}`);
  return 0;
}

/** Output whose source is gone would still be found by an import: the compiler never deletes it. */
function removeOrphans() {
  for (const path of filesBelow(DIST, (name) => OUTPUT_SUFFIX.test(name))) {
    const source = join(ROOT, relative(DIST, path).replace(OUTPUT_SUFFIX, '.ts'));
    if (!existsSync(source)) rmSync(path);
  }
}

// ------------------------------------------------------------------------------------------------------ lock

/** A folder is the lock because creating one either succeeds or fails, for one process only. */
async function takeLock(say) {
  const giveUpAt = Date.now() + LOCK_WAIT_MAX_MS;
  let hasSaid = false;
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isLockStale()) dropStaleLock();
    else if (Date.now() > giveUpAt) throw new Error(`setup: ${LOCK} is still held; remove it if nobody runs`);
    else {
      if (!hasSaid) say('setup: another setup is running here, waiting for it');
      hasSaid = true;
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
  writeFileSync(join(LOCK, 'owner'), `${hostname()} ${process.pid}`);
  const beat = setInterval(() => touch(LOCK), LOCK_BEAT_MS);
  return () => {
    clearInterval(beat);
    rmSync(LOCK, { recursive: true, force: true });
  };
}

function isLockStale() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > LOCK_STALE_MS) return true;
  } catch {
    return false;
  }
  const [host, pid] = (readOr(join(LOCK, 'owner')) ?? '').split(' ');
  if (host !== hostname() || !Number(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Moves the lock aside before judging it again, so that a lock taken a moment ago is not deleted by mistake. */
function dropStaleLock() {
  const aside = `${LOCK}.${process.pid}`;
  const owner = readOr(join(LOCK, 'owner'));
  try {
    renameSync(LOCK, aside);
  } catch {
    return;
  }
  if (readOr(join(aside, 'owner')) !== owner && !existsSync(LOCK)) renameSync(aside, LOCK);
  else rmSync(aside, { recursive: true, force: true });
}

function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The lock was taken away: the other process believed us dead. Both then write the same files.
  }
}

// --------------------------------------------------------------------------------------------------- plumbing

/** Runs a command with our output and passes signals on; resolves with its exit code, 128 + n after a signal. */
function run(command, args, output) {
  const stdio = ['inherit', output === 'stderr' ? process.stderr : 'inherit', 'inherit'];
  const child = spawn(command, args, { cwd: ROOT, stdio, shell: command === 'npm.cmd' });
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', pass);
  process.on('SIGTERM', pass);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`setup: cannot start ${command}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  }).finally(() => {
    process.off('SIGINT', pass);
    process.off('SIGTERM', pass);
  });
}

function filesBelow(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(files, parts) {
  return sha256([...parts, ...files.flatMap((path) => [relative(ROOT, path), readFileSync(path)])]);
}

function sha256(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

function readOr(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}

if (process.argv[1] && fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) {
  const startedAt = Date.now();
  let worked = false;
  const say = (line) => {
    worked = true;
    console.log(line);
  };
  process.exitCode = await setUp({ build: process.argv.includes('--build'), say });
  if (process.exitCode === 0 && !worked) say(`setup: up to date (${seconds(startedAt)})`);
}
