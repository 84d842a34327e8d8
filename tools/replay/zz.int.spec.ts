import { checkExport } from '#tools/checker/check-export';
import { findingLines } from '#tools/checker/finding';
import { openPlanting } from './planted-errors.ts';
test('x', async () => {
  const p = await openPlanting();
  const t = Date.now();
  const r = await p.checkStates(p.states);
  console.log(findingLines(r).map(l => l.slice(0, 400)).join('\n'), Date.now() - t);
  p.close();
}, 60000);
