// Length-prefixed frames on a pipe: four bytes big-endian for the length of what follows, one byte for the kind, then
// the body. Inside a body, fields are length-prefixed in the same way.

export interface Frame {
  readonly kind: string;
  readonly body: Buffer;
}

/** Larger than any batch that we send; a length beyond it means that the pipe carries something else. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024;
const PREFIX_BYTES = 4;
const ABSENT = 0xffffffff;

/** `kind` is one ASCII character. */
export function encodeFrame(kind: string, body: Uint8Array): Buffer {
  const length = 1 + body.length;
  if (length > FRAME_BYTES_MAX) {
    throw new Error(`frame ${kind}: ${length} bytes must not exceed ${FRAME_BYTES_MAX}`);
  }
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length);
  frame.writeUInt32BE(length);
  frame.writeUInt8(kind.charCodeAt(0), PREFIX_BYTES);
  frame.set(body, PREFIX_BYTES + 1);
  return frame;
}

export function jsonFrame(kind: string, value: unknown): Buffer {
  return encodeFrame(kind, Buffer.from(JSON.stringify(value)));
}

/** The frames of a stream of chunks, however the pipe cut them. A stream that ends inside a frame is an error. */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame, void, undefined> {
  let parts: Buffer[] = [];
  let buffered = 0;
  let wanted = PREFIX_BYTES;
  for await (const chunk of chunks) {
    parts.push(chunk);
    buffered += chunk.length;
    if (buffered < wanted) continue;
    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    wanted = PREFIX_BYTES;
    while (bytes.length >= PREFIX_BYTES) {
      const length = bytes.readUInt32BE();
      if (length < 1 || length > FRAME_BYTES_MAX) {
        throw new Error(`frame length ${length} must be from 1 to ${FRAME_BYTES_MAX}`);
      }
      wanted = PREFIX_BYTES + length;
      if (bytes.length < wanted) break;
      const kind = String.fromCharCode(bytes.readUInt8(PREFIX_BYTES));
      yield { kind, body: bytes.subarray(PREFIX_BYTES + 1, wanted) };
      bytes = bytes.subarray(wanted);
      wanted = PREFIX_BYTES;
    }
    parts = bytes.length === 0 ? [] : [bytes];
    buffered = bytes.length;
  }
  if (buffered > 0) throw new Error(`the stream ended inside a frame, after ${buffered} of its bytes`);
}

/** Collects length-prefixed fields into the body of a frame. */
export class FieldWriter {
  private readonly parts: Buffer[] = [];
  private bytes = 0;

  get size(): number {
    return this.bytes;
  }

  put(field: string | Uint8Array | null): void {
    const length = Buffer.allocUnsafe(PREFIX_BYTES);
    if (field === null) {
      length.writeUInt32BE(ABSENT);
      this.push(length);
      return;
    }
    const content = Buffer.from(field as string);
    length.writeUInt32BE(content.length);
    this.push(length);
    this.push(content);
  }

  take(): Buffer {
    const body = Buffer.concat(this.parts, this.bytes);
    this.parts.length = 0;
    this.bytes = 0;
    return body;
  }

  private push(part: Buffer): void {
    this.parts.push(part);
    this.bytes += part.length;
  }
}

/** Reads back what a FieldWriter wrote. */
export class FieldReader {
  private at = 0;
  private readonly body: Buffer;

  constructor(body: Buffer) {
    this.body = body;
  }

  get isAtEnd(): boolean {
    return this.at >= this.body.length;
  }

  bytes(): Buffer | null {
    const length = this.body.readUInt32BE(this.at);
    this.at += PREFIX_BYTES;
    if (length === ABSENT) return null;
    const end = this.at + length;
    if (end > this.body.length) throw new Error(`a field of ${length} bytes reaches beyond its frame`);
    const field = this.body.subarray(this.at, end);
    this.at = end;
    return field;
  }

  text(): string | null {
    return this.bytes()?.toString('utf8') ?? null;
  }
}
