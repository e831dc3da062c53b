import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lock, withLock } from "../../../tools/cli/lock";
import { UserError } from "../../../tools/cli/user-error";

describe("withLock", () => {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("runs one action at a time, logs that it waits, and releases the lock after an error", async () => {
    const file = join(folder, "a", "lock");
    const events: string[] = [];
    const visit = (name: string, fail = false) =>
      withLock(
        file,
        (line) => events.push(`${name} ${line.slice(0, 7)}`),
        async () => {
          events.push(`${name} in`);
          await new Promise((done) => setTimeout(done, 400));
          events.push(`${name} out`);
          if (fail) {
            throw new Error("failed");
          }
        },
      );
    const first = visit("a", true);
    await new Promise((done) => setTimeout(done, 200));
    const second = visit("b");
    await expect(first).rejects.toThrow("failed");
    await second;
    expect(events.filter((event) => !event.endsWith("waiting"))).toEqual(["a in", "a out", "b in", "b out"]);
  });

  it("shares a lock, and does not wait for one if the caller is in a hurry", async () => {
    const file = join(folder, "shared");
    const log = (): void => undefined;
    const users = [await Lock.take(file, log, { shared: true }), await Lock.take(file, log, { shared: true })];
    expect(await Lock.take(file, log, { immediate: true })).toBeUndefined();
    for (const user of users) await user?.release();
    const alone = await Lock.take(file, log, { immediate: true });
    expect(alone).toBeInstanceOf(Lock);
    await alone?.release();
  });

  it("names a file that cannot be locked", async () => {
    const locking = withLock(
      "/proc/none/lock",
      () => undefined,
      () => Promise.resolve(),
    );
    await expect(locking).rejects.toThrow(UserError);
    await expect(locking).rejects.toThrow("cannot lock /proc/none/lock");
  });
});
