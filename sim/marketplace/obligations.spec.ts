import { DAY_MS } from '#domain/time';
import { firstBy, grantsTo, halvesBy, OPTIONS, play, share, START_MS, told } from './aspects-fixture.ts';
import type { TrainingOffer } from './in-force.ts';
import { createMarketplace } from './marketplace.ts';

// What merchants learn and use, what is known of them, and what they owe.

const played = play({
  aspects: ['practice', 'standing', 'dues'],
  merchants: 120,
  days: 30,
  fraudPpm: 100_000,
});
const { truth } = played;
const merchantOf = ({ merchantId }: { readonly merchantId: string }): string => merchantId;
const personas = new Map(truth.map((merchant) => [merchant.merchantId, merchant]));
const byKnack = halvesBy(truth, ({ traits }) => traits.knackBps);

describe('a course', () => {
  const enrolled = firstBy(told(played, 'updraft.training.enrolled.v1'), merchantOf);
  const completed = told(played, 'updraft.training.completed.v1');

  test('that is finished was begun, and earned points', () => {
    expect(completed.length).toBeGreaterThan(20);
    for (const { merchantId, atMs, data } of completed) {
      expect(enrolled.get(merchantId)!.atMs).toBeLessThanOrEqual(atMs);
      expect(data.points).toBeGreaterThan(0);
    }
  });

  test('is failed by some, after they began and before they finished it', () => {
    const failed = told(played, 'updraft.training.failed.v1');
    const done = firstBy(completed, merchantOf);
    expect(failed.length).toBeGreaterThan(3);
    expect(failed.length).toBeLessThan(enrolled.size / 2);
    for (const { merchantId, atMs } of failed) {
      expect(atMs).toBeGreaterThan(enrolled.get(merchantId)!.atMs);
      expect(atMs).toBeLessThanOrEqual(done.get(merchantId)?.atMs ?? Infinity);
    }
  });

  test('leads some to an exam in the days after it', () => {
    const done = firstBy(completed, merchantOf);
    const passed = told(played, 'updraft.exam.passed.v1');
    expect(passed.length).toBeGreaterThan(10);
    expect(passed.length).toBeLessThan(completed.length);
    for (const { merchantId, atMs } of passed) {
      expect(atMs - done.get(merchantId)!.atMs).toBeLessThanOrEqual(5 * DAY_MS);
    }
  });

  test('that trade does not know is taken up by those who can learn, when it is offered', () => {
    const untilMs = START_MS + 14 * DAY_MS;
    const offers = truth.map(({ merchantId }): TrainingOffer => ({
      merchantId,
      programme: 'p',
      course: 'ads',
      untilMs,
    }));
    const taught = play({ aspects: ['practice'], merchants: 120, days: 30 }, [], offers);
    const done = told(taught, 'updraft.training.completed.v1').filter(({ data }) => data.course === 'ads');
    const diligent = truth.filter(
      ({ isTrainable, conduct }) => isTrainable && conduct.diligence === 'in-time',
    );
    const inTime = new Set(done.filter(({ atMs }) => atMs < untilMs).map(merchantOf));
    expect(diligent.length).toBeGreaterThan(20);
    expect(
      diligent.filter(
        ({ merchantId, opensAtMs }) => opensAtMs < START_MS + DAY_MS && !inTime.has(merchantId),
      ),
    ).toEqual([]);
    expect(done.filter(({ merchantId }) => !personas.get(merchantId)!.isTrainable)).toEqual([]);
  });
});

