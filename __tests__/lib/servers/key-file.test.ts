import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { keyFileProblem } from "../../../lib/servers/key-file";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "key-file-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a key that only its owner may read is fine", () => {
  const key = join(folder, "id");
  writeFileSync(key, "key", { mode: 0o600 });
  expect(keyFileProblem(key)).toBeUndefined();
});

test("one that others may read is what SSH refuses", () => {
  const key = join(folder, "id");
  writeFileSync(key, "key");
  chmodSync(key, 0o640);
  expect(keyFileProblem(key)).toBe(
    `keyFile: others may read ${key} (its mode is 640), and SSH refuses such a key: chmod 600 ${key}`,
  );
});

test("one that is not there is named with the home folder that it was looked for in", () => {
  expect(keyFileProblem("~/no/such/key")).toBe(
    `keyFile: there is no file ${join(homedir(), "no/such/key")}: correct the path, or leave it out to use the SSH agent's keys`,
  );
  expect(keyFileProblem(folder)).toContain(`there is no file ${folder}`);
});
