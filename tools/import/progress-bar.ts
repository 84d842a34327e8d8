/** Where progress is shown: a terminal redraws one line, anything else gets a line now and then. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ProgressBar {
  show(done: number, total: number, label: string): void;
  end(): void;
}

const BAR_CHARS = 28;
const REDRAW_MS = 100;
/** Without a terminal: a line at each tenth. */
const STEPS_WITHOUT_TERMINAL = 10;

export function createProgressBar(output: ProgressOutput, nowMs: () => number = Date.now): ProgressBar {
  let drawnAtMs = -Infinity;
  let step = -1;
  let isOpen = false;
  const line = (done: number, total: number, label: string): string => {
    const part = total === 0 ? 1 : done / total;
    const full = Math.floor(part * BAR_CHARS);
    const percent = String(Math.floor(part * 100)).padStart(3);
    return `[${'█'.repeat(full)}${'░'.repeat(BAR_CHARS - full)}] ${percent} %  ${done}/${total}  ${label}`;
  };
  return {
    show(done, total, label) {
      if (output.isTTY === true) {
        if (nowMs() - drawnAtMs < REDRAW_MS && done < total) return;
        drawnAtMs = nowMs();
        isOpen = true;
        output.write(`\r${line(done, total, label)}\u001b[K`);
        return;
      }
      const reached =
        total === 0 ? STEPS_WITHOUT_TERMINAL : Math.floor((done * STEPS_WITHOUT_TERMINAL) / total);
      if (reached === step) return;
      step = reached;
      output.write(`${line(done, total, label)}\n`);
    },
    end() {
      if (isOpen) output.write('\n');
      isOpen = false;
    },
  };
}
