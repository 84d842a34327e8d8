// PGlite blocks the thread it runs on, so it gets this one. Plain JavaScript on purpose: jest (which compiles in
// memory) and dist run the very same file from the source tree, and no build step can leave a stale copy of it.
// pglite-socket passes the wire messages of its connections to the one session as they come; our pool has one
// connection, which is what keeps the messages of two statements apart.
import { openAsBlob } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const BEAT_MS = 1_000;
/** One in use, and one more so that a client whose connection broke can come back before the old one is gone. */
const CONNECTIONS_MAX = 2;

if (parentPort === null) throw new Error('pglite-worker runs in a worker thread only.');
const parent = parentPort;
const { dataDir, imagePath, cacheMb } = workerData;

const startedAt = performance.now();
const db = await PGlite.create({
  ...(dataDir === null ? {} : { dataDir: `file://${dataDir}` }),
  ...(imagePath === null ? {} : { loadDataDir: await openAsBlob(imagePath) }),
  startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${cacheMb}MB`],
});

let busySince = null;
let idleSince = performance.now();
const execute = db.execProtocolRawStream.bind(db);
// PostgreSQL's own errors travel inside the protocol. A rejection is the WebAssembly instance itself failing, after
// which pglite-socket never serves its queue again: the process has to know.
db.execProtocolRawStream = async (message, options) => {
  busySince = performance.now();
  try {
    return await execute(message, options);
  } catch (error) {
    parent.postMessage({ kind: 'failed', reason: String(error?.stack ?? error) });
    throw error;
  } finally {
    busySince = null;
    idleSince = performance.now();
  }
};

const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: CONNECTIONS_MAX });
await server.start();

const beat = setInterval(() => {
  const now = performance.now();
  parent.postMessage({
    kind: 'beat',
    busyMs: busySince === null ? 0 : now - busySince,
    idleMs: busySince === null ? now - idleSince : 0,
    inTransaction: db.isInTransaction(),
    queued: server.getStats().queuedQueries,
  });
}, BEAT_MS);

parent.on('message', (message) => {
  void (message.kind === 'dump' ? dump() : stop());
});
parent.postMessage({
  kind: 'ready',
  address: server.getServerConn(),
  startMs: performance.now() - startedAt,
});

async function dump() {
  try {
    const image = await db.dumpDataDir('none');
    parent.postMessage({ kind: 'dumped', image: new Uint8Array(await image.arrayBuffer()) });
  } catch (error) {
    parent.postMessage({ kind: 'failed', reason: `dump: ${String(error)}` });
  }
}

async function stop() {
  clearInterval(beat);
  await server.stop();
  await db.close();
  parent.postMessage({ kind: 'stopped' });
  parent.close();
}
