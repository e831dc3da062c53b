import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { LogSource } from "../../../lib/logs/log-source";
import { targetFiles } from "../../../lib/logs/target-files";
import { removeFolders, start, temporaryFolder } from "../python";

afterAll(removeFolders);

/** What is said of drop-ins, on a server that has these files. */
async function ask(
  dropIns: readonly { readonly path: string; readonly content: string }[],
  root: string,
  files: readonly string[],
): Promise<unknown> {
  for (const { path, content } of [...dropIns, ...files.map((file) => ({ path: file, content: "" }))]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const args = ["http://127.0.0.1:9080", "app", "monitoring", join(root, "targets")];
  const { code, stdout, stderr } = await start("verification/questions/log_agent.py", args, process.env).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("patterns that match no file are told with their sources", async () => {
  const root = temporaryFolder();
  // Longer than a line that YAML would fold, and with what has to be quoted.
  const odd = `${root}/${"nothing ".repeat(12)}: here #1.log`;
  const sources = [
    LogSource.files("shop", {
      paths: [`${root}/log/*.log`, `${root}/log/{old,new}/**/*.txt`, `${root}/log/typo-*.log`],
    }),
    LogSource.files("other", { paths: [odd] }),
  ];
  expect(await ask(targetFiles(sources), root, ["log/a.log", "log/new/deep/er.txt"])).toEqual({
    unmatched: [
      { job: "other", path: odd },
      { job: "shop", path: `${root}/log/typo-*.log` },
    ],
  });
});

test("a folder is no file", async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, "log.log"));
  const sources = [LogSource.files("shop", { paths: [`${root}/*.log`] })];
  expect(await ask(targetFiles(sources), root, [])).toEqual({ unmatched: [{ job: "shop", path: `${root}/*.log` }] });
});

test("drop-ins of others are read too, and without any there is nothing to tell", async () => {
  const root = temporaryFolder();
  const content = stringify([{ labels: { job: "mine", __path__: `${root}/a.log` } }]);
  expect(await ask([{ path: "targets/mine.yml", content }], root, [])).toEqual({
    unmatched: [{ job: "mine", path: `${root}/a.log` }],
  });
  expect(await ask([], temporaryFolder(), [])).toEqual({ unmatched: [] });
});
