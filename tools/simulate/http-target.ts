import { CommandError } from '#tools/cli/command-error';
import { postBatch } from '#tools/door/post-batch';
import { why } from './open-loop.ts';
import type { Target } from './target.ts';

/** `POST /v1/events` of a running Updraft. */
export function httpTarget(url: string, token: string): Target {
  return {
    name: url,
    knock: () => knock(url, token),
    send: (events, signal) => postBatch(url, token, events, signal),
    close: async () => undefined,
  };
}

/** An empty batch asks for nothing, and is answered by whoever would take more. */
async function knock(url: string, token: string): Promise<void> {
  const answer = await postBatch(url, token, []).catch((error: unknown) => {
    const reason = why(error as Error);
    throw new CommandError(
      `nobody answers at ${url} (${reason}): start one with updraft start, or say where with --url`,
    );
  });
  if (answer.kind !== 'denied') return;
  const { status, text } = answer;
  if (status === 401 || status === 403) {
    throw new CommandError(
      `${url} does not take this token (${status}): --data must be the directory of the running Updraft, ` +
        'or UPDRAFT_TOKEN the token of a producer',
    );
  }
  throw new CommandError(`${url} is no door of Updraft: it answered ${status} ${text.slice(0, 100)}`);
}
