import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256File } from "../../../../tools/local/files";
import { zip } from "../../../../tools/local/source/zip";

const folder = mkdtempSync(join(tmpdir(), "zip-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const time = new Date("2026-09-25T07:25:38Z");

/** The entries of an archive as Python reads them, which extracts it on servers. */
function listing(archive: string): unknown {
  const script = `import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(json.dumps([archive.testzip(), [[i.filename, i.date_time, oct(i.external_attr >> 16), i.file_size] for i in archive.infolist()]]))`;
  return JSON.parse(execFileSync("python3", ["-c", script, archive]).toString());
}

it.each([0, 1, 100_000])("packs a program of %d bytes so that Python extracts it unchanged", async (size) => {
  const program = join(folder, "program");
  const archive = join(folder, "a.zip");
  writeFileSync(program, Buffer.alloc(size, "text of a program "));
  const sha256 = zip(archive, "loki-linux-amd64", program, time);
  expect(listing(archive)).toEqual([null, [["loki-linux-amd64", [2026, 9, 25, 7, 25, 38], "0o100755", size]]]);
  execFileSync("python3", ["-m", "zipfile", "--extract", archive, join(folder, "out")]);
  expect(readFileSync(join(folder, "out", "loki-linux-amd64")).equals(readFileSync(program))).toBe(true);
  expect(sha256).toBe(await sha256File(archive));
});

it("is reproducible", async () => {
  const program = join(folder, "program");
  writeFileSync(program, "x");
  zip(join(folder, "a.zip"), "x", program, time);
  zip(join(folder, "b.zip"), "x", program, time);
  expect(await sha256File(join(folder, "a.zip"))).toBe(await sha256File(join(folder, "b.zip")));
});
