// What a process says about itself. Live: it should not be killed. Ready: it does its work. A check that was
// declared and never set is not ready, so that forgetting to set one shows.

/** Injection token of the process's Health. */
export const HEALTH = Symbol('HEALTH');

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface HealthSnapshot {
  readonly ok: boolean;
  /** Those that are not ok, by name. */
  readonly failing: readonly Check[];
}

export class Health {
  readonly #ready = new Map<string, Check>();
  readonly #live = new Map<string, Check>();

  /** Names checks that must be set before the process is ready. */
  declare(...names: readonly string[]): void {
    for (const name of names) {
      if (!this.#ready.has(name)) this.#ready.set(name, { name, ok: false, detail: 'not started' });
    }
  }

  /** A readiness check, for example `partition 3` with `paused: step threw …`. */
  set(name: string, ok: boolean, detail = ''): void {
    this.#ready.set(name, { name, ok, detail });
  }

  /** A reason to be killed and started again, which readiness never is. */
  setLive(name: string, ok: boolean, detail = ''): void {
    this.#live.set(name, { name, ok, detail });
  }

  /** The check is no longer ours, for example a partition that went to another owner. */
  remove(name: string): void {
    this.#ready.delete(name);
  }

  live(): HealthSnapshot {
    return snapshot(this.#live);
  }

  ready(): HealthSnapshot {
    return snapshot(new Map([...this.#live, ...this.#ready]));
  }
}

function snapshot(checks: ReadonlyMap<string, Check>): HealthSnapshot {
  const failing = [...checks.values()].filter((check) => !check.ok);
  failing.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { ok: failing.length === 0, failing };
}
