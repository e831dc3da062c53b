import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { rootTest } from "../support/root";
import { removeFolders, temporaryFolder } from "./python";

const SCRIPT = join(playbooksDirectory, "roles/base/files/install-release.sh");

afterAll(removeFolders);

/** Unpacks an archive for a user that exists, and returns the folder of the release. */
function install(archive: Buffer, programs: readonly string[], env: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), "example-1.0.0");
  const { status, stderr } = spawnSync("sh", [SCRIPT, "nobody", folder, "digest", ...programs], {
    input: archive,
    encoding: "utf8",
    cwd: dirname(SCRIPT),
    env: { FORMAT: "tar", LEFT_OUT: "", ...env, PATH: process.env.PATH },
  });
  if (status !== 0) throw new Error(stderr);
  return folder;
}

/** A release archive with two programs and two other files. */
function archive(pack: (root: string) => void, name: string): Buffer {
  const root = temporaryFolder();
  mkdirSync(join(root, "example-1.0.0/bin"), { recursive: true });
  for (const file of ["bin/example", "tool", "LICENSE", "app.js.map"])
    writeFileSync(join(root, "example-1.0.0", file), file);
  pack(root);
  return readFileSync(join(root, name));
}

const tar = (): Buffer =>
  archive((root) => execFileSync("tar", ["-czf", "a.tar.gz", "example-1.0.0"], { cwd: root }), "a.tar.gz");

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();

rootTest("unpacks the programs only, and notes the digest", async () => {
  const folder = install(tar(), ["bin/example", "tool"], {});
  expect(files(folder)).toEqual([".sha256", "bin/example", "tool"]);
  expect(statSync(join(folder, "tool")).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(folder, ".sha256"), "utf8")).toBe("digest\n");
  await Promise.resolve();
});

rootTest("unpacks everything except the files that match a pattern", async () => {
  const folder = install(tar(), ["bin/example"], { LEFT_OUT: "*.map\n*/tool" });
  expect(files(folder)).toEqual([".sha256", "LICENSE", "bin/example"]);
  await Promise.resolve();
});

rootTest("unpacks a zip archive with one program", async () => {
  const zip = archive((root) => {
    writeFileSync(join(root, "example-linux-amd64"), "program");
    execFileSync("python3", ["-m", "zipfile", "--create", "a.zip", "example-linux-amd64"], { cwd: root });
  }, "a.zip");
  const folder = install(zip, ["example"], { FORMAT: "zip" });
  expect(files(folder)).toEqual([".sha256", "example"]);
  expect(readFileSync(join(folder, "example"), "utf8")).toBe("program");
  await Promise.resolve();
});

for (const format of ["tar", "flat", "zip"])
  rootTest(`says which disk is too small for an archive of format ${format}, and frees its space`, async () => {
    const disk = temporaryFolder();
    const bytes = archive((root) => {
      writeFileSync(join(root, "example-1.0.0/tool"), randomBytes(3 << 20));
      const pack = {
        tar: "tar -czf a example-1.0.0",
        flat: "tar -czf a -C example-1.0.0 tool",
        zip: "mv example-1.0.0/tool . && python3 -m zipfile --create a tool",
      }[format];
      execFileSync("sh", ["-c", pack ?? ""], { cwd: root });
    }, "a");
    const script = `mount -t tmpfs -o size=2m none ${disk} && ${["sh", SCRIPT, "nobody", `${disk}/example-1.0.0`, "digest", "tool"].join(" ")}
      code=$?; find ${disk} -type f; exit $code`;
    const { status, stdout, stderr } = spawnSync("unshare", ["--mount", "sh", "-c", script], {
      input: bytes,
      encoding: "utf8",
      cwd: dirname(SCRIPT),
      env: { FORMAT: format, LEFT_OUT: "", LC_ALL: "C", PATH: process.env.PATH },
    });
    expect(stderr.split("\n")[0]).toBe(
      `the disk with ${disk} is full: 2 of its 2 MiB are free, and the release in ${disk}/example-1.0.0 needs more. Free space there, and deploy again`,
    );
    expect([status, stdout]).toEqual([1, ""]);
    await Promise.resolve();
  });

rootTest("passes on the messages of tar about an archive that is no archive", async () => {
  expect(() => install(Buffer.from("text"), ["tool"], {})).toThrow(/not in gzip format/);
  await Promise.resolve();
});

rootTest("notes no digest if the archive is incomplete", async () => {
  const bytes = tar();
  const folder = join(temporaryFolder(), "example-1.0.0");
  const { status } = spawnSync("sh", [SCRIPT, "nobody", folder, "digest", "tool"], {
    input: bytes.subarray(0, bytes.length - 20),
    env: { FORMAT: "tar", LEFT_OUT: "", PATH: process.env.PATH },
  });
  expect(status).not.toBe(0);
  expect(existsSync(join(folder, ".sha256"))).toBe(false);
  await Promise.resolve();
});