describe('what is granted', () => {
  const small = { ...OPTIONS, aspects: ['practice'] as const };
  const rights = grantsTo(truth.slice(0, 80), 'tool', { access: ['distribution'] }, 1);

  test('is taken up, used day by day, and dropped with its grant when it is a right', () => {
    const marketplace = createMarketplace(small);
    const during = marketplace.advance(START_MS + 10 * DAY_MS, rights);
    const after = marketplace.advance(START_MS + 20 * DAY_MS, []);
    const events = [...during, ...after];
    const own = <T extends { readonly data: { readonly tool: string } }>(all: readonly T[]): readonly T[] =>
      all.filter(({ data }) => data.tool === 'distribution');
    const adopted = firstBy(own(told({ events }, 'updraft.tool.adopted.v1')), merchantOf);
    const dropped = firstBy(own(told({ events }, 'updraft.tool.dropped.v1')), merchantOf);
    const used = own(told({ events }, 'updraft.tool.used.v1'));
    expect(adopted.size).toBeGreaterThan(30);
    expect([...adopted.keys()].filter((merchantId) => !dropped.has(merchantId))).toEqual([]);
    expect(used.length).toBeGreaterThan(3 * adopted.size);
    for (const { merchantId, atMs } of used) {
      expect(atMs).toBeGreaterThanOrEqual(adopted.get(merchantId)!.atMs);
      expect(atMs).toBeLessThan(dropped.get(merchantId)!.atMs);
    }
  });

  test('is counted up to its size, and never less than before, when it is a service or credit', () => {
    const all = [
      ...grantsTo(truth, 'service', { service: { what: 'sourcing' } }, 7),
      ...grantsTo(truth, 'value-added', { credit: { for: 'ads' } }, 5_000),
    ];
    const served = play({ aspects: ['practice'], merchants: 60 }, all);
    const counts = new Map<string, number>();
    for (const { data } of told(served, 'updraft.grant.used.v1')) {
      expect(data.used).toBeGreaterThan(counts.get(data.grantId) ?? 0);
      counts.set(data.grantId, data.used);
    }
    expect(Math.max(...[...counts].filter(([id]) => id.startsWith('service')).map(([, used]) => used))).toBe(
      7,
    );
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(5_000);
    const services = told(served, 'updraft.service.used.v1').filter(
      ({ data }) => data.service === 'sourcing',
    );
    expect(new Set(services.map(merchantOf)).size).toBeGreaterThan(50);
  });
});

describe('what a merchant is known for', () => {
  test('is verified in its first days where its papers are in order', () => {
    const verified = told(played, 'updraft.merchant.verified.v1');
    const licensed = truth.filter(({ traits }) => traits.isLicensed).map(merchantOf);
    expect(verified.map(merchantOf).sort()).toEqual([...licensed].sort());
    for (const { merchantId, atMs } of verified) {
      expect(atMs - personas.get(merchantId)!.opensAtMs).toBeLessThanOrEqual(3 * DAY_MS);
    }
  });

  test('is put right where it registered in a category that is not its own', () => {
    const wrong = told(played, 'updraft.merchant.registered.v1').filter(
      ({ merchantId, data }) => data.category !== personas.get(merchantId)!.category,
    );
    const changed = told(played, 'updraft.merchant.profile-changed.v1');
    const assigned = told(played, 'updraft.category.assigned.v1');
    const right = firstBy([...changed, ...assigned], merchantOf);
    expect(wrong.length).toBeGreaterThan(3);
    for (const { merchantId, atMs } of wrong) {
      const { category } = personas.get(merchantId)!;
      expect(right.get(merchantId)!.data.category).toBe(category);
      expect(right.get(merchantId)!.atMs).toBeGreaterThan(atMs);
    }
  });

  test('is certified where it is able, and no longer once it is not', () => {
    const granted = told(played, 'updraft.certification.granted.v1');
    const expired = told(played, 'updraft.certification.expired.v1');
    const of = (whose: ReadonlySet<string>): number =>
      granted.filter(({ merchantId }) => whose.has(merchantId)).length;
    expect(of(byKnack.high)).toBeGreaterThan(2 * of(byKnack.low));
    expect(expired.length).toBeGreaterThan(3);
    const first = firstBy(granted, (each) => `${each.merchantId} ${each.data.certification}`);
    for (const each of expired) {
      expect(first.get(`${each.merchantId} ${each.data.certification}`)!.atMs).toBeLessThan(each.atMs);
    }
  });

  test('stands against careless merchants more often, by number, until it is cleared', () => {
    const recorded = told(played, 'updraft.violation.recorded.v1');
    const { high, low } = halvesBy(truth, ({ qualityBps }) => qualityBps);
    const small = recorded.filter(({ data }) => data.violation !== 'fake-orders');
    const of = (whose: ReadonlySet<string>): number =>
      small.filter(({ merchantId }) => whose.has(merchantId)).length;
    expect(of(low)).toBeGreaterThan(of(high));
    const cases = firstBy(recorded, ({ data }) => data.violationId!);
    expect(cases.size).toBe(recorded.length);
    for (const { atMs, data } of told(played, 'updraft.violation.cleared.v1')) {
      if (data.violationId !== undefined) expect(cases.get(data.violationId)!.atMs).toBeLessThan(atMs);
    }
  });

  test('includes what it answers to every question of the survey', () => {
    const questions = [{ question: 'sign_up', answers: ['signed-up', 'no'] }];
    const asked = play({ aspects: ['standing'], terms: { questions } });
    const answers = told(asked, 'updraft.survey.answered.v1').map(({ data }) => data.answers['sign_up']!);
    expect(share(answers.filter((answer) => answer === 'signed-up').length, answers.length)).toBeCloseTo(
      0.75,
      0,
    );
    expect(new Set(answers)).toEqual(new Set(['signed-up', 'no']));
  });
});

