import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import packageJson from "../package.json";

const root = join(__dirname, "..");
const page = readFileSync(join(root, "docs", "reference", "cli.md"), "utf8");
const scripts: Readonly<Record<string, string>> = packageJson.scripts;

/** The commands that the page documents, with the text that it shows for each. */
const documented = [...page.matchAll(/^## (\S+)\n\n```text\n([^]*?)\n```$/gm)].map(
  ([, name = "", help = ""]) => [name, help] as const,
);

describe("docs/reference/cli.md", () => {
  it("documents the commands of users", () => {
    expect(documented.map(([name]) => name)).toEqual(
      expect.arrayContaining(["up", "down", "verify", "access", "play", "rotate", "drill", "artifacts"]),
    );
  });

  it("shows what --help prints (else copy it there)", async () => {
    const printed = await Promise.all(
      documented.map(async ([name]) => {
        const file = scripts[name]?.split(" ").at(-1) ?? "";
        const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file, "--help"], {
          cwd: root,
        });
        return [name, stdout.trimEnd()] as const;
      }),
    );
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(printed));
  }, 60_000);
});
