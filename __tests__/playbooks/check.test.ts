import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { removeFolders, Said, start, temporaryFolder } from "./python";

afterAll(removeFolders);

const FILES = { "main.yml": "{{ main }}\n", "rules/own.yml": "own\n" };

/** Checks files by commands, and tells what is left of them. */
async function check(commands: readonly (readonly string[])[]): Promise<Said & { readonly left: readonly string[] }> {
  const folder = join(temporaryFolder(), "tmp");
  mkdirSync(folder);
  const env = { ...process.env, TMPDIR: folder };
  const input = JSON.stringify({ files: FILES, commands });
  const said = await start("roles/base/files/check.py", [], env, input).ended;
  return { ...said, left: readdirSync(folder) };
}

test("commands find the files in their folder, which is gone afterwards", async () => {
  const compare = `test "$(cat main.yml rules/own.yml)" = "{{ main }}\nown"`;
  expect(await check([["sh", "-c", compare]])).toEqual({ code: 0, stdout: "", stderr: "", left: [] });
});

test("the first that refuses them ends it, and all that it said is told, with the files' own paths", async () => {
  const refuse = "echo checking; echo; echo $PWD/rules/own.yml: bad >&2; exit 3";
  const said = await check([["true"], ["sh", "-c", refuse], ["sh", "-c", "echo never"]]);
  expect(said).toEqual({ code: 1, stdout: "", stderr: "checking\nrules/own.yml: bad\n", left: [] });
});
