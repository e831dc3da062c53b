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

test("accepts a key that only its owner may read", () => {
  const key = join(folder, "id");
  writeFileSync(key, "key", { mode: 0o600 });
  expect(keyFileProblem(key)).toBeUndefined();
});

test("rejects a key that others may read", () => {
  const key = join(folder, "id");
  writeFileSync(key, "key");
  chmodSync(key, 0o640);
  expect(keyFileProblem(key)).toBe(
    `keyFile: other users may read ${key} (mode 640), so SSH rejects the key: run chmod 600 ${key}`,
  );
});

test("rejects a missing file with its absolute path", () => {
  expect(keyFileProblem("~/no/such/key")).toBe(
    `keyFile: the file ${join(homedir(), "no/such/key")} does not exist: correct the path, or remove keyFile to use the keys of the SSH agent`,
  );
  expect(keyFileProblem(folder)).toContain(`the file ${folder} does not exist`);
});
