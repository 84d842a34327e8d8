import { DAY_MS } from '../../time.ts';
import { chainOf } from '../account-instance.ts';
import { leastSize, type Programme } from '../bundle.ts';
import type { Inquiry } from './advice.ts';
import { demandsOf, demandsToGrant, mostThatFits } from './fit.ts';
import { placedAtoms } from './placed.ts';
import { isPossible } from './possible.ts';
import { mayBeLost } from './ladder-rules.ts';

const ENDLESS_DAYS = 3_660;

export function adviseOnProgrammes(inquiry: Inquiry): void {
  for (const programme of inquiry.bundle.programmes) {
    adviseOnGranting(inquiry, programme);
    adviseOnSize(inquiry, programme);
    adviseOnStages(inquiry, programme);
    adviseOnRunning(inquiry, programme);
    adviseOnTierless(inquiry, programme);
  }
}

function adviseOnGranting({ world, advise }: Inquiry, programme: Programme): void {
  const { id, trainFirst, who } = programme;
  const at = `/programmes/${id}`;
  if (!isPossible(world, demandsOf(programme))) {
    const key = programme.need !== null && isPossible(world, [[who, 'true']]) ? 'need' : 'who';
    advise('programme-never-grants', `${at}/${key}`, id, `nobody can meet what ${id} asks`);
  } else if (!isPossible(world, demandsToGrant(programme))) {
    const key = programme.revokeWhen === null ? 'clawBackWhen' : 'revokeWhen';
    advise('programme-revoked-at-once', `${at}/${key}`, id, `whoever may have ${id} meets ${key} as well`);
  } else if (
    programme.renew?.when &&
    !isPossible(world, [...demandsOf(programme), [programme.renew.when, 'true']])
  ) {
    advise('condition-never-true', `${at}/renew/when`, id, `whoever may have ${id} never meets it`);
  }
  if (trainFirst === null) return;
  const trained = { id: '', training: trainFirst.course };
  if (!isPossible(world, [...demandsOf(programme), [trained, 'true']])) {
    const says = `whoever did ${trainFirst.course} may not have ${id}`;
    advise('train-first-barred', `${at}/trainFirst/course`, trainFirst.course, says);
  }
}

function adviseOnSize({ bundle, world, advise }: Inquiry, programme: Programme): void {
  const { id, account, size, perMerchantMax, openingsMax, shrinkBelowBps } = programme;
  const at = `/programmes/${id}`;
  if ('fixed' in size) {
    if (shrinkBelowBps > 0) {
      advise('shrink-no-effect', `${at}/limits/shrinkBelow`, shrinkBelowBps, `the size of ${id} is fixed`);
    }
  } else {
    const high = 'metric' in size ? (world.ranges.get(`metric:${size.metric}`)?.high ?? 0) : 0;
    const most = mostThatFits(bundle, programme, high);
    if (most < size.minimum) {
      const says = `the size of ${id} comes to ${most} at most`;
      advise('size-unreachable', `${at}/size/minimum`, size.minimum, says);
    }
  }
  if (account === null) return;
  const closed = chainOf(bundle.accounts, account).find(({ total }) => total === 0);
  if (closed !== undefined) {
    advise('account-closed', `${at}/account`, account, `${closed.id} has a total of 0`);
  }
  const least = leastSize(programme);
  if (openingsMax > 1 && (openingsMax - 1) * least >= perMerchantMax) {
    const says = `${perMerchantMax} units are used up after ${Math.floor(perMerchantMax / least)} openings of ${least}`;
    advise('openings-unused', `${at}/limits/openings`, openingsMax, says);
  }
}

function adviseOnStages({ bundle, advise, world }: Inquiry, programme: Programme): void {
  const { id, account, stages, durationMs, renew } = programme;
  const totals = account === null ? [] : chainOf(bundle.accounts, account).map(({ total }) => total);
  const total = Math.min(...totals);
  const lastsMs = durationMs * (1 + (renew?.timesMax ?? 0));
  let size = leastSize(programme);
  let afterMs = 0;
  for (const stage of stages) {
    const at = `/programmes/${id}/stages/${stage.id}`;
    size += stage.size;
    afterMs += stage.afterMs;
    if (total > 0 && size > total) {
      advise(
        'stage-unaffordable',
        `${at}/size`,
        stage.size,
        `${size} units are needed, and there are ${total}`,
      );
    }
    if (afterMs >= lastsMs) {
      const says = `it can begin after ${afterMs / DAY_MS} days, and the grant runs ${lastsMs / DAY_MS}`;
      advise('stage-too-late', `${at}/after`, stage.afterMs / DAY_MS, says);
    }
    const { clawBackWhen, revokeWhen } = programme;
    const against = [clawBackWhen, revokeWhen].filter((each) => each !== null);
    const isOpen = isPossible(world, [
      [stage.when, 'true'],
      ...against.map((each) => [each, 'not-true'] as const),
    ]);
    if (stage.when !== null && !isOpen) {
      advise('condition-never-true', `${at}/when`, stage.id, `a grant that is not revoked never meets it`);
    }
  }
}

function adviseOnRunning({ advise }: Inquiry, { id, complyMs, durationMs, renew }: Programme): void {
  const at = `/programmes/${id}`;
  const lastsMs = durationMs * (1 + (renew?.timesMax ?? 0));
  if (complyMs >= lastsMs) {
    const says = `${id} runs ${lastsMs / DAY_MS} days, and there are ${complyMs / DAY_MS} to make good`;
    advise('comply-beyond-duration', `${at}/comply`, complyMs / DAY_MS, says);
  }
  if (renew !== null && lastsMs > ENDLESS_DAYS * DAY_MS) {
    const says = `a grant of ${id} can run for ${Math.floor(lastsMs / DAY_MS)} days`;
    advise('renew-endless', `${at}/renew/times`, renew.timesMax, says);
  }
}

/** Of a tier that must not be lost, what becomes of who has none at all must be said. */
function adviseOnTierless({ bundle, world, advise }: Inquiry, { id, revokeWhen }: Programme): void {
  if (revokeWhen === null) return;
  const losable = new Set(bundle.ladders.filter((each) => mayBeLost(each, world)).map((each) => each.id));
  const at = `/programmes/${id}/revokeWhen`;
  for (const { field, condition: atom } of placedAtoms({ field: at, condition: revokeWhen })) {
    const isLost =
      field
        .slice(at.length)
        .split('/')
        .filter((key) => key === 'not').length %
        2 ===
      1;
    if (!isLost || !('tierAtLeast' in atom) || atom.missing !== null) continue;
    if (!losable.has(atom.ladder)) continue;
    advise(
      'revoke-spares-tierless',
      field,
      atom.tierAtLeast,
      `who has no tier of ${atom.ladder} keeps ${id}`,
    );
  }
}
