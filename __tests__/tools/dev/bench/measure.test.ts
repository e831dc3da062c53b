import { tmpdir } from "node:os";
import { UserError } from "../../../../tools/cli/user-error";
import { Interruption } from "../../../../tools/dev/interruption";
import { measure } from "../../../../tools/dev/bench/measure";

const place = { cwd: tmpdir(), environment: { BENCH_WORD: "hello" } };

describe("measure", () => {
  it("reports the time, the CPU time and the output with its times", async () => {
    const { seconds, cpu, lines } = await measure(["sh", "-c", 'echo "$BENCH_WORD"; sleep 0.1; echo there >&2'], place);
    expect(lines.map(({ text }) => text)).toEqual(["hello", "there"]);
    const [first, second] = lines.map(({ at }) => at);
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    expect(seconds).toBeGreaterThanOrEqual(0.1);
    expect(cpu).toBeGreaterThan(0);
  });

  it("throws the output of a command that fails", async () => {
    const failing = measure(["sh", "-c", "echo because; exit 3"], place);
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(/^sh -c .* failed:\nbecause$/);
  });

  it("throws the reason if a command cannot be started", async () => {
    const missing = measure(["no-such-program"], place);
    await expect(missing).rejects.toThrow(UserError);
    await expect(missing).rejects.toThrow(/^no-such-program failed:\n.*No such file or directory/s);
  });
});

describe("Interruption", () => {
  const notified: string[] = [];
  const interruption = new Interruption(() => notified.push("notified"));
  afterAll(() => {
    interruption.end();
  });

  it("interrupts the current command once and prevents later ones", async () => {
    const script = "trap 'echo stopped; exit 0' INT; echo started; while :; do sleep 0.05; done";
    const interrupted = measure(["sh", "-c", script], { ...place, interruption });
    await new Promise((done) => setTimeout(done, 500));
    process.emit("SIGINT");
    process.emit("SIGINT");
    await expect(interrupted).rejects.toThrow("interrupted");
    await expect(measure(["true"], { ...place, interruption })).rejects.toThrow("interrupted");
    expect(notified).toEqual(["notified"]);
  });

  it("does not prevent commands that cannot be interrupted", async () => {
    await expect(measure(["true"], place)).resolves.toMatchObject({ lines: [] });
  });
});
