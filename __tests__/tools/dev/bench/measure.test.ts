import { tmpdir } from "node:os";
import { UserError } from "../../../../tools/cli/common";
import { Interruption } from "../../../../tools/dev/bench/interruption";
import { measure } from "../../../../tools/dev/bench/measure";

const place = { cwd: tmpdir(), environment: { BENCH_WORD: "hello" } };

describe("measuring a command", () => {
  test("tells what it took, with what it waited for, and what it printed and when", async () => {
    const { seconds, cpu, lines } = await measure(["sh", "-c", 'echo "$BENCH_WORD"; sleep 0.1; echo there >&2'], place);
    expect(lines.map(({ text }) => text)).toEqual(["hello", "there"]);
    const [first, second] = lines.map(({ at }) => at);
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    expect(seconds).toBeGreaterThanOrEqual(0.1);
    expect(cpu).toBeGreaterThan(0);
  });

  test("throws what it said when it fails", async () => {
    const failing = measure(["sh", "-c", "echo because; exit 3"], place);
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(/^sh -c .* failed:\nbecause$/);
  });

  test("throws what is wrong when it can't be started", async () => {
    const missing = measure(["no-such-program"], place);
    await expect(missing).rejects.toThrow(UserError);
    await expect(missing).rejects.toThrow(/^no-such-program failed:\n.*No such file or directory/s);
  });
});

describe("an interruption", () => {
  const told: string[] = [];
  const interruption = new Interruption(() => told.push("told"));
  afterAll(() => {
    interruption.end();
  });

  test("is told to the command that is under way, once, and ends what comes after it", async () => {
    const script = "trap 'echo stopped; exit 0' INT; echo started; while :; do sleep 0.05; done";
    const under = measure(["sh", "-c", script], { ...place, interruption });
    await new Promise((done) => setTimeout(done, 500));
    process.emit("SIGINT");
    process.emit("SIGINT");
    await expect(under).rejects.toThrow("interrupted");
    await expect(measure(["true"], { ...place, interruption })).rejects.toThrow("interrupted");
    expect(told).toEqual(["told"]);
  });

  test("does not keep from taking down, which asks for none", async () => {
    await expect(measure(["true"], place)).resolves.toMatchObject({ lines: [] });
  });
});
