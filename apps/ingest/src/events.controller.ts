import type { IncomingMessage } from 'node:http';
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { problem, ProblemError } from '#telemetry/problem';
import { eventsOf } from './cloudevents-http.ts';
import { Door, type EventResult } from './door.ts';

/** What is used of a Fastify request. */
interface EventRequest {
  readonly raw: IncomingMessage;
  readonly body: unknown;
}

export interface Receipt {
  readonly accepted: number;
  readonly refused: number;
  readonly results: readonly EventResult[];
}

/**
 * `POST /v1/events`. 202 when at least one event was accepted (or an empty batch asked for nothing): the results say
 * which. 400 when none was: a single event's problems, or a batch's results, are in the problem details.
 */
@Controller('v1/events')
export class EventsController {
  constructor(private readonly door: Door) {}

  @Post()
  @HttpCode(202)
  async post(@Req() request: EventRequest): Promise<Receipt> {
    const visit = this.door.visitOf(request.raw);
    try {
      if (visit.slot.isFree()) throw new ProblemError(problem(CLIENT_GONE, 'the client hung up'));
      if (Buffer.isBuffer(request.body)) visit.slot.resize(request.body.length);
      const events = eventsOf(visit.mode, request.raw.headers, request.body);
      const results = await this.door.accept(visit, events);
      const accepted = results.filter(({ status }) => status === 'accepted').length;
      if (accepted === 0 && results.length > 0) throw allRefused(visit.mode === 'batch', results);
      return { accepted, refused: results.length - accepted, results };
    } catch (error) {
      if (error instanceof ProblemError) this.door.turnedAway(error.problem.status);
      throw error;
    }
  }
}

/** Nobody reads this status; it keeps such requests apart in the metrics. */
const CLIENT_GONE = 499;

function allRefused(isBatch: boolean, results: readonly EventResult[]): ProblemError {
  if (isBatch) return new ProblemError(problem(400, 'every event of the batch was refused', { results }));
  const problems = results[0]?.problems ?? [];
  return new ProblemError(problem(400, 'the event was refused', { id: results[0]?.id ?? null, problems }));
}
