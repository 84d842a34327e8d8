import { encodeFrame, FieldReader, FieldWriter, FRAME_BYTES_MAX, readFrames, type Frame } from './frame.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function framesOf(bytes: Buffer, size: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const { kind, body } of readFrames(chunksOf(bytes, size))) {
    frames.push({ kind, body: Buffer.from(body) });
  }
  return frames;
}

const SENT: readonly Frame[] = [
  { kind: 'A', body: Buffer.from('first') },
  { kind: 'B', body: Buffer.alloc(0) },
  { kind: 'C', body: Buffer.alloc(5_000, 'x') },
  { kind: 'D', body: Buffer.from('商家', 'utf8') },
];
const BYTES = Buffer.concat(SENT.map(({ kind, body }) => encodeFrame(kind, body)));

test.each([1, 2, 3, 7, 4096, 1_000_000])('frames survive a pipe that cuts every %p bytes', async (size) => {
  expect(await framesOf(BYTES, size)).toEqual(SENT);
});

test('a stream that ends inside a frame is an error and not a short frame', async () => {
  await expect(framesOf(BYTES.subarray(0, -1), 64)).rejects.toThrow('ended inside a frame');
  await expect(framesOf(BYTES.subarray(0, 2), 64)).rejects.toThrow('ended inside a frame');
});

test('a length that no frame of ours has is refused before memory is set aside for it', async () => {
  await expect(framesOf(Buffer.from('GET / HTTP/1.1\r\n'), 64)).rejects.toThrow('must be from 1 to');
  await expect(framesOf(Buffer.alloc(4), 64)).rejects.toThrow('frame length 0');
  expect(() => encodeFrame('A', Buffer.alloc(FRAME_BYTES_MAX))).toThrow('must not exceed');
});

test('fields come back as they were put, and null is not the empty text', () => {
  const writer = new FieldWriter();
  const fields = ['', null, 'a', '商家', 'x'.repeat(70_000)];
  for (const field of fields) writer.put(field);
  const size = writer.size;
  const body = writer.take();
  expect(body).toHaveLength(size);
  expect(writer.size).toBe(0);
  const reader = new FieldReader(body);
  expect(fields.map(() => reader.text())).toEqual(fields);
  expect(reader.isAtEnd).toBe(true);
});

test('a field that reaches beyond its frame is an error', () => {
  const writer = new FieldWriter();
  writer.put('abcdef');
  const reader = new FieldReader(writer.take().subarray(0, 7));
  expect(() => reader.bytes()).toThrow('reaches beyond its frame');
});
