import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { removeFolders, Said, start, temporaryFolder, writeProgram } from "./python";

afterAll(removeFolders);

/** Looks up names where ssh's own configuration says what it is given. */
async function lookUp(names: Readonly<Record<string, string>>, configuration = ""): Promise<Said> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  writeProgram(join(folder, "bin", "ssh"), `#!/bin/sh\nprintf '${configuration}'\n`);
  const wanted = Object.entries(names).map(([where, name]) => ({ name, where }));
  const env = { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`, MONITORING_NAMES: JSON.stringify(wanted) };
  return start("names.py", [], env).ended;
}

test("names that are known pass in silence", async () => {
  expect(await lookUp({ "test/app-server: address": "localhost" })).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("one that is unknown is named with each place where it was written, and how to mend it", async () => {
  const { code, stderr } = await lookUp({
    "test/app-server: address": "no-such-host.invalid",
    "test/web-server: jumpHost": "no-such-host.invalid",
    "test/hub-server: address": "localhost",
  });
  expect(code).toBe(1);
  expect(stderr.trim().split("\n")).toEqual([
    expect.stringMatching(
      /^test\/app-server: address: this machine does not know the name "no-such-host.invalid" \(.+\): correct it, or write an IP address$/,
    ),
    expect.stringMatching(/^test\/web-server: jumpHost: this machine does not know the name "no-such-host.invalid"/),
  ]);
});

test("one that is an alias in ssh's configuration is looked up as what it stands for", async () => {
  expect(await lookUp({ "test/app-server: address": "no-such-host.invalid" }, "hostname 127.0.0.1\\n")).toMatchObject({
    code: 0,
  });
});

test("one that ssh reaches through another host is that host's to look up", async () => {
  const through = "hostname no-such-host.invalid\\nproxyjump bastion\\n";
  expect(await lookUp({ "test/app-server: address": "no-such-host.invalid" }, through)).toMatchObject({ code: 0 });
});
