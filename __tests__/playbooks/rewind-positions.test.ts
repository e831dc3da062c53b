import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

const PROGRAM = join(playbooksDirectory, "roles/log_agent/files/rewind-positions.py");
const LINE = 20;

afterAll(removeFolders);

/** Runs the program on positions, and returns the positions after that. */
function rewind(folder: string, positions: string, result = "timeout"): string {
  const file = join(folder, "positions.yml");
  writeFileSync(file, positions);
  const env = { PATH: `${folder}:${process.env.PATH ?? ""}`, SERVICE_RESULT: result };
  execFileSync("python3", [PROGRAM, file], { env });
  return readFileSync(file, "utf8");
}

/** Writes a file of lines with 20 bytes each. */
function log(folder: string, lines: number): string {
  const file = join(folder, "app.log");
  writeFileSync(
    file,
    Array.from({ length: lines }, (_, index) => `line ${String(index).padStart(LINE - 6)}\n`).join(""),
  );
  return file;
}

it("moves the position in a file back to the start of a line", () => {
  const folder = temporaryFolder();
  const file = log(folder, 5000);
  // 64 KiB before, there is no start of a line. The next one is 16 bytes later.
  expect(rewind(folder, `positions:\n  ${file}: "100000"\n`)).toBe(`positions:\n  ${file}: "34480"\n`);
  expect(rewind(folder, `positions:\n  ${file}: "40"\n`)).toBe(`positions:\n  ${file}: "0"\n`);
});

it("keeps the positions of files that are gone or that were replaced by shorter ones", () => {
  const folder = temporaryFolder();
  const positions = `positions:\n  ${log(folder, 3)}: "100000"\n  /nonexistent/app.log: "7"\n`;
  expect(rewind(folder, positions)).toBe(positions);
});

it("moves the position in the journal back by some entries", () => {
  const folder = temporaryFolder();
  writeProgram(join(folder, "journalctl"), "#!/bin/sh\nfor n in 9 8 7; do printf '__CURSOR=s=a;i=%s\\n\\n' $n; done\n");
  expect(rewind(folder, "positions:\n  cursor-journal: s=a;i=9\n")).toBe("positions:\n  cursor-journal: s=a;i=7\n");
});

it("changes nothing if Promtail was not killed at the end of its time to stop", () => {
  const folder = temporaryFolder();
  const positions = `positions:\n  ${log(folder, 5000)}: "100000"\n`;
  expect(rewind(folder, positions, "success")).toBe(positions);
});
