import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, isAtLeast, run, UserError, withLock } from "../../../tools/cli/common";

describe("versions", () => {
  test.each([
    ["go1.26.8", "1.26.0", true],
    ["go1.26rc1", "1.26", true],
    ["go1.9.7", "1.26.0", false],
    ["1.11.4", "1.5", true],
    ["v1.5.0-beta1", "1.5", true],
    ["1.4.9", "1.5", false],
    ["2", "1.5", true],
    ["1", "1.5", false],
    ["", "1.5", false],
  ])('"%s" at least %s: %s', (version, wanted, expected) => {
    expect(isAtLeast(version, wanted)).toBe(expected);
  });
});

describe("the cache folder", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test.each([
    [{ CDKTF_MONITORING_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "/xdg" }, "/xdg/cdktf-monitoring"],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "" }, join(homedir(), ".cache", "cdktf-monitoring")],
  ])("of %j is %s", (environment, expected) => {
    Object.assign(process.env, environment);
    expect(cacheDirectory()).toBe(expected);
  });
});

describe("running a program", () => {
  test("hands its lines over, the last one without a newline too", async () => {
    const lines: string[] = [];
    const result = await run("sh", ["-c", "cat; printf 'b\\nc'"], { input: "a\n", log: (line) => lines.push(line) });
    expect(result).toEqual({ code: 0, stdout: "a\nb\nc", stderr: "" });
    expect(lines).toEqual(["a", "b", "c"]);
  });

  test("is stopped when its time is over", async () => {
    await expect(run("sleep", ["60"], { timeout: 0.1 })).resolves.toEqual({ code: null, stdout: "", stderr: "" });
  });

  test("names the program that is missing", async () => {
    await expect(run("no-such-program", [])).rejects.toThrow(UserError);
    await expect(run("no-such-program", [])).rejects.toThrow("no-such-program can't be started");
  });
});

describe("a lock", () => {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("lets one in at a time, says so, and is free after an error", async () => {
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
});
