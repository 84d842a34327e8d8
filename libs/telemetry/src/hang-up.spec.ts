import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { hangUp } from './hang-up.ts';

async function openServer(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  server.keepAliveTimeout = 72_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (answerMsMax: number): Promise<unknown> => {
    hangUp(server, answerMsMax);
    return new Promise((resolve) => server.close(resolve));
  };
  return { server, close, port: (server.address() as AddressInfo).port };
}

test('a request that is under way is answered, and its connection keeps nobody from closing', async () => {
  let answer: () => void = () => undefined;
  const { server, close, port } = await openServer((response) => (answer = () => response.end('metrics')));
  const agent = new Agent({ keepAlive: true });
  const asked = get({ port, host: '127.0.0.1', agent });
  await once(server, 'request');
  const closing = close(72_000);
  answer();
  const [answered] = (await once(asked, 'response')) as [IncomingMessage];
  const texts: Buffer[] = [];
  for await (const text of answered) texts.push(text as Buffer);
  expect(Buffer.concat(texts).toString()).toBe('metrics');
  await closing;
  agent.destroy();
});

test.each(['opened in advance', 'of a request that is never answered'])(
  'a connection %s is hung up on after the time for answers',
  async (kind) => {
    const { server, close, port } = await openServer(() => undefined);
    const socket = connect(port, '127.0.0.1');
    const gone = once(socket, 'close');
    await once(server, 'connection');
    if (kind !== 'opened in advance') {
      socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
      await once(server, 'request');
    }
    await close(100);
    await gone;
  },
);

test('nothing is left behind of a server that was never opened', () => {
  const server = createServer();
  hangUp(server);
  expect(server.listenerCount('close')).toBe(0);
});
