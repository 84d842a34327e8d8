import type { Atom, Condition } from './condition.ts';
import type { Reader } from './reader.ts';

/** An atom without an id gets one from its place, so that it stays the same while its surroundings do. */
export function conditionOf(at: Reader, place: string): Condition {
  for (const join of ['all', 'any'] as const) {
    if (!at.has(join)) continue;
    at.only([join]);
    const parts = at
      .at(join)
      .list(1)
      .map((part, i) => conditionOf(part, `${place}.${i}`));
    return join === 'all' ? { all: parts } : { any: parts };
  }
  if (at.has('not')) {
    at.only(['not']);
    return { not: conditionOf(at.at('not'), `${place}.not`) };
  }
  return atomOf(at, at.has('id') ? at.at('id').text() : place);
}

function atomOf(at: Reader, id: string): Atom {
  if (at.has('metric')) {
    at.only(['id', 'metric', 'op', 'value']);
    const op = at.at('op').choice(['>=', '>', '<=', '<', '=', '!='] as const);
    return { id, metric: at.at('metric').text(), op, value: at.at('value').quantity() };
  }
  if (at.has('flag')) {
    at.only(['id', 'flag', 'is']);
    if (typeof at.at('is').value !== 'boolean') at.at('is').fail('must be true or false');
    return { id, flag: at.at('flag').choice(['known', 'closed'] as const), is: at.at('is').value === true };
  }
  for (const kind of ['tierAtLeast', 'training', 'tool', 'violation'] as const) {
    if (!at.has(kind)) continue;
    at.only(['id', kind]);
    return { id, [kind]: at.at(kind).text() } as Atom;
  }
  if (!at.has('survey')) {
    at.fail('must be one of all, any, not, metric, tierAtLeast, training, tool, violation, flag, survey');
    return { id, survey: '', is: '' };
  }
  at.only(at.has('isNot') ? ['id', 'survey', 'isNot'] : ['id', 'survey', 'is']);
  const survey = at.at('survey').text();
  return at.has('isNot')
    ? { id, survey, isNot: at.at('isNot').text() }
    : { id, survey, is: at.at('is').text() };
}
