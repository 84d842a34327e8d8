import { Health } from '#telemetry/health';
import { DiskFullError, watchDisk, type DiskWatch } from './disk-watch.ts';

const MIB = 1024 * 1024;

describe('the watch over the disk of the data directory', () => {
  let free = 0;
  let watch: DiskWatch | null = null;
  const health = new Health();
  const open = (): Promise<DiskWatch> =>
    watchDisk(
      { directory: 'data', freeBytesMin: 100 * MIB, lookMs: 1, freeBytes: () => Promise.resolve(free) },
      health,
    );
  const untilSeen = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        if (!holds()) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });

  afterEach(() => watch?.stop());

  test('lets in while there is room, closes while there is none, and opens again', async () => {
    free = 100 * MIB;
    watch = await open();
    expect(watch.full()).toBeNull();
    free = 99 * MIB;
    await untilSeen(() => watch!.full() !== null);
    expect(watch.full()).toBe('the disk of data has 99 MiB free, at least 100 MiB must be');
    expect(health.ready().failing).toEqual([expect.objectContaining({ name: 'disk', ok: false })]);
    free = 200 * MIB;
    await untilSeen(() => watch!.full() === null);
    expect(health.ready().ok).toBe(true);
  });

  test('refuses to start with too little room', async () => {
    free = 5 * MIB;
    await expect(open()).rejects.toThrow(DiskFullError);
  });

  test('knows the room of a real directory', async () => {
    watch = await watchDisk({ directory: '.', freeBytesMin: 1 }, health);
    expect(watch.full()).toBeNull();
    await expect(watchDisk({ directory: '.', freeBytesMin: 2 ** 60 }, health)).rejects.toThrow('MiB must be');
  });
});
