import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import { BINARY_CONTENT_TYPE } from './cloudevents-http.ts';
import { Door } from './door.ts';

/** Runs before the body is read, so that nobody fills the memory with what would be turned away. */
@Injectable()
export class DoorMiddleware implements NestMiddleware {
  constructor(private readonly door: Door) {}

  use(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    this.door.enter(request, response);
    // The parser of application/json belongs to the whole application and gives objects; here the bytes are needed,
    // to refuse what is not UTF-8 and to say what is wrong with what is not JSON.
    if (this.door.visitOf(request).mode === 'binary') request.headers['content-type'] = BINARY_CONTENT_TYPE;
    next();
  }
}
