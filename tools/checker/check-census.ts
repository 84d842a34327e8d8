import { sha256 } from './canonical-text.ts';
import { readLines, type EventLine, type ExportManifest } from './export-reader.ts';
import type { Findings } from './finding.ts';
import { localDate, type ZoneTransition } from './local-day.ts';
import { readStatistics, type StatisticsLine } from './read-statistics.ts';

// The census once more, as plainly as possible: a list of merchants per group, from the values that were said, and at
// each publication the whole list looked through. What is published must be as of midnight, or of now where it is the
// first under a bundle, without the value that leads to it where the group has waited for its turn since another day.
// Cuts of groups with more than 10,000 different values may be too high by a 256th.

interface Value {
  readonly writer: string;
  readonly sequence: number;
  readonly activation: number;
  readonly statistic: string;
  readonly group: string;
  readonly merchant: string;
  readonly before: number | null;
  readonly value: number | null;
}

interface Group {
  activation: number;
  /** Day of its first value under this activation. */
  since: string;
  values: Map<string, number>;
  /** As they were at the last midnight; null while nothing changed since. */
  atMidnight: Map<string, number> | null;
  changedOn: string;
  isPublished: boolean;
}

const EXACT_VALUES_MAX = 10_000;
const COARSE_PART = 256;

export async function checkCensus(dir: string, manifest: ExportManifest, findings: Findings): Promise<void> {
  const published = await readStatistics(dir, manifest, findings);
  let met = 0;
  for (let census = 0; census < manifest.genesis.treasuries; census += 1) {
    const book = createBook(findings);
    let offset = 0;
    for await (const line of readLines(dir, manifest, 'census', census, findings)) {
      const lines = published.get(`${census}/${offset}`) ?? [];
      if (lines.length > 0) met += 1;
      book.step(line, lines, `census ${census}/${offset}`);
      offset += 1;
    }
  }
  findings.expect(met === published.size, 'census', 'activity', () => {
    return `${published.size - met} publications stand there to which no record of the census led`;
  });
}

const VALUE = 'updraft.census.value.v1';
const COUNTED = 'updraft.census.counted.v1';

/** What is known of one partition of the census, record after record. */
export function createBook(findings: Findings) {
  const groups = new Map<string, Group>();
  const taken = new Map<string, string[]>();
  let nowMs = 0;
  let zone: readonly ZoneTransition[] = [];
  let settings = 0;

  function isNext({ writer, sequence }: Value, line: EventLine, where: string): boolean {
    const hashes = taken.get(writer) ?? [];
    taken.set(writer, hashes);
    const hash = sha256(line.value);
    const isNew = sequence === hashes.length + 1;
    findings.expect(isNew || hashes[sequence - 1] === hash, 'census', where, () => {
      return `${writer} says ${sequence} after ${hashes.length}, or says it otherwise than before`;
    });
    if (isNew) hashes.push(hash);
    return isNew;
  }

  function take(said: Value, where: string): void {
    const { activation, merchant, before, value } = said;
    const name = nameOf(said);
    const today = localDate(nowMs, zone);
    let known = groups.get(name);
    if (known === undefined || known.activation < activation) {
      known = {
        activation,
        since: today,
        values: new Map(),
        atMidnight: null,
        changedOn: today,
        isPublished: false,
      };
      groups.set(name, known);
    }
    if (known.activation > activation) return;
    const has = known.values.get(merchant) ?? null;
    findings.expect(
      has === before,
      'census',
      where,
      () => `${merchant} had ${has} in ${name}, not ${before}`,
    );
    if (known.atMidnight === null || known.changedOn < today) {
      known.atMidnight = new Map(known.values);
      known.changedOn = today;
    }
    if (value === null) known.values.delete(merchant);
    else known.values.set(merchant, value);
  }

  function publish(line: StatisticsLine, where: string): void {
    const name = nameOf(line);
    const known = groups.get(name);
    const isOfNobody = known === undefined || known.activation < line.activation;
    const isToday = known !== undefined && known.changedOn === localDate(nowMs, zone);
    const asOf = isOfNobody
      ? new Map<string, number>()
      : known.isPublished && isToday
        ? (known.atMidnight ?? known.values)
        : known.values;
    if (known !== undefined && !isOfNobody) known.isPublished = true;
    for (const what of faultsOf([...asOf.values()], line)) findings.add('census', where, `${name}: ${what}`);
  }

  /** A value of a group that nobody heard of yet, and that should have been published before this day's values. */
  function isMetWaiting(line: StatisticsLine, said: Value): boolean {
    const known = groups.get(nameOf(line));
    if (known === undefined || nameOf(line) !== nameOf(said)) return false;
    return known.activation === line.activation && !known.isPublished && known.since < localDate(nowMs, zone);
  }

  return {
    step(line: EventLine, published: readonly StatisticsLine[], where: string): void {
      let afterwards = published;
      const { type = 'undecodable', data = {} } = line.event ?? {};
      if (type === 'updraft.control.genesis.v1' || type === 'updraft.control.settings.v1') {
        const sequence = Number(data['sequence'] ?? 0);
        if (sequence > settings || type === 'updraft.control.genesis.v1')
          zone = (data['zoneTransitions'] as readonly ZoneTransition[] | undefined) ?? zone;
        settings = Math.max(settings, sequence);
        nowMs = Math.max(nowMs, Number(data['nowMs'] ?? 0));
      } else if (type === 'updraft.control.tick.v1') nowMs = Math.max(nowMs, Number(data['atMs']));
      else if (type === VALUE || type === COUNTED) {
        const said = data as unknown as Value;
        if (isNext(said, line, where) && type === VALUE) {
          const waiting = published.filter((each) => isMetWaiting(each, said));
          for (const each of waiting) publish(each, where);
          take(said, where);
          afterwards = published.filter((each) => !waiting.includes(each));
        }
      } else findings.add('census', where, `record of type ${type} is not known`);
      for (const each of afterwards) publish(each, where);
    },
  };
}

function nameOf({ statistic, group }: { readonly statistic: string; readonly group: string }): string {
  return `${statistic} ${group}`;
}

function faultsOf(values: readonly number[], { merchants, mean, cuts }: StatisticsLine): string[] {
  const found: string[] = [];
  if (values.length !== merchants) return [`${values.length} merchants, ${merchants} were published`];
  const sum = values.reduce((all, value) => all + BigInt(value), 0n);
  const count = BigInt(merchants);
  const low = merchants === 0 ? null : (sum - (((sum % count) + count) % count)) / count;
  if ((low === null ? null : Number(low)) !== mean) found.push(`the mean is ${low}, ${mean} was published`);
  const sorted = [...values].sort((a, b) => a - b);
  const isExact = new Set(values).size <= EXACT_VALUES_MAX;
  for (const { atBps, value } of cuts) {
    const last = sorted[Math.max(1, Math.ceil((atBps * merchants) / 10_000)) - 1];
    const cut = last === undefined ? null : last + 1;
    if (cut === value) continue;
    const excess = (value ?? NaN) - (cut ?? NaN);
    if (!isExact && excess > 0 && excess * COARSE_PART <= Math.abs(value!)) continue;
    found.push(`the cut at ${atBps} is ${cut}, ${value} was published`);
  }
  return found;
}
