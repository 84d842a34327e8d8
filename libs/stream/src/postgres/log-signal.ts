/** Tells the readers of this process that a log grew, so that they need not wait for their next poll. */
export class LogSignal {
  private readonly listeners = new Map<string, Set<() => void>>();

  notify(log: string): void {
    for (const listener of this.listeners.get(log) ?? []) listener();
  }

  /** Returns how to stop listening. */
  listen(log: string, listener: () => void): () => void {
    const listeners = this.listeners.get(log) ?? new Set();
    this.listeners.set(log, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(log) === listeners) this.listeners.delete(log);
    };
  }
}
