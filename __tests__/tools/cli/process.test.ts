import { run } from "../../../tools/cli/process";
import { UserError } from "../../../tools/cli/user-error";

describe("run", () => {
  it("passes lines to the log, also the last one without a newline", async () => {
    const lines: string[] = [];
    const result = await run("sh", ["-c", "cat; printf 'b\\nc'"], { input: "a\n", log: (line) => lines.push(line) });
    expect(result).toEqual({ code: 0, stdout: "a\nb\nc", stderr: "" });
    expect(lines).toEqual(["a", "b", "c"]);
  });

  it("kills the program after the timeout", async () => {
    await expect(run("sleep", ["60"], { timeout: 0.1 })).resolves.toEqual({ code: null, stdout: "", stderr: "" });
  });

  it("names a program that does not exist", async () => {
    await expect(run("no-such-program", [])).rejects.toThrow(UserError);
    await expect(run("no-such-program", [])).rejects.toThrow("cannot start no-such-program");
  });
});
