import type {
  ContentExposed,
  ContentPublished,
  FansChanged,
  LiveEnded,
  LiveStarted,
  MessageAnswered,
  MessageReceived,
} from '#domain/events';
import { Amount, Flag, Id, InstantText, MayBeAbsent, OneOf } from './payload-rules.ts';

// Whom a merchant talks to: messages, live sessions, content, fans.

export class MessageReceivedPayload implements MessageReceived {
  @Id() readonly threadId!: string;
  @Flag() readonly isFirst!: boolean;
}

export class MessageAnsweredPayload implements MessageAnswered {
  @Id() readonly threadId!: string;
  @InstantText() readonly receivedAt!: string;
  @Flag() readonly isFirst!: boolean;
}

export class LiveStartedPayload implements LiveStarted {
  @Id() readonly sessionId!: string;
}

export class LiveEndedPayload implements LiveEnded {
  @Id() readonly sessionId!: string;
  @InstantText() readonly startedAt!: string;
  @Amount() readonly viewers!: number;
  @Amount() readonly visitors!: number;
  @Amount() readonly watchSeconds!: number;
  @Amount() readonly newFans!: number;
  @MayBeAbsent() @Amount() readonly gmvMinor?: number;
}

export class ContentPublishedPayload implements ContentPublished {
  @Id() readonly contentId!: string;
  @OneOf(['video', 'note', 'image', 'other']) readonly kind!: 'video' | 'note' | 'image' | 'other';
}

export class ContentExposedPayload implements ContentExposed {
  @Id() readonly contentId!: string;
  @Amount() readonly exposures!: number;
}

export class FansChangedPayload implements FansChanged {
  @Amount() readonly fans!: number;
  @MayBeAbsent() @Amount() readonly fansOffSite?: number;
}
