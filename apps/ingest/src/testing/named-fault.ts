import type { Problem } from '#contracts/problem-list';

/** The faulty field is named with what stands in it, or something inside it is; every problem says its rule. */
export function isFaultNamed(
  fault: { readonly field: string; readonly value: string },
  problems: readonly Problem[],
): boolean {
  const isNamed = problems.some(({ field, value }) =>
    field === fault.field ? value === fault.value : field.startsWith(`${fault.field}/`),
  );
  return isNamed && problems.every(({ value, rule }) => value !== '' && rule !== '');
}
