import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { removeFolders, Output, start, temporaryFolder, writeProgram } from "./python";

afterAll(removeFolders);

/** Resolves names. configuration: the output of `ssh -G`. */
async function resolve(names: Readonly<Record<string, string>>, configuration = ""): Promise<Output> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  writeProgram(join(folder, "bin", "ssh"), `#!/bin/sh\nprintf '${configuration}'\n`);
  const wanted = Object.entries(names).map(([where, name]) => ({ name, where }));
  const env = { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`, MONITORING_NAMES: JSON.stringify(wanted) };
  return start("names.py", [], env).ended;
}

it("prints nothing if all names resolve", async () => {
  expect(await resolve({ "test/app-server: address": "localhost" })).toEqual({ code: 0, stdout: "", stderr: "" });
});

it("prints each setting with a name that does not resolve, and how to fix it", async () => {
  const { code, stderr } = await resolve({
    "test/app-server: address": "no-such-host.invalid",
    "test/web-server: jumpHost": "no-such-host.invalid",
    "test/hub-server: address": "localhost",
  });
  expect(code).toBe(1);
  expect(stderr.trim().split("\n")).toEqual([
    expect.stringMatching(
      /^test\/app-server: address: cannot resolve "no-such-host.invalid" \(.+\): correct the name or use an IP address$/,
    ),
    expect.stringMatching(/^test\/web-server: jumpHost: cannot resolve "no-such-host.invalid"/),
  ]);
});

it("resolves the host name of an alias in the SSH configuration", async () => {
  expect(await resolve({ "test/app-server: address": "no-such-host.invalid" }, "hostname 127.0.0.1\\n")).toMatchObject({
    code: 0,
  });
});

it("does not resolve a name that ssh reaches through another host", async () => {
  const through = "hostname no-such-host.invalid\\nproxyjump bastion\\n";
  expect(await resolve({ "test/app-server: address": "no-such-host.invalid" }, through)).toMatchObject({ code: 0 });
});
