import TestSequencer from '@jest/test-sequencer';
import { relative } from 'node:path';

// Two workers are done soonest when whatever takes long comes first. Jest orders by what it remembers of earlier runs,
// and a fresh clone remembers nothing: there it goes by the size of the file, which says little. So the longest are
// named here, the longest first; all others follow in Jest's order.

export const LONGEST = [
  'libs/domain/src/testing/ten-thousand-policies.long.spec.ts',
  'tools/e2e/pack-seasons-on-servers.long.spec.ts',
  'tools/e2e/pack-seasons.long.spec.ts',
  'sim/marketplace/season-outcome.long.spec.ts',
  'tools/house/nest-build.long.spec.ts',
  'sim/marketplace/season-spend.long.spec.ts',
  'sim/fault/simulation.spec.ts',
  'tools/e2e/shadow.e2e.spec.ts',
  'tools/e2e/start.e2e.spec.ts',
  'sim/marketplace/pack-seasons.spec.ts',
  'tools/cli/cli.int.spec.ts',
];

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path, context }) => {
      const at = LONGEST.indexOf(relative(context.config.rootDir, path));
      return at === -1 ? LONGEST.length : at;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
