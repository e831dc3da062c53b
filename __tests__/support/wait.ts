import { setTimeout as sleep } from "node:timers/promises";

/** Waits for a number of seconds. */
export async function pause(seconds: number): Promise<void> {
  await sleep(seconds * 1000);
}

/**
 * Waits until `find` returns a value, and returns the value. An error of `find` counts as "not yet".
 *
 * @param what the awaited event, for the error message
 * @throws if there is no value within `seconds`
 */
export async function eventually<T>(
  what: string,
  seconds: number,
  find: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await find();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await sleep(200);
  }
  throw new Error(`${what}: not within ${seconds} s${last instanceof Error ? ` (${last.message})` : ""}`);
}

/** Waits until a condition holds, as {@link eventually} does. */
export async function until(what: string, seconds: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(what, seconds, async () => ((await condition()) ? true : undefined));
}

/** Repeats a check until `task` ends, and returns the result of the task. Waits for the task even if a check fails. */
export async function during<T>(task: Promise<T>, check: () => Promise<unknown>): Promise<T> {
  const state = { ended: false };
  const settled = Promise.allSettled([task]).finally(() => (state.ended = true));
  try {
    while (!state.ended) await check();
  } finally {
    await settled;
  }
  return task;
}
