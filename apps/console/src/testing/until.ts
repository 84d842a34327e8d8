const UNTIL_MS = 15_000;
const LOOK_MS = 10;

/** Waits until it is so; a test that waits in vain fails by saying so. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + UNTIL_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not so within ${UNTIL_MS} ms: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