describe('what a merchant owes', () => {
  test('is its deposit: paid in time by most, late by some, and by some never', () => {
    const due = told(played, 'updraft.deposit.due.v1');
    const paid = told(played, 'updraft.deposit.paid.v1');
    expect(due.length).toBeGreaterThan(30);
    for (const { merchantId, atMs, data } of due) {
      const own = paid.filter((each) => each.merchantId === merchantId);
      const sum = own.reduce((total, each) => total + each.data.amountMinor, 0);
      const { depositPaid } = personas.get(merchantId)!.traits;
      const last = own.at(-1)?.atMs ?? Infinity;
      expect(sum).toBe(depositPaid === 'never' ? 0 : data.amountMinor);
      expect(last > Date.parse(data.dueBy)).toBe(depositPaid !== 'in-time');
      expect(own.filter((each) => each.atMs < atMs)).toEqual([]);
    }
  });

  test('is commission, once a day and in proportion to what it sold', () => {
    const fees = told(played, 'updraft.fee.charged.v1').filter(({ data }) => data.kind === 'commission');
    const sales = told(played, 'updraft.order.paid.v1').reduce((sum, { data }) => sum + data.amountMinor, 0);
    const charged = fees.reduce((sum, { data }) => sum + data.amountMinor, 0);
    expect(share(charged, sales)).toBeGreaterThan(0.045);
    expect(share(charged, sales)).toBeLessThanOrEqual(0.05);
    const days = new Set(fees.map(({ merchantId, atMs }) => `${merchantId} ${Math.floor(atMs / DAY_MS)}`));
    expect(days.size).toBe(fees.length);
  });

  test('is less where commission is relieved', () => {
    const relief = grantsTo(truth, 'value-added', { feeRelief: { rateBps: 60 } }, 10_000_000);
    const commission = (grants: typeof relief): number =>
      told(play({ aspects: ['dues'] }, grants), 'updraft.fee.charged.v1')
        .filter(({ data }) => data.kind === 'commission')
        .reduce((sum, { data }) => sum + data.amountMinor, 0);
    expect(commission(relief)).toBeLessThan(0.5 * commission([]));
  });

  test('is a little for what it sold live', () => {
    const hosts = play({ aspects: ['audience', 'dues'], livePpm: 1_000_000, merchants: 40 });
    const live = told(hosts, 'updraft.live.ended.v1').reduce((sum, { data }) => sum + data.gmvMinor!, 0);
    const charged = told(hosts, 'updraft.fee.charged.v1')
      .filter(({ data }) => data.kind === 'content')
      .reduce((sum, { data }) => sum + data.amountMinor, 0);
    expect(share(charged, live)).toBeGreaterThan(0.008);
    expect(share(charged, live)).toBeLessThanOrEqual(0.01);
  });
});
