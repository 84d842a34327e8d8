import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const KAFKA_VERSION = '4.1.1';
const JAVA_MAJOR_MIN = 17;
const MAVEN_TIMEOUT_MS = 300_000;

/** Whether this machine can run a broker from its published jars, and if not, what is missing. */
export function kafkaAvailable(): { readonly ok: boolean; readonly why: string } {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error !== undefined || java.status !== 0) return { ok: false, why: 'java is not installed' };
  const major = Number(/version "(\d+)/.exec(java.stderr)?.[1] ?? 0);
  if (major < JAVA_MAJOR_MIN) {
    return {
      ok: false,
      why: `java is version ${major}, Kafka ${KAFKA_VERSION} needs ${JAVA_MAJOR_MIN} or later`,
    };
  }
  if (existsSync(jarFolder()))
    return { ok: true, why: `java ${major}, jars of Kafka ${KAFKA_VERSION} at hand` };
  const maven = spawnSync('mvn', ['-v'], { encoding: 'utf8' });
  if (maven.error !== undefined || maven.status !== 0) {
    return { ok: false, why: `mvn is not installed (it fetches the jars of Kafka ${KAFKA_VERSION} once)` };
  }
  return { ok: true, why: `java ${major} and mvn` };
}

/** The class path of the broker. The first call lets Maven copy the jars (about 55 MB) into `.kafka/`. */
export function kafkaClassPath(): string {
  const folder = jarFolder();
  if (!existsSync(folder)) fetchJars(folder);
  return join(folder, '*');
}

function jarFolder(): string {
  return join(repositoryRoot(), '.kafka', `jars-${KAFKA_VERSION}`);
}

/** The nearest folder above with our pom: this file runs from the sources as well as from `dist/`. */
function repositoryRoot(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    if (existsSync(join(at, 'tools', 'kafka', 'pom.xml'))) return at;
    if (dirname(at) === at) throw new Error(`no tools/kafka/pom.xml above ${import.meta.dirname}`);
  }
}

/**
 * Copies into a folder of its own and renames it, so that an interrupted fetch is never taken for a whole
 * one.
 */
function fetchJars(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  const pom = join(repositoryRoot(), 'tools', 'kafka', 'pom.xml');
  const copied = spawnSync(
    'mvn',
    ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`],
    { encoding: 'utf8', timeout: MAVEN_TIMEOUT_MS },
  );
  if (copied.status !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(`mvn could not fetch the jars of Kafka: ${copied.stdout}${copied.stderr}`);
  }
  try {
    renameSync(partial, folder);
  } catch (error) {
    // Another process was quicker; its copy is as good.
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
