import type { GrantKind } from '../outputs.ts';
import { SERVING_KINDS, type Benefit, type GrantSize, type Programme, type Stage } from './bundle.ts';
import { benefitName, benefitOf } from './read-benefit.ts';
import { conditionOf, type ConditionScope } from './read-condition.ts';
import { namesOf } from './read-names.ts';
import { UNITS_MAX, type Reader } from './reader.ts';

const KEYS = [
  'id',
  'names',
  'kind',
  'gives',
  'who',
  'need',
  'trainFirst',
  'revokeWhen',
  'comply',
  'clawBackWhen',
  'onRevoke',
  'account',
  'size',
  'duration',
  'settle',
  'coolDown',
  'limits',
  'grow',
  'stages',
  'renew',
  'exclusive',
  'floor',
];
/** What only means something where units are counted. */
const COUNTED = ['size', 'grow', 'stages', 'floor'];
const TIMES_MAX = 1_000_000;

/** A programme of a source; docs/guide/policies/reference.md says what may be left out, and what it is then. */
export function programmeOf(at: Reader, scope: ConditionScope): Programme {
  at.only(KEYS);
  const id = at.at('id').text();
  const kind = at.at('kind').choice([...SERVING_KINDS, 'limit'] as const);
  const benefit = benefitOf(at, kind);
  const account = accountNameOf(at, kind, benefit);
  const condition = (key: string, place: string) =>
    at.has(key) ? conditionOf(at.at(key), `${id}.${place}`, scope) : null;
  return {
    id,
    names: namesOf(at),
    kind,
    benefit,
    who: conditionOf(at.at('who'), `${id}.who`, scope),
    need: condition('need', 'need'),
    trainFirst: at.has('trainFirst') ? trainFirstOf(at.at('trainFirst')) : null,
    revokeWhen: condition('revokeWhen', 'revoke'),
    complyMs: complyOf(at),
    clawBackWhen: condition('clawBackWhen', 'clawBack'),
    onRevoke: at.has('onRevoke') ? effectsOf(at.at('onRevoke')) : [],
    account,
    size: account === null ? { fixed: 1 } : sizeOf(at.at('size')),
    durationMs: at.at('duration').durationMs(1),
    settleMs: account !== null || at.has('settle') ? at.at('settle').durationMs() : 0,
    coolDownMs: at.at('coolDown').durationMs(),
    ...limitsOf(at.at('limits'), account !== null),
    grow: at.has('grow') ? growOf(at.at('grow')) : null,
    stages: at.has('stages') ? stagesOf(at.at('stages'), id, scope) : [],
    renew: at.has('renew') ? renewOf(at.at('renew'), `${id}.renew`, scope) : null,
    exclusive: at.has('exclusive') ? at.at('exclusive').text() : null,
    floor: at.has('floor') ? floorOf(at.at('floor')) : null,
  };
}

/** Null where nothing is counted: only rights, quotas, branding and limits may go without an account. */
function accountNameOf(at: Reader, kind: GrantKind, benefit: Benefit): string | null {
  if (at.has('account')) return at.at('account').text();
  const name = benefitName(benefit);
  if (kind === 'traffic' || ['feeRelief', 'credit', 'service'].includes(name)) {
    at.at('account').fail(`must be named, because ${name} comes out of one`);
    // Read on as if it were there: what else is wrong would be hidden otherwise.
    return '';
  }
  for (const key of COUNTED) {
    if (at.has(key)) at.at(key).fail('must be left out without an account, because nothing is counted');
  }
  return null;
}

function limitsOf(
  at: Reader,
  isCounted: boolean,
): Pick<Programme, 'openingsMax' | 'perMerchantMax' | 'shrinkBelowBps'> {
  at.only(isCounted ? ['openings', 'perMerchant', 'shrinkBelow'] : ['openings']);
  return {
    openingsMax: at.at('openings').integer(1, TIMES_MAX),
    perMerchantMax: isCounted ? at.at('perMerchant').units(1) : UNITS_MAX,
    shrinkBelowBps: at.has('shrinkBelow') ? at.at('shrinkBelow').bps() : 0,
  };
}

function sizeOf(at: Reader): GrantSize {
  if (at.has('fixed')) {
    at.only(['fixed']);
    return { fixed: at.at('fixed').units(1) };
  }
  const follows = at.has('metric')
    ? {
        metric: at.at('metric').text(),
        per: at.has('per') ? at.at('per').units(1) : 1,
        times: at.has('times') ? at.at('times').units(1) : 1,
      }
    : { perHeadroom: at.at('perHeadroom').units(1) };
  at.only([...Object.keys(follows), 'minimum', 'maximum']);
  const size = {
    ...follows,
    minimum: at.at('minimum').units(1),
    maximum: at.at('maximum').units(1),
  };
  if (size.minimum > size.maximum) at.fail('minimum must not be above maximum');
  return size;
}

function complyOf(at: Reader): number {
  if (!at.has('comply')) return 0;
  if (!at.has('revokeWhen')) at.at('comply').fail('must be left out without revokeWhen');
  return at.at('comply').durationMs(1);
}

function trainFirstOf(at: Reader): Programme['trainFirst'] {
  at.only(['course', 'within']);
  return { course: at.at('course').text(), withinMs: at.at('within').durationMs(1) };
}

function effectsOf(at: Reader): readonly string[] {
  return at.list().map((effect) => effect.text());
}

function growOf(at: Reader): Programme['grow'] {
  at.only(['step', 'dwell']);
  return { stepBps: at.at('step').bps(10_000, 1), dwellMs: at.at('dwell').durationMs() };
}

function stagesOf(at: Reader, programme: string, scope: ConditionScope): readonly Stage[] {
  return at.list(1).map((stage) => stageOf(stage, programme, scope));
}

function stageOf(at: Reader, programme: string, scope: ConditionScope): Stage {
  at.only(['id', 'size', 'after', 'within', 'when', 'earned']);
  const id = at.at('id').text();
  const stage = {
    id,
    size: at.at('size').units(1),
    afterMs: at.has('after') ? at.at('after').durationMs() : 0,
    withinMs: at.has('within') ? at.at('within').durationMs(1) : null,
    when: at.has('when') ? conditionOf(at.at('when'), `${programme}.stage.${id}`, scope) : null,
    earned: at.has('earned') ? earnedOf(at.at('earned')) : null,
  };
  if (stage.withinMs !== null && stage.withinMs <= stage.afterMs) at.fail('within must be above after');
  return stage;
}

function earnedOf(at: Reader): Stage['earned'] {
  at.only(['by', 'atLeast', 'minimum']);
  return {
    by: at.at('by').choice(['clicks', 'orders'] as const),
    atLeastBps: at.at('atLeast').bps(),
    minimumExposures: at.at('minimum').units(1),
  };
}

function renewOf(at: Reader, place: string, scope: ConditionScope): Programme['renew'] {
  at.only(['when', 'times']);
  return {
    when: at.has('when') ? conditionOf(at.at('when'), place, scope) : null,
    timesMax: at.at('times').integer(1, TIMES_MAX),
  };
}

function floorOf(at: Reader): Programme['floor'] {
  at.only(['within', 'of']);
  const withinMs = at.at('within').durationMs(1);
  if (!at.has('of')) return { withinMs };
  const of = at.at('of').list(1);
  return { withinMs, of: of.map((kind) => kind.choice(SERVING_KINDS)) };
}
