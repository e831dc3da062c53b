import { execFileSync } from "node:child_process";
import { shellQuote, shellQuotePath } from "../../lib/shell";

/** The words that a shell reads. */
const read = (words: string): string[] =>
  execFileSync("sh", ["-c", `printf '%s\\n' ${words}`], { encoding: "utf8", env: { HOME: "/home/me" } })
    .slice(0, -1)
    .split("\n");

const PATHS = ["/tmp/my work's ü/x", "/a/$HOME/`id`", '/a "b"/c\\d', "a;b", "-n", "100%", ""];

it("quotes words, so that a shell reads each of them unchanged", () => {
  expect(read(PATHS.map(shellQuote).join(" "))).toEqual(PATHS);
});

it("leaves plain words as they are", () => {
  expect(shellQuote("/home/me/.cdktf-monitoring/env")).toBe("/home/me/.cdktf-monitoring/env");
});

it("lets the shell replace a leading ~ of a path", () => {
  expect(read(["~", "~/.ssh/id", "~/my keys/id", "/a/~/b"].map(shellQuotePath).join(" "))).toEqual([
    "/home/me",
    "/home/me/.ssh/id",
    "/home/me/my keys/id",
    "/a/~/b",
  ]);
});
