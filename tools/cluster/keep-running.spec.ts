import { keepRunning, type Life } from './keep-running.ts';

const pauseMs = { min: 1, max: 4 };

/** A thing whose lives the test ends. */
function mortal(): { start: () => Promise<Life>; end: (how: string) => void; starts: () => number } {
  let end: (how: string) => void = () => undefined;
  let starts = 0;
  return {
    async start() {
      starts += 1;
      return { ended: new Promise<string>((resolve) => (end = resolve)) };
    },
    end: (how) => end(how),
    starts: () => starts,
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('keeping a process running', () => {
  test('one that ends unasked is started again, and it is said how it ended', async () => {
    const told: string[] = [];
    const thing = mortal();
    const first = await thing.start();
    const tell = (name: string, text: string): void => void told.push(`${name} ${text}`);
    const keeper = keepRunning({ name: 'scoring-1', start: thing.start, tell, pauseMs }, first);
    thing.end('ended by SIGKILL');
    await until(() => thing.starts() === 2);
    thing.end('ended with code 1');
    await until(() => thing.starts() === 3);
    await keeper.release();
    expect(told).toEqual([
      'scoring-1 ended by SIGKILL; starting it again in 0.0 s',
      'scoring-1 ended with code 1; starting it again in 0.0 s',
    ]);
  });

  test('a start that fails is tried again, with pauses that grow', async () => {
    const told: string[] = [];
    let tries = 0;
    const start = (): Promise<Life> => {
      tries += 1;
      return Promise.reject(new Error('port 8080 is taken'));
    };
    const tell = (_name: string, text: string): void => void told.push(text);
    const first = { ended: Promise.resolve('ended with code 1') };
    const pauses = { min: 10, max: 20 };
    const keeper = keepRunning({ name: 'ingest-1', start, tell, pauseMs: pauses }, first);
    await until(() => tries === 2);
    await keeper.release();
    expect(told.slice(0, 4)).toEqual([
      'ended with code 1; starting it again in 0.0 s',
      'did not start: port 8080 is taken',
      'is not there; starting it again in 0.0 s',
      'did not start: port 8080 is taken',
    ]);
  });

  test('once released it may end for good', async () => {
    const thing = mortal();
    const keeper = keepRunning(
      { name: 'console-1', start: thing.start, tell: () => undefined, pauseMs },
      await thing.start(),
    );
    await keeper.release();
    thing.end('ended with code 0');
    await new Promise((resolve) => setTimeout(resolve, pauseMs.max * 2));
    expect(thing.starts()).toBe(1);
  });
});
