/** Wakes one waiting loop. Raised while nobody waits, it is remembered once, so that no work is slept over. */
export class Signal {
  private isRaised = false;
  private release: (() => void) | null = null;

  raise(): void {
    this.isRaised = true;
    this.release?.();
  }

  /** Resolves at the next raise or after `timeoutMs`, whichever is first; at once if it was raised meanwhile. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.isRaised) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.release = null;
    }
    this.isRaised = false;
  }
}
