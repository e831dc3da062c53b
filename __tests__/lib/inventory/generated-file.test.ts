import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesHash, filesProblem } from "../../../lib/inventory/generated-file";
import { playbooksDirectory } from "../../../lib/paths";
import { removeFolders, temporaryFolder } from "../../playbooks/python";

afterAll(removeFolders);

describe("filesHash", () => {
  const file = fc.record({ path: fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3})?$/), content: fc.string() });
  const files = fc.uniqueArray(file, { selector: ({ path }) => path.toLowerCase() });

  test("does not depend on the order of the files, and differs for any two sets", () => {
    fc.assert(
      fc.property(files, files, (a, b) => {
        expect(filesHash([...a].reverse())).toBe(filesHash(a));
        const text = (set: typeof a): string => JSON.stringify([...set].sort((x, y) => (x.path < y.path ? -1 : 1)));
        expect(filesHash(a) === filesHash(b)).toBe(text(a) === text(b));
      }),
    );
  });

  test("equals the hash that a run computes from the written folder", () => {
    const folder = temporaryFolder();
    const given = [
      { path: "rules/b.yml", content: "ünïcode: {{ $labels.x }}\n" },
      { path: "rules.yml", content: "" },
      { path: "a/z", content: "1\r\n" },
    ];
    for (const { path, content } of given) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const program =
      "import sys, pathlib; from controller.files import *; print(generated_hash(pathlib.Path(sys.argv[1])))";
    const output = execFileSync("python3", ["-B", "-c", program, folder], {
      cwd: playbooksDirectory,
      encoding: "utf8",
    });
    expect(output.trim()).toBe(filesHash(given));
  });
});

test.each([
  ["/etc/passwd", /is not the relative path of a file: use a path such as/],
  ["../rules.yml", /"\.\.\/rules\.yml" is not the relative path/],
  ["rules//a.yml", /is not the relative path/],
  ["rules/", /is not the relative path/],
  ["a b.yml", /is not the relative path/],
])("filesProblem rejects the path %j", (path, message) => {
  expect(filesProblem([{ path, content: "" }])).toMatch(message);
});

test("filesProblem rejects two files with the same path", () => {
  const file = { path: "rules/a.yml", content: "" };
  expect(filesProblem([file, { path: "rules/b.yml", content: "" }])).toBeUndefined();
  expect(filesProblem([file, file])).toBe('the path "rules/a.yml" is used by two files: rename one of them');
});
