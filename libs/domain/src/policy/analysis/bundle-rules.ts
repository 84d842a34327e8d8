import { byCodeUnit } from '../../canonical.ts';
import { isPeriod, type Rhythm } from '../calendar.ts';
import { conditionsIn, type Names } from '../bundle.ts';
import { atomsOf } from '../condition.ts';
import type { Window } from '../formula.ts';
import { readBy } from '../order.ts';
import { windowOf } from './fact-history.ts';
import type { Inquiry } from './advice.ts';

/** What nothing uses, and names that are missing. */
export function adviseOnWhole(inquiry: Inquiry): void {
  adviseOnUnused(inquiry);
  adviseOnNames(inquiry);
}

function adviseOnUnused({ bundle, advise }: Inquiry): void {
  const { metrics, ladders, calendars, accounts, programmes, capacity, mainLadder } = bundle;
  const atoms = conditionsIn(bundle).flatMap(atomsOf);
  const read = new Set<string>([
    ...metrics.flatMap(readBy),
    ...atoms.flatMap((atom) => ('metric' in atom ? [atom.metric] : [])),
    ...atoms.flatMap((atom) => ('than' in atom ? [atom.than] : [])),
    ...ladders.flatMap(({ by }) => (by === null ? [] : [by])),
    ...programmes.flatMap(({ size }) => ('metric' in size ? [size.metric] : [])),
    ...(capacity.replies === null ? [] : [capacity.replies.metric]),
  ]);
  for (const { id } of metrics) {
    if (!read.has(id)) advise('metric-unused', `/metrics/${id}`, id, `nothing reads ${id}`);
  }
  const asked = new Set(atoms.flatMap((atom) => ('ladder' in atom ? [atom.ladder] : [])));
  for (const { id } of ladders) {
    const isShown = id === mainLadder && programmes.length === 0;
    if (!asked.has(id) && !isShown) advise('ladder-unused', `/ladders/${id}`, id, `nothing asks about ${id}`);
  }
  const followed = new Set<string>([
    ...ladders.flatMap(({ calendar }) => (calendar === null ? [] : [calendar])),
    ...metrics.flatMap(({ formula }) => ('held' in formula ? [formula.on] : [])),
    ...atoms.flatMap((atom) => ('during' in atom ? [atom.during] : [])),
  ]);
  const days = metrics.flatMap(({ formula }) => fixedDays(windowOf(formula)));
  for (const calendar of calendars) {
    const { id } = calendar;
    // A window `during` a period is only its days once it is compiled.
    const isInWindow = isPeriod(calendar) && days.includes(daysOf(calendar.rhythm));
    if (!followed.has(id) && !isInWindow)
      advise('calendar-unused', `/calendars/${id}`, id, `nothing follows ${id}`);
  }
  const paying = new Set(programmes.flatMap(({ account }) => (account === null ? [] : [account])));
  const around = new Set(accounts.flatMap(({ within }) => (within === null ? [] : [within])));
  for (const { id } of accounts) {
    if (paying.has(id) || around.has(id)) continue;
    advise('account-unused', `/accounts/${id}`, id, `no programme is paid from ${id}`);
  }
}

/** A language that more than half of the names have is one that all should have. */
function adviseOnNames({ bundle, advise }: Inquiry): void {
  const { metrics, ladders, calendars, accounts, programmes } = bundle;
  const named: (readonly [string, Names])[] = [['/names', bundle.names]];
  const lists = { metrics, ladders, calendars, accounts, programmes };
  for (const [key, list] of Object.entries(lists)) {
    for (const { id, names } of list) named.push([`/${key}/${id}/names`, names]);
  }
  for (const { id, tiers } of ladders) {
    for (const tier of tiers) named.push([`/ladders/${id}/tiers/${tier.id}/names`, tier.names]);
  }
  const languages = new Set(named.flatMap(([, names]) => Object.keys(names)));
  for (const language of [...languages].sort(byCodeUnit)) {
    const without = named.filter(([, names]) => !Object.hasOwn(names, language));
    if (without.length * 2 >= named.length) continue;
    for (const [field, names] of without) {
      advise('name-missing', field, names['en'] ?? '', `there is no name in ${language}`);
    }
  }
}

function daysOf(rhythm: Rhythm): string {
  return 'toDay' in rhythm ? `${rhythm.fromDay}-${rhythm.toDay}` : '';
}

function fixedDays(window: Window | null): readonly string[] {
  if (window === null) return [];
  if ('firstOf' in window) return window.firstOf.flatMap((each) => fixedDays(each.window));
  if ('weighted' in window) return window.weighted.flatMap((each) => fixedDays(each.window));
  return 'fromDay' in window ? [`${window.fromDay}-${window.toDay}`] : [];
}
