import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { LogSource } from "../../../lib/logs/log-source";
import { targetFiles } from "../../../lib/logs/target-files";
import { removeFolders, temporaryFolder } from "../python";
import { runCheck } from "./check";

afterAll(removeFolders);

/** The result for drop-ins, on a server with these files. */
async function check(
  dropIns: readonly { readonly path: string; readonly content: string }[],
  root: string,
  files: readonly string[],
): Promise<unknown> {
  for (const { path, content } of [...dropIns, ...files.map((file) => ({ path: file, content: "" }))]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return runCheck("log_agent", ["http://127.0.0.1:9080", "app", "monitoring", join(root, "targets")]);
}

test("log_agent.py prints the paths that match no file, with their sources", async () => {
  const root = temporaryFolder();
  // Longer than the line length at which YAML folds, and with characters that need quotes.
  const odd = `${root}/${"nothing ".repeat(12)}: here #1.log`;
  const sources = [
    LogSource.files("shop", {
      paths: [`${root}/log/*.log`, `${root}/log/{old,new}/**/*.txt`, `${root}/log/typo-*.log`],
    }),
    LogSource.files("other", { paths: [odd] }),
  ];
  expect(await check(targetFiles(sources), root, ["log/a.log", "log/new/deep/er.txt"])).toEqual({
    unmatched: [
      { job: "other", path: odd },
      { job: "shop", path: `${root}/log/typo-*.log` },
    ],
  });
});

test("log_agent.py does not count a folder as a file", async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, "log.log"));
  const sources = [LogSource.files("shop", { paths: [`${root}/*.log`] })];
  expect(await check(targetFiles(sources), root, [])).toEqual({ unmatched: [{ job: "shop", path: `${root}/*.log` }] });
});

test("log_agent.py reads user-provided drop-ins, and prints an empty list without drop-ins", async () => {
  const root = temporaryFolder();
  const content = stringify([{ labels: { job: "mine", __path__: `${root}/a.log` } }]);
  expect(await check([{ path: "targets/mine.yml", content }], root, [])).toEqual({
    unmatched: [{ job: "mine", path: `${root}/a.log` }],
  });
  expect(await check([], temporaryFolder(), [])).toEqual({ unmatched: [] });
});
