import type { Score, ScoreComponent } from './formula.ts';
import { conditionOf, type ConditionScope } from './read-condition.ts';
import type { Reader } from './reader.ts';

const SCALE_MAX = 1_000_000;

/** Weighted mean of linear components, with floors and deductions; its conditions are named by the metric's `id`. */
export function scoreOf(at: Reader, id: string, scope: ConditionScope): Score {
  at.only(['components', 'minimumWeight', 'scale', 'floors', 'deductions']);
  const list = (key: string): readonly Reader[] => (at.has(key) ? at.at(key).list(1) : []);
  return {
    components: at.at('components').list(1).map(componentOf),
    minimumWeightBps: at.at('minimumWeight').bps(),
    scale: at.has('scale') ? at.at('scale').integer(1, SCALE_MAX) : 10_000,
    floors: list('floors').map((floor, i) => {
      floor.only(['when', 'atLeast']);
      const when = conditionOf(floor.at('when'), `${id}.floor.${i}`, scope);
      return { when, atLeast: floor.at('atLeast').quantity() };
    }),
    deductions: list('deductions').map((deduction, i) => {
      deduction.only(['when', 'points']);
      const when = conditionOf(deduction.at('when'), `${id}.deduction.${i}`, scope);
      return { when, points: deduction.at('points').quantity() };
    }),
  };
}

function componentOf(at: Reader): ScoreComponent {
  at.only(['metric', 'weight', 'from', 'to']);
  const component = {
    metric: at.at('metric').text(),
    weightBps: at.at('weight').bps(10_000, 1),
    from: at.at('from').quantity(),
    to: at.at('to').quantity(),
  };
  if (component.from === component.to) at.fail('from and to must differ');
  return component;
}
