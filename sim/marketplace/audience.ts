import type { Aspect, Scene } from './aspect.ts';
import { content } from './content.ts';
import { createFollowing } from './fans.ts';
import { liveSessions } from './live-sessions.ts';

/** Whom a merchant talks to: live sessions and content bring fans, and fans come to both. */
export function audience(scene: Scene): Aspect {
  const following = createFollowing(scene);
  const sessions = liveSessions(scene, following);
  const pieces = content(scene, following);
  return {
    hears: sessions.hears ?? {},
    playHour(shop, hour) {
      sessions.playHour?.(shop, hour);
      pieces.playHour?.(shop, hour);
      following.playHour(shop, hour);
    },
  };
}
