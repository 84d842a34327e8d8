import { patientAppends } from './patient-appends.ts';

const signal = new AbortController().signal;

test('what is not acknowledged in time is waited for again, and never written twice', async () => {
  const appends = patientAppends(20);
  const batch = [1];
  let [writes, acknowledge] = [0, (): void => undefined];
  const append = (): Promise<void> => {
    writes += 1;
    return new Promise((resolve) => (acknowledge = resolve));
  };
  await expect(appends(batch, append, signal)).rejects.toThrow('nothing was acknowledged within 0.02 s');
  const again = appends(batch, append, signal);
  acknowledge();
  await again;
  expect(writes).toBe(1);
});

test('what failed is written again', async () => {
  const appends = patientAppends();
  const batch = [1];
  await expect(appends(batch, () => Promise.reject(new Error('away')), signal)).rejects.toThrow('away');
  await appends(batch, async () => undefined, signal);
});

test('whoever is in a hurry is not kept waiting', async () => {
  const hurry = new AbortController();
  const waiting = patientAppends()([1], () => new Promise(() => undefined), hurry.signal);
  hurry.abort();
  await expect(waiting).rejects.toThrow('nothing was acknowledged');
});
