import { createServer } from 'node:net';
import { CommandError } from '#tools/cli/command-error';

/** Said at once, and not after long work: the door opens last. */
export async function refuseTakenPort(host: string, port: number, option: string): Promise<void> {
  const probe = createServer();
  const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    probe.once('error', resolve).listen(port, host, () => resolve(null));
  });
  await new Promise((resolve) => probe.close(resolve));
  if (failure === null) return;
  const why = failure.code === 'EADDRINUSE' ? 'is taken' : `cannot be opened (${failure.message})`;
  throw new CommandError(`port ${port} on ${host} ${why}: choose another with ${option}`);
}
