import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { LogBatch, Logs, Subscription } from '#stream/log';
import type { ReadingControl } from './runner-ports.ts';

/** What a handler is told besides the batch. */
export interface BatchContext {
  readonly log: string;
  readonly partition: number;
}

/** What the transport tells its stage. */
interface Events extends Record<string, (...args: never[]) => void> {
  assigned: (partitions: readonly number[]) => void;
  revoked: (partitions: readonly number[]) => void;
}

/**
 * A transport for @nestjs/microservices that delivers batches of a log partition to `@EventPattern(log)` handlers.
 * Nest's stock Kafka transport is one record at a time with auto-commit, which neither sets a stage's pace nor its
 * position. A handler only queues the batch; positions are the stage's own, so nothing is committed here.
 */
export class BatchTransport extends Server<Events> implements CustomTransportStrategy, ReadingControl {
  override readonly transportId = Symbol('updraft-batch');
  override readonly propagatesEventHandlerErrors = true;
  private subscription: Subscription | null = null;
  private isClosed = false;
  private readonly listeners: Partial<Events> = {};

  constructor(
    private readonly logs: Logs,
    private readonly log: string,
    private readonly group: string,
    /** Told of an error that a handler let out, which is a bug. */
    private readonly onError: (error: unknown, batch: LogBatch) => void,
    /** Finishes what is under way while this member still owns its partitions. */
    private readonly beforeLeaving: () => Promise<void>,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.logs
      .subscribe(this.log, this.group, {
        assigned: (partitions) => this.listeners.assigned?.(partitions),
        revoked: (partitions) => this.listeners.revoked?.(partitions),
        batch: (batch) => this.deliver(batch),
      })
      .then(
        async (subscription) => {
          this.subscription = subscription;
          // Closed while it came: nobody else would leave.
          if (this.isClosed) await this.leave();
          callback();
        },
        (error: unknown) => callback(error),
      );
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.beforeLeaving();
    await this.leave();
  }

  private async leave(): Promise<void> {
    const { subscription } = this;
    this.subscription = null;
    await subscription?.close();
  }

  override on<Name extends keyof Events>(event: Name, listener: Events[Name]): void {
    this.listeners[event] = listener;
  }

  override unwrap<T>(): T {
    return this.subscription as T;
  }

  resume(partition: number, offset: number): void {
    this.subscription?.resume(partition, offset);
  }

  pause(partition: number): void {
    this.subscription?.pause(partition);
  }

  isMember(): boolean {
    return this.subscription?.isMember() ?? false;
  }

  private deliver(batch: LogBatch): void {
    const handler = this.messageHandlers.get(this.log);
    if (handler === undefined) throw new Error(`no @EventPattern handles ${this.log}`);
    const context: BatchContext = { log: batch.log, partition: batch.partition };
    handler(batch, context)
      .then((result) => (isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result))
      .catch((error: unknown) => this.onError(error, batch));
  }
}
