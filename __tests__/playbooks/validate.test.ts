import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Output, removeFolders, start, temporaryFolder } from "./python";

afterAll(removeFolders);

const FILES = { "main.yml": "{{ main }}\n", "rules/own.yml": "own\n" };

/** Validates the files with commands; `left` are the temporary files that remain. */
async function validate(
  commands: readonly (readonly string[])[],
): Promise<Output & { readonly left: readonly string[] }> {
  const folder = join(temporaryFolder(), "tmp");
  mkdirSync(folder);
  const env = { ...process.env, TMPDIR: folder };
  const input = JSON.stringify({ files: FILES, commands });
  const output = await start("roles/base/files/validate.py", [], env, input).ended;
  return { ...output, left: readdirSync(folder) };
}

test("runs the commands in a folder with the files, and removes the folder", async () => {
  const compare = `test "$(cat main.yml rules/own.yml)" = "{{ main }}\nown"`;
  expect(await validate([["sh", "-c", compare]])).toEqual({ code: 0, stdout: "", stderr: "", left: [] });
});

test("ends with the first command that fails, and prints its output with the files' own paths", async () => {
  const fail = "echo checking; echo; echo $PWD/rules/own.yml: bad >&2; exit 3";
  const output = await validate([["true"], ["sh", "-c", fail], ["sh", "-c", "echo never"]]);
  expect(output).toEqual({ code: 1, stdout: "", stderr: "checking\nrules/own.yml: bad\n", left: [] });
});
