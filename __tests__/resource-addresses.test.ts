import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../tools/cli/project";
import { addressesOf, APPS, synthesizeApp } from "./support/apps";
import { makeKey } from "./support/aws-topology";

const key = makeKey();

/** The addresses in Terraform's state of everything that a deployed stack consists of. */
const expected = JSON.parse(readFileSync(join(__dirname, "resource-addresses.json"), "utf8")) as Readonly<
  Record<string, readonly string[]>
>;

const folder = mkdtempSync(join(tmpdir(), "addresses-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(dirname(key), { recursive: true });
});

// An address that changes without a `moved` block makes Terraform replace a server or a run of a deployed stack.
test.each(Object.keys(APPS))(
  "%s keeps the resource addresses of deployed stacks",
  (app) => {
    const stacks = synthesizeApp(projectRoot, app, key, join(folder, app.replaceAll("/", "-")));
    const found = Object.fromEntries(Object.entries(stacks).map(([stack, each]) => [stack, addressesOf(each)]));
    expect(found).toEqual(Object.fromEntries(Object.keys(stacks).map((stack) => [stack, expected[stack]])));
  },
  60_000,
);
