import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256File } from "../../../../tools/local/files";
import { pack } from "../../../../tools/local/source/archive";

const folder = mkdtempSync(join(tmpdir(), "archive-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("pack", () => {
  const pack3 = async (name: string) => {
    const work = mkdtempSync(join(folder, "work-"));
    // Sizes around the block size of tar, 512 bytes.
    const entries = [1024, 511, 0].map((size, index) => {
      const file = join(work, `file${index}`);
      writeFileSync(file, Buffer.alloc(size, "x"));
      return { name: `f${2 - index}`, file, executable: index === 0 };
    });
    const archive = join(work, name);
    return { archive, sha256: await pack(archive, "top-1.0.linux-amd64", entries, 1_000_000_000) };
  };

  it("writes archives for tar: sorted, owned by user 0, with modes and times", async () => {
    const { archive } = await pack3("a.tar.gz");
    const listing = execFileSync("tar", ["--numeric-owner", "-tvzf", archive], { env: { ...process.env, TZ: "UTC" } });
    const lines = listing
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ +/g, " "));
    expect(lines).toEqual([
      "drwxr-xr-x 0/0 0 2001-09-09 01:46 top-1.0.linux-amd64/",
      "-rw-r--r-- 0/0 0 2001-09-09 01:46 top-1.0.linux-amd64/f0",
      "-rw-r--r-- 0/0 511 2001-09-09 01:46 top-1.0.linux-amd64/f1",
      "-rwxr-xr-x 0/0 1024 2001-09-09 01:46 top-1.0.linux-amd64/f2",
    ]);
  });

  it("supports names up to the limit of the tar format", async () => {
    const work = mkdtempSync(join(folder, "work-"));
    const file = join(work, "file");
    writeFileSync(file, "x");
    const name = ["a".repeat(70), "b".repeat(70), "c".repeat(90)].join("/");
    const archive = join(work, "long.tar.gz");
    const entry = (wanted: string) => [{ name: wanted, file, executable: false }];
    await pack(archive, "top", entry(name), 0);
    expect(execFileSync("tar", ["-tzf", archive]).toString()).toBe(`top/\ntop/${name}\n`);
    await expect(pack(archive, "top", entry("d".repeat(101)), 0)).rejects.toThrow("is too long for a tar header");
  });

  it("is reproducible and returns the digest of the archive", async () => {
    const [one, two] = [await pack3("a.tar.gz"), await pack3("b.tar.gz")];
    expect(one.sha256).toBe(two.sha256);
    expect(await sha256File(one.archive)).toBe(one.sha256);
  });
});
