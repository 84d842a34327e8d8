import type { Entries } from './catalogue-entry.ts';
import {
  ContentExposedPayload,
  ContentPublishedPayload,
  FansChangedPayload,
  LiveEndedPayload,
  LiveStartedPayload,
  MessageAnsweredPayload,
  MessageReceivedPayload,
} from './audience.payload.ts';

export const AUDIENCE_ENTRIES = {
  'updraft.message.received.v1': {
    payload: MessageReceivedPayload,
    example: { threadId: 'thread-311', isFirst: true },
    description: 'A buyer wrote to the merchant; the time of the event is when the message came.',
  },
  'updraft.message.answered.v1': {
    payload: MessageAnsweredPayload,
    example: { threadId: 'thread-311', receivedAt: '2026-11-11T09:30:00.000Z', isFirst: true },
    description: 'The merchant answered a message of a buyer; the time of the event is when it answered.',
  },
  'updraft.live.started.v1': {
    payload: LiveStartedPayload,
    example: { sessionId: 'live-8812' },
    description: 'The merchant went live.',
  },
  'updraft.live.ended.v1': {
    payload: LiveEndedPayload,
    example: {
      sessionId: 'live-8812',
      startedAt: '2026-11-11T08:00:00.000Z',
      viewers: 5_210,
      visitors: 3_877,
      watchSeconds: 402_600,
      newFans: 61,
      gmvMinor: 1_840_000,
    },
    description: 'A live session is over, and this is what came of it.',
  },
  'updraft.content.published.v1': {
    payload: ContentPublishedPayload,
    example: { contentId: 'content-5520', kind: 'video' },
    description: 'The merchant published a video, a note, an image or something else.',
  },
  'updraft.content.exposed.v1': {
    payload: ContentExposedPayload,
    example: { contentId: 'content-5520', exposures: 12_400 },
    description: 'A piece of content has been shown this often since it was published.',
  },
  'updraft.fans.changed.v1': {
    payload: FansChangedPayload,
    example: { fans: 18_420, fansOffSite: 2_300 },
    description: 'The merchant has this many fans now.',
  },
} satisfies Entries;
