import type { ServerResponse } from 'node:http';
import type { DecisionFilter } from '#store/read/find-decisions';
import type { Sql } from '#store/sql';
import { refusalOf, unavailable } from '../http/refusal.ts';
import type { QueryRule } from '../http/query.ts';
import { DecisionStream, STREAM_LIMITS, type EventSink, type StreamLimits } from './decision-stream.ts';
import { readHeads, type DecisionTail } from './decision-tail.ts';
import { parseVector, type SequenceVector } from './sequence-vector.ts';

/** What a stream needs of fastify's reply. */
export interface StreamReply {
  readonly raw: ServerResponse;
  hijack(): void;
}

export interface ClientLimits extends StreamLimits {
  readonly clientsMax: number;
  /** A client that takes nothing for so long is let go; it resumes with its last event id. */
  readonly stalledMsMax: number;
}

export const CLIENT_LIMITS: ClientLimits = { ...STREAM_LIMITS, clientsMax: 64, stalledMsMax: 10_000 };

/** The open connections of the live stream. */
export class StreamClients {
  private readonly open = new Set<ServerResponse>();
  private readonly running = new Set<Promise<void>>();
  readonly fromRule: QueryRule<SequenceVector>;

  constructor(
    private readonly sql: Sql,
    private readonly tail: DecisionTail,
    private readonly partitions: number,
    private readonly limits: ClientLimits = CLIENT_LIMITS,
  ) {
    this.fromRule = {
      rule: `must be start, or an event id of this stream: ${partitions} sequence numbers joined by dots`,
      parse: (text) =>
        text === 'start'
          ? new Array<number>(partitions).fill(0)
          : (parseVector(text, partitions) ?? undefined),
    };
  }

  count(): number {
    return this.open.size;
  }

  /** Answers with the stream from `from`, or from now on. Rejects with a problem before the first byte. */
  async serve(reply: StreamReply, filter: DecisionFilter, from: SequenceVector | undefined): Promise<void> {
    if (this.open.size >= this.limits.clientsMax) {
      throw unavailable(`${this.open.size} clients follow the stream, which is the most there may be`, 10);
    }
    const response = reply.raw;
    this.open.add(response);
    let start: SequenceVector;
    try {
      start = from ?? (await readHeads(this.sql, this.partitions));
    } catch (error) {
      this.open.delete(response);
      throw refusalOf(error);
    }
    reply.hijack();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    const stream = new DecisionStream(
      this.sql,
      this.tail,
      new ResponseSink(response, this.limits.stalledMsMax),
      filter,
      start,
      this.limits,
    );
    response.once('close', () => stream.closed());
    const run = stream
      .run()
      // The database is away: the client comes back by itself, with the id of the last event it got.
      .catch(() => {})
      .finally(() => {
        this.open.delete(response);
        this.running.delete(run);
        response.destroy();
      });
    this.running.add(run);
  }

  async close(): Promise<void> {
    for (const response of this.open) response.destroy();
    await Promise.all(this.running);
  }
}

class ResponseSink implements EventSink {
  constructor(
    private readonly response: ServerResponse,
    private readonly stalledMsMax: number,
  ) {}

  isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** Waits while the client's buffers are full; what is queued for it meanwhile is bounded by the stream. */
  async write(text: string): Promise<boolean> {
    if (!this.isOpen()) return false;
    if (this.response.write(text)) return true;
    return new Promise((resolve) => {
      const done = (isTaken: boolean): void => {
        clearTimeout(timer);
        this.response.off('drain', drained);
        this.response.off('close', closed);
        resolve(isTaken);
      };
      const drained = (): void => done(true);
      const closed = (): void => done(false);
      const timer = setTimeout(closed, this.stalledMsMax);
      this.response.once('drain', drained);
      this.response.once('close', closed);
    });
  }
}
