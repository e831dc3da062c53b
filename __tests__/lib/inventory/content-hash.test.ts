import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentHash } from "../../../lib/inventory/content-hash";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "content-hash-"));
  mkdirSync(join(root, "roles/a"), { recursive: true });
  writeFileSync(join(root, "play.yml"), "one");
  writeFileSync(join(root, "roles/a/main.yml"), "two");
  writeFileSync(join(root, "other.yml"), "three");
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const hash = (): string => contentHash(root, ["play.yml", "roles/a"]);

describe("contentHash", () => {
  test("depends neither on the order of the entries nor on other files", () => {
    const before = hash();
    writeFileSync(join(root, "other.yml"), "changed");
    expect(contentHash(root, ["roles/a", "play.yml", "roles/a/main.yml"])).toBe(before);
  });

  test.each([
    [
      "the bytes of a file",
      () => {
        writeFileSync(join(root, "roles/a/main.yml"), "tw0");
      },
    ],
    [
      "the name of a file",
      () => {
        renameSync(join(root, "roles/a/main.yml"), join(root, "roles/a/mail.yml"));
      },
    ],
    [
      "the executable bit of a file",
      () => {
        chmodSync(join(root, "play.yml"), 0o755);
      },
    ],
    [
      "a new file",
      () => {
        writeFileSync(join(root, "roles/a/new.yml"), "");
      },
    ],
  ])("changes with %s", (_, change) => {
    const before = hash();
    change();
    expect(hash()).not.toBe(before);
  });

  test("does not change with mode bits from a umask, nor with compiled Python", () => {
    const before = hash();
    chmodSync(join(root, "play.yml"), 0o664);
    mkdirSync(join(root, "roles/a/__pycache__"));
    writeFileSync(join(root, "roles/a/__pycache__/x.pyc"), "");
    expect(hash()).toBe(before);
  });

  test("does not change with a skipped file", () => {
    const before = contentHash(root, ["."], ["README.md"]);
    writeFileSync(join(root, "roles/a/README.md"), "text");
    expect(contentHash(root, ["."], ["README.md"])).toBe(before);
    expect(contentHash(root, ["."])).not.toBe(before);
  });

  test("of a folder equals that of all its files", () => {
    expect(contentHash(root, ["."])).toBe(contentHash(root, ["play.yml", "other.yml", "roles"]));
  });
});
