import type { Server } from 'node:http';

/** Who asked before the closing gets its answer within this time, ms. */
const ANSWER_MS_MAX = 3_000;
const LOOK_MS = 50;

/**
 * Call it where an HTTP server is about to close. Closing waits for every connection, and of itself hangs up only on
 * those that were idle at that moment: one that was being answered then, a scrape of the metrics for example, is kept
 * for its next request for as long as its keep-alive lasts, and one that was opened in advance for longer.
 */
export function hangUp(server: Server, answerMsMax = ANSWER_MS_MAX): void {
  if (!server.listening) return;
  const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  const giveUp = setTimeout(() => server.closeAllConnections(), answerMsMax);
  server.once('close', () => {
    clearInterval(looking);
    clearTimeout(giveUp);
  });
}
