import { jest } from '@jest/globals';
import { createEnding, type Endable } from './ending.ts';
import { createLog } from './log.ts';

class ProcessToEnd implements Endable {
  exitCode: number | string | null | undefined = undefined;
  /** With which codes it was ended by force. */
  readonly exits: (number | undefined)[] = [];
  private readonly listeners = new Map<string, () => void>();

  on(signal: string, listener: () => void): void {
    this.listeners.set(signal, listener);
  }
  exit(code?: number): void {
    this.exits.push(code);
  }
  getActiveResourcesInfo(): string[] {
    return ['TCPSocketWrap'];
  }
  signal(name: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): void {
    this.listeners.get(name)!();
  }
}

function begin() {
  const lines: string[] = [];
  const write = (line: string): void => {
    const { level, msg, step, left } = JSON.parse(line) as Record<string, string>;
    lines.push([level, msg, step ?? left].flat().filter(Boolean).join(' | '));
  };
  const ended = new ProcessToEnd();
  const ending = createEnding(createLog('test', { destination: { write } }), 'allocator', ended);
  const closed: string[] = [];
  const openIt = (step: string, close?: () => Promise<unknown>): void =>
    ending.opened(step, () => (closed.push(step), close?.() ?? Promise.resolve()));
  return { ending, ended, lines, closed, openIt };
}

const never = (): Promise<never> => new Promise(() => undefined);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('at a signal everything is closed in the opposite order, once, however many signals come', async () => {
  const { ended, closed, lines, openIt } = begin();
  openIt('database');
  openIt('partitions');
  ended.signal();
  ended.signal('SIGINT');
  await jest.advanceTimersByTimeAsync(1_000);
  expect(closed).toEqual(['partitions', 'database']);
  expect(lines).toEqual(['info | allocator is closing', 'info | allocator has closed']);
  expect([ended.exitCode, ended.exits]).toEqual([undefined, []]);
});

test('what takes long is named again and again, and the process ends before whoever asked it loses patience', async () => {
  const { ended, closed, lines, openIt } = begin();
  openIt('database');
  openIt('partitions', never);
  ended.signal();
  await jest.advanceTimersByTimeAsync(11_000);
  expect(lines.slice(1)).toEqual(Array(2).fill('warn | closing takes long | partitions'));
  expect(ended.exits).toEqual([]);
  await jest.advanceTimersByTimeAsync(15_000);
  expect(lines).toContain('fatal | allocator has not closed within 25000 ms and ends as it is | partitions');
  expect([ended.exits, closed]).toEqual([[1], ['partitions']]);
});

test('what is closed and still there says what keeps it, and ends', async () => {
  const { ended, lines } = begin();
  ended.signal();
  await jest.advanceTimersByTimeAsync(2_000);
  expect(lines.at(-1)).toBe('warn | allocator has closed and is still there: it ends | TCPSocketWrap');
  expect(ended.exits).toEqual([undefined]);
});

test('what fails to close is told, makes the process fail, and keeps nothing else open', async () => {
  const { ended, closed, lines, openIt } = begin();
  openIt('database');
  openIt('partitions', () => Promise.reject(new Error('no')));
  ended.signal();
  await jest.advanceTimersByTimeAsync(0);
  expect(closed).toEqual(['partitions', 'database']);
  expect([lines[1], ended.exitCode]).toEqual(['error | closing failed | partitions', 1]);
});

test('a signal that comes during the start closes what is open, what opens later, and is no failed start', async () => {
  const { ending, ended, closed, lines, openIt } = begin();
  openIt('database');
  ended.signal();
  await jest.advanceTimersByTimeAsync(0);
  expect(ending.isAsked()).toBe(true);
  openIt('partitions');
  await ending.failed(new Error('the database is closed'));
  expect(closed).toEqual(['database', 'partitions']);
  expect(lines.filter((line) => line.startsWith('fatal'))).toEqual([]);
  expect(ended.exitCode).toBeUndefined();
});

test('what did not start is closed in order, fails, and is gone after 10 s in any case', async () => {
  const { ending, ended, closed, lines, openIt } = begin();
  openIt('database');
  openIt('server', never);
  void ending.failed(new Error('the port is taken'));
  await jest.advanceTimersByTimeAsync(10_000);
  expect(lines[0]).toBe('fatal | allocator did not start');
  expect([closed, ended.exits, ended.exitCode]).toEqual([['server'], [1], 1]);
});
